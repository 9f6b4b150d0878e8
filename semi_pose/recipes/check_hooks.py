"""The hook that a semi-supervised run cannot do without."""

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import is_semi


def check_hooks(cfg: Config) -> None:
    """Check that a semi-supervised recipe has the hook SemiRunner.

    A list in a config replaces that of its base, so the hook is easily lost. Without it
    mean teachers never move and lambda has no warm-up, and no error shows it.

    Args:
        cfg (Config): The config.

    Raises:
        UserError: If the hook is missing.
    """
    hooks = [*(cfg.get('custom_hooks') or []), *cfg.get('default_hooks', {}).values()]
    kinds = [getattr(hook['type'], '__name__', hook['type']) for hook in hooks if hook]
    if is_semi(cfg) and 'SemiRunner' not in kinds:
        raise UserError(
            f'{cfg.filename} trains on unlabeled people without the hook SemiRunner. '
            "If it sets custom_hooks, let it add to its base's: custom_hooks = "
            "[*_base_.custom_hooks, ...]; else add dict(type='SemiRunner')."
        )
