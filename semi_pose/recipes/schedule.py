"""Schedules of another length."""

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import ONLOOKERS

# What schedulers count in steps, besides milestones, begin and end.
LENGTHS = ('T_max', 'step_size', 'total_steps')
INTERVALS = (
    'train_cfg.val_interval',
    'default_hooks.checkpoint.interval',
    'default_hooks.logger.interval',
)


def scaled_schedule(cfg: Config, steps: int) -> dict[str, int | list[int]]:
    """Stretch or shrink the schedule of an iteration-based recipe.

    Args:
        cfg (Config): The recipe.
        steps (int): The new number of training steps.

    Returns:
        dict: Settings, by their place in the config.

    Raises:
        UserError: If the number is not positive, or the recipe counts epochs.
    """
    if steps < 1:
        raise UserError(f'--steps is {steps}: train for 1 step or more.')
    if 'max_iters' not in cfg.train_cfg:
        raise UserError(
            f'--steps: {cfg.filename} counts epochs. Set train_cfg.max_epochs and '
            'param_scheduler with --cfg-options.'
        )
    factor = steps / cfg.train_cfg.max_iters

    def scale(step: int) -> int:
        return max(round(step * factor), 1)

    settings = {'train_cfg.max_iters': steps}
    for place in INTERVALS:
        node = cfg
        for key in place.split('.'):
            node = (node or {}).get(key)
        if node and node > 0:  # -1 of checkpoints: the last one alone
            settings[place] = scale(node)
    for number, scheduler in enumerate(cfg.get('param_scheduler') or []):
        scaled = scaled_scheduler(scheduler, factor)
        settings |= {f'param_scheduler.{number}.{key}': scaled[key] for key in scaled}
    for number, hook in enumerate(cfg.get('custom_hooks') or []):
        if hook.type in ONLOOKERS and hook.get('interval'):
            settings[f'custom_hooks.{number}.interval'] = scale(hook.interval)
    head = cfg.model.get('consistency_head') or {}
    for key in ('warmup', 'ramp'):
        if head.get(key):
            settings[f'model.consistency_head.{key}'] = scale(head[key])
    return settings


def scaled_scheduler(scheduler: dict, factor: float) -> dict[str, int | list[int]]:
    """Scale what a parameter scheduler counts in steps or epochs.

    Args:
        scheduler (dict): Its config.
        factor (float): How many times as long it shall be.

    Returns:
        dict: The settings that change.
    """
    scaled = {key: scheduler[key] for key in LENGTHS if scheduler.get(key)}
    scaled = {key: max(round(value * factor), 1) for key, value in scaled.items()}
    if 'milestones' in scheduler:
        steps = scheduler['milestones']
        scaled['milestones'] = [max(round(step * factor), 1) for step in steps]
    begin = round(scheduler.get('begin', 0) * factor)
    if scheduler.get('begin'):
        scaled['begin'] = begin
    if 'end' in scheduler:
        # With 1 step, MMEngine's LinearLR would stay at its first value.
        scaled['end'] = max(round(scheduler['end'] * factor), begin + 2)
    return scaled
