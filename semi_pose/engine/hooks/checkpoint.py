"""Checkpoints that survive a kill and a full disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from semi_pose.engine.whole_files import PARTIAL, write_whole

INTERRUPTED = 'interrupted.pth'


@HOOKS.register_module(name='CheckpointHook')
class WholeCheckpointHook(CheckpointHook):
    """MMEngine's hook with files that are complete or absent, whenever the run ends.

    It replaces MMEngine's hook in MMPose's registry, so configs name it as usual, with
    the same arguments. A checkpoint is first written under another name. Once it is
    complete, ``last_checkpoint`` names it, and only then are older ones removed.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        backend = (self.backend_args or {}).get('backend', 'local')
        is_local = backend == 'local' and '://' not in str(self.out_dir or '')
        if is_local and self.file_client_args is None:
            self.backend_args = dict(backend='whole')

    def before_train(self, runner: Runner) -> None:
        """Find the folder, and remove what an earlier run left unfinished."""
        super().before_train(runner)
        self._keep_to_own_folder(runner)
        if is_main_process():
            for path in Path(self.out_dir).glob(f'*.pth{PARTIAL}'):
                path.unlink()

    def _keep_to_own_folder(self, runner: Runner) -> None:
        """Look for the best checkpoints in this run's folder.

        A checkpoint names them by their paths. In a copy of a work dir, the hook would
        remove those of the original as soon as there are better ones.
        """
        for key, path in list(runner.message_hub.runtime_info.items()):
            if not key.startswith('best_ckpt'):
                continue
            own = self.file_backend.join_path(self.out_dir, Path(path).name)
            runner.message_hub.update_info(key, own)
            if key == 'best_ckpt' and hasattr(self, 'best_ckpt_path'):
                self.best_ckpt_path = own
            elif hasattr(self, 'best_ckpt_path_dict'):  # save_best of several metrics
                self.best_ckpt_path_dict[key.removeprefix('best_ckpt_')] = own

    def save_interrupted(self, runner: Runner, meta: dict[str, int]) -> str:
        """Save the state of a run that must end early.

        Args:
            runner (Runner): The runner.
            meta (dict[str, int]): Epochs (``epoch``) and steps (``iter``) done.

        Returns:
            str: The checkpoint, which the next regular one replaces.
        """
        self._save_last(runner, INTERRUPTED, meta)
        return self.last_ckpt

    def _save_checkpoint_with_step(
        self, runner: Runner, step: int, meta: dict[str, int]
    ) -> None:
        with self._removing_after(runner):
            self._limit_number(runner, step)
            self._save_last(runner, self.filename_tmpl.format(step), meta)
            self._remove(INTERRUPTED)

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        if not self.save_best:  # nor is there a folder in a validation alone
            return
        with self._removing_after(runner):
            super()._save_best_checkpoint(runner, metrics)

    def _save_last(self, runner: Runner, name: str, meta: dict[str, int]) -> None:
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            name,
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            last = Path(runner.work_dir, 'last_checkpoint')
            write_whole(last, self.last_ckpt.encode())

    def _limit_number(self, runner: Runner, step: int) -> None:
        """Note the step, and drop the oldest of ``max_keep_ckpts``."""
        if self.max_keep_ckpts <= 0 or step in list(self.keep_ckpt_ids)[-1:]:
            return
        if len(self.keep_ckpt_ids) == self.max_keep_ckpts:
            self._remove(self.filename_tmpl.format(self.keep_ckpt_ids.popleft()))
        self.keep_ckpt_ids.append(step)
        runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))

    def _remove(self, name: str) -> None:
        path = self.file_backend.join_path(self.out_dir, name)
        if is_main_process() and self.file_backend.isfile(path):
            self.file_backend.remove(path)

    @contextmanager
    def _removing_after(self, runner: Runner) -> Iterator[None]:
        """Remove files at the end only, and none if it is not reached."""
        backend = self.file_backend
        self.file_backend = _RemoveLater(backend)
        try:
            yield
            current = [
                value
                for key, value in runner.message_hub.runtime_info.items()
                if key == 'last_ckpt' or key.startswith('best_ckpt')
            ]
            for path in self.file_backend.paths:
                if path not in current:
                    backend.remove(path)
        finally:
            self.file_backend = backend


class _RemoveLater:
    """A file backend that only notes which files to remove."""

    def __init__(self, backend: object) -> None:
        self._backend = backend
        self.paths: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)

    def remove(self, path: str) -> None:
        self.paths.append(path)
