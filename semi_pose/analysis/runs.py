"""Training runs in processes of their own, followed from outside."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from mmengine.config import Config

from semi_pose.analysis.scalars import read_scalars
from semi_pose.errors import UserError


class Run:
    """A run of an iteration-based recipe by the training tool.

    Args:
        tool (Path): tools/train.py.
        config (Path): The recipe.
        folder (Path): Work dir.
        data_root (Path): Folder of the data.
        steps (int, optional): Training steps; the recipe's schedule is stretched or
            shrunk to them. The recipe's own by default.
    """

    def __init__(
        self,
        tool: Path,
        config: Path,
        folder: Path,
        data_root: Path,
        steps: int | None = None,
    ) -> None:
        self.tool = tool
        self.cfg = Config.fromfile(config)
        self.settings = {} if steps is None else scaled_schedule(self.cfg, steps)
        self.cfg.merge_from_dict(self.settings)
        self.folder = folder
        self.data_root = data_root
        self.steps = self.cfg.train_cfg.max_iters
        self.checkpoint = folder / f'iter_{self.steps}.pth'
        self.log = folder / 'train.log'

    @property
    def command(self) -> list[str]:
        """list[str]: What trains it, or goes on with it."""
        command = [sys.executable, str(self.tool), self.cfg.filename, '--resume']
        command += ['--work-dir', str(self.folder), '--data-root', str(self.data_root)]
        if self.settings:
            pairs = (f'{key}={value}' for key, value in self.settings.items())
            command += ['--cfg-options', *(pair.replace(' ', '') for pair in pairs)]
        return command

    def metrics(self) -> dict[str, float] | None:
        """Return the metrics after the last step.

        Returns:
            dict[str, float], optional: By name; None as long as the run is not done.
        """
        last = (read_scalars(self.folder) or [{}])[-1]
        done = last.get('step') == self.steps and 'coco/AP' in last
        return last if done and self.checkpoint.exists() else None

    def train(self, on_change: Callable[[list[dict]], object]) -> None:
        """Train to the end, from the last checkpoint on; nothing if that is done.

        Args:
            on_change (Callable): Called now and then with the scalars so far.

        Raises:
            UserError: If the training fails.
        """
        if self.metrics() is None:
            if self.checkpoint.exists():
                # Cut off in the last validation, which no resume makes up for.
                shutil.rmtree(self.folder)
            self.folder.mkdir(parents=True, exist_ok=True)
            self._follow(on_change)
        on_change(read_scalars(self.folder))
        if self.metrics() is None:
            end = '\n'.join(self.log.read_text().splitlines()[-8:])
            raise UserError(f'Training failed. {self.log} has it all, and ends:\n{end}')

    def _follow(self, on_change: Callable[[list[dict]], object]) -> None:
        with self.log.open('a') as output:
            process = subprocess.Popen(
                self.command, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            while _is_running(process):
                on_change(read_scalars(self.folder))
        finally:
            # After Ctrl-C too: never leave it behind.
            process.terminate()
            process.wait()


def scaled_schedule(cfg: Config, steps: int) -> dict[str, int | list[int]]:
    """Stretch or shrink the schedule of an iteration-based recipe.

    Args:
        cfg (Config): The recipe.
        steps (int): The new number of training steps.

    Returns:
        dict: Settings, by their place in the config.

    Raises:
        UserError: If the number is not positive.
    """
    if steps < 1:
        raise UserError(f'--steps is {steps}: train for 1 step or more.')

    def scale(step: int) -> int:
        return max(round(step * steps / cfg.train_cfg.max_iters), 1)

    hooks = cfg.default_hooks
    settings = {
        'train_cfg.max_iters': steps,
        'train_cfg.val_interval': scale(cfg.train_cfg.val_interval),
        'default_hooks.checkpoint.interval': scale(hooks.checkpoint.interval),
        'default_hooks.logger.interval': scale(hooks.logger.interval),
        'param_scheduler.0.milestones': [
            scale(step) for step in cfg.param_scheduler[0].milestones
        ],
    }
    for number, hook in enumerate(cfg.custom_hooks):
        if 'warmup' in hook:
            settings[f'custom_hooks.{number}.warmup'] = scale(hook.warmup)
    return settings


def _is_running(process: subprocess.Popen, seconds: float = 0.5) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False
