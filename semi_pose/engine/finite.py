"""Losses and weights that are not finite: where they come from, and what to do."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from torch import Tensor

from semi_pose.datasets.batches import LABELS, one_list
from semi_pose.errors import UserError
from semi_pose.runs import newest_checkpoint

BRANCHES = {'sup': 'labeled', 'easy': 'unlabeled'}
MOST_NAMED = 3


def check_losses(runner: Runner, outputs: dict, data_batch: dict) -> None:
    """Stop the run if a loss of this step is not finite.

    MMEngine's RuntimeInfoHook has read every loss for the log already, so the device
    does not wait once more.

    Args:
        runner (Runner): The runner, after the step.
        outputs (dict): Losses by name, from the step.
        data_batch (dict): The step's batch, before the data preprocessor.

    Raises:
        UserError: Then. It names the losses, their branches and images, the last
            checkpoint, and what to try.
    """
    logged = runner.message_hub.log_scalars
    bad = [
        name
        for name in outputs
        if f'train/{name}' in logged
        and 'loss' in name
        and not math.isfinite(logged[f'train/{name}'].current())
    ]
    if not bad:
        return
    parts = [one for one in bad if one != 'loss'] or bad
    branches = dict.fromkeys(map(branch_of, parts))
    samples = {branch: samples_of(branch, data_batch) for branch in branches}
    found = ' and '.join(_describe(*one, parts) for one in samples.items())
    everyone = [one for group in samples.values() for one in group]
    broken = [one for one in everyone if not has_finite_targets(one)]
    remedy = _mend(broken) if broken else advice(runner)
    raise UserError(
        f'The loss is not finite at step {runner.iter + 1}: {found}. {remedy}'
    )


def check_weights(runner: Runner, checkpoint: dict) -> None:
    """Stop the run before a checkpoint is written whose weights are not finite.

    The loss of a step can be finite and its gradients not: then the next step's loss
    would be the first sign.

    Args:
        runner (Runner): The runner.
        checkpoint (dict): What is to be written, on the CPU.

    Raises:
        UserError: If one is not finite; earlier checkpoints stay.
    """
    for key in ('state_dict', 'ema_state_dict'):
        for name, value in checkpoint.get(key, {}).items():
            if value.is_floating_point() and not value.isfinite().all():
                step = checkpoint['meta']['iter']
                raise UserError(
                    f'The weights ({name}, ...) are not finite after step {step}, and '
                    f'are not saved. {advice(runner)}'
                )


def branch_of(loss: str) -> str:
    """Return the branch of a batch that a loss is computed on."""
    return 'easy' if 'consistency' in loss else 'sup'


def samples_of(branch: str, data_batch: dict[str, Any]) -> list[BaseDataElement]:
    """Return the samples of a branch; of a plain batch all, which are labeled."""
    samples = data_batch['data_samples']
    return one_list(samples[branch]) if isinstance(samples, Mapping) else samples


def has_finite_targets(sample: BaseDataElement) -> bool:
    """Say whether a sample's heatmaps, keypoints and weights are finite."""
    fields = map(sample.get, LABELS)
    values = (value for one in fields if one is not None for value in one.values())
    return all(bool(one.isfinite().all()) for one in values if isinstance(one, Tensor))


def _describe(branch: str, samples: list[BaseDataElement], losses: list[str]) -> str:
    names = ', '.join(one for one in losses if branch_of(one) == branch)
    return f'{names} of the {BRANCHES[branch]} branch, on {_images(samples)}'


def _images(samples: list[BaseDataElement]) -> str:
    paths = [str(one.get('img_path', 'an unnamed image')) for one in samples]
    paths = list(dict.fromkeys(paths))
    more = len(paths) - MOST_NAMED
    return ', '.join(paths[:MOST_NAMED]) + (f' and {more} more' if more > 0 else '')


def _mend(broken: list[BaseDataElement]) -> str:
    return (
        f'The targets of {_images(broken)} are not finite: correct their labels, then '
        'run the same command with --resume.'
    )


def advice(runner: Runner) -> str:
    """Say how to go on after weights have exploded, with options to copy.

    Args:
        runner (Runner): The runner.

    Returns:
        str: For the command line of tools/train.py.
    """
    path, _ = newest_checkpoint(runner.work_dir)
    ways = list(_calmer(runner.cfg.get('optim_wrapper') or {}, path is not None))
    command = f'run the same command with {" or ".join(ways)}'
    if path is None:
        return f'There is no checkpoint yet: {command}.'
    return (
        f'The last checkpoint is {path}. To go on from there, {command}. If the first '
        'step fails again, name an earlier checkpoint after --resume.'
    )


def _calmer(optim_wrapper: Mapping[str, Any], resume: bool) -> Iterator[str]:
    """Yield options that make smaller steps."""
    rate = optim_wrapper.get('optimizer', {}).get('lr')
    if rate is not None:
        options = '--resume --reset-optimizer ' if resume else ''
        yield f'`{options}--cfg-options optim_wrapper.optimizer.lr={rate / 10:g}`'
    if 'clip_grad' not in optim_wrapper:
        options = '--resume ' if resume else ''
        yield f'`{options}--cfg-options optim_wrapper.clip_grad.max_norm=1`'
