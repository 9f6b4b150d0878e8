"""Schedules of another length."""

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import ONLOOKERS


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

    def scale(step: int) -> int:
        return max(round(step * steps / cfg.train_cfg.max_iters), 1)

    hooks = cfg.default_hooks
    settings = {
        'train_cfg.max_iters': steps,
        'train_cfg.val_interval': scale(cfg.train_cfg.val_interval),
        'default_hooks.checkpoint.interval': scale(hooks.checkpoint.interval),
        'default_hooks.logger.interval': scale(hooks.logger.interval),
    }
    for number, scheduler in enumerate(cfg.get('param_scheduler') or []):
        place = f'param_scheduler.{number}'
        if 'milestones' in scheduler:
            milestones = [scale(step) for step in scheduler.milestones]
            settings[f'{place}.milestones'] = milestones
        for key in ('begin', 'end', 'T_max'):
            if scheduler.get(key):
                settings[f'{place}.{key}'] = scale(scheduler[key])
    for number, hook in enumerate(cfg.get('custom_hooks') or []):
        if hook.type in ONLOOKERS and hook.get('interval'):
            settings[f'custom_hooks.{number}.interval'] = scale(hook.interval)
    head = cfg.model.get('consistency_head') or {}
    for key in ('warmup', 'ramp'):
        if head.get(key):
            settings[f'model.consistency_head.{key}'] = scale(head[key])
    return settings
