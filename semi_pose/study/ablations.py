"""Settings that a study varies, and where a recipe has them."""

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
COUNTS = 'labels', 'steps'
Places = dict[str, Number]
# What a part of a model is where its type is left out.
USUAL = {'consistency_head': 'DualConsistencyHead'}


@dataclass(frozen=True)
class Ablation:
    """A setting to vary.

    Attributes:
        name (str): Its name on the command line.
        label (str): What it is, for axes.
        paper (str): Where the paper shows it; empty if it does not.
        find (Callable): From a recipe to the setting's places in it, and its value.
        of_all (bool): Whether all recipes and seeds of a study are compared under
            it, not one recipe with one seed.
    """

    name: str
    label: str
    paper: str
    find: Callable[[Config], Places]
    of_all: bool = False

    def settings(self, cfg: Config, value: Number) -> dict[str, Any]:
        """Return the settings that give a recipe a value."""
        settings = dict.fromkeys(self.find(cfg), value)
        if self.name == 'labels':
            settings |= _repeats(cfg, value)
        return settings


def _finder(section: str, registry: Any, kind: str, key: str) -> Callable:
    def find(cfg: Config) -> Places:
        parameters = inspect.signature(registry.get(kind)).parameters
        return {
            f'{place}.{key}': node.get(key, parameters[key].default)
            for place, node in nodes(cfg.get(section), section)
            if node.get('type', USUAL.get(place.rpartition('.')[2])) == kind
            and is_semi(cfg)
            # JointCutout's number may be a word.
            and not isinstance(node.get(key), str)
        }

    return find


def _length(cfg: Config) -> Places:
    steps = cfg.train_cfg.get('max_iters')
    return {'train_cfg.max_iters': steps} if steps else {}


def _repeats(cfg: Config, labels: Number) -> dict[str, int]:
    """Repeat labeled people as often as before, all of them together."""
    return {
        f'{place}.times': max(round(node.times * node.dataset.indices / labels), 1)
        for place, node in nodes(cfg.train_dataloader, 'train_dataloader')
        if node.get('type') == 'RepeatDataset'
        and f'{place}.dataset.indices' in label_places(cfg)
    }


_ABLATIONS = (
    Ablation(
        'weight',
        'weight of the consistency loss',
        'Figure 10',
        _finder('model', MODELS, 'DualConsistencyHead', 'weight'),
    ),
    Ablation('labels', 'labeled people', 'Table 9', label_places, of_all=True),
    Ablation('steps', 'training steps', '', _length, of_all=True),
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
        values[name] = parse_numbers(numbers, f'--ablate {text}', f'{name}=1,2')
        if name in COUNTS and min(values[name]) < 1:
            raise UserError(f'--ablate {text}: give 1 or more.')
    return values


def parse_numbers(text: str, option: str, example: str) -> list[Number]:
    """Read ``1,2.5,3``.

    Args:
        text (str): The numbers.
        option (str): The option that they belong to, for the message.
        example (str): What would be right.

    Returns:
        list[Number]: The numbers.

    Raises:
        UserError: If one is no number.
    """
    try:
        numbers = [ast.literal_eval(number.strip()) for number in text.split(',')]
        if all(type(number) in (int, float) for number in numbers):
            return numbers
    except (SyntaxError, ValueError):
        pass
    raise UserError(f'{option}: give numbers, as in {example}.')
