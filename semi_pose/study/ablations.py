"""Settings that a study varies, and where a recipe has them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config
from mmpose.registry import MODELS, TRANSFORMS

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import is_semi, label_places, nodes

Number = int | float


@dataclass(frozen=True)
class Ablation:
    """A setting to vary.

    Attributes:
        name (str): Its name on the command line.
        label (str): What it is, for axes.
        paper (str): Where the paper shows it.
        find (Callable): From a recipe to the setting's places in it, and its value.
    """

    name: str
    label: str
    paper: str
    find: Callable[[Config], dict[str, Number]]


def _finder(section: str, registry: Any, kind: str, key: str) -> Callable:
    def find(cfg: Config) -> dict[str, Number]:
        parameters = inspect.signature(registry.get(kind)).parameters
        return {
            f'{place}.{key}': node.get(key, parameters[key].default)
            for place, node in nodes(cfg.get(section), section)
            if node.get('type') == kind and is_semi(cfg)
        }

    return find


_ABLATIONS = (
    Ablation(
        'weight',
        'weight of the consistency loss',
        'Figure 10',
        _finder('model', MODELS, 'DualConsistencyHead', 'weight'),
    ),
    Ablation('labels', 'labeled people', 'Table 9', label_places),
    Ablation(
        'joints',
        'joints masked, m',
        'Figure 12',
        _finder('model', TRANSFORMS, 'JointCutout', 'num_joints'),
    ),
    Ablation(
        'magnitude',
        'magnitude of RandAugment',
        'Figure 13',
        _finder('model', TRANSFORMS, 'RandAugment', 'magnitude'),
    ),
)
ABLATIONS = {one.name: one for one in _ABLATIONS}


def parse_ablations(texts: Sequence[str]) -> dict[str, list[Number]]:
    """Read ``joints=1,2,3`` and its like.

    Args:
        texts (Sequence[str]): What the command line says.

    Returns:
        dict[str, list[Number]]: Values by ablation.

    Raises:
        UserError: If there is no such ablation, or a value is no number.
    """
    values = {}
    for text in texts:
        name, _, numbers = text.partition('=')
        if name not in ABLATIONS:
            raise UserError(
                f'--ablate {text}: choose among {", ".join(ABLATIONS)}, '
                'such as joints=1,3,5.'
            )
        try:
            values[name] = [_number(number) for number in numbers.split(',')]
        except (SyntaxError, ValueError) as error:
            raise UserError(
                f'--ablate {text}: give numbers, as in {name}=1,2.'
            ) from error
    return values


def _number(text: str) -> Number:
    number = ast.literal_eval(text.strip())
    if type(number) not in (int, float):
        raise ValueError(text)
    return number
