"""MMEngine's runner, for runs that are killed and resumed."""

import os
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from pathlib import Path

from mmengine.runner import BaseLoop, Runner
from torch.utils.data import DataLoader

from semi_pose.engine.seeded_loader import SeededLoader

LOOPS = {
    'EpochBasedTrainLoop': 'ResumableEpochLoop',
    'IterBasedTrainLoop': 'ResumableIterLoop',
}


class ResumableRunner(Runner):
    """A runner whose result does not change if it is killed and resumed.

    Its training loops seed each sample and each step by its place in the run, so a
    checkpoint needs no random states; a user's own loops are unchanged. Its loaders'
    workers ignore the signals that end a job.
    """

    def build_train_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Build a loop that can resume within an epoch.

        Args:
            loop (BaseLoop or dict): A loop, or its config as MMEngine takes it.

        Returns:
            BaseLoop: The loop.
        """
        if isinstance(loop, BaseLoop):
            return loop
        loop = deepcopy(loop)
        name = loop.get('type')
        if name is None and 'by_epoch' in loop:
            name = ('Iter', 'Epoch')[bool(loop.pop('by_epoch'))] + 'BasedTrainLoop'
        given = self._train_dataloader
        if name in LOOPS:
            loop['type'] = LOOPS[name]
            self._train_dataloader = self._seeded(given)
        built = super().build_train_loop(loop)
        self._train_dataloader = given  # whose batch size scales the learning rate
        return built

    def _seeded(self, loader: DataLoader | dict) -> SeededLoader:
        apart = self._randomness_cfg.get('diff_rank_seed', False)
        return SeededLoader(self.build_dataloader(loader, self.seed, apart))

    @staticmethod
    def build_dataloader(
        dataloader: DataLoader | dict,
        seed: int | None = None,
        diff_rank_seed: bool = False,
    ) -> DataLoader:
        """Build as MMEngine does.

        Args:
            dataloader (DataLoader or dict): A loader or its config.
            seed (int, optional): Seed of sampler and workers.
            diff_rank_seed (bool): Whether ranks draw differently.

        Returns:
            DataLoader: The loader.
        """
        loader = Runner.build_dataloader(dataloader, seed, diff_rank_seed)
        loader.worker_init_fn = partial(_init_worker, loader.worker_init_fn)
        return loader


class EvaluationRunner(Runner):
    """A runner of tests, which keeps the config that a training has left."""

    def dump_config(self) -> None:
        """Write the config beside the log of the test, in the first process."""
        name = Path(self.cfg.filename or 'config.py').name
        if self.rank == 0:
            self.cfg.dump(Path(self.log_dir, name))


def _init_worker(init: Callable[[int], None] | None, worker: int) -> None:
    """Leave the process group, which receives the cluster's signals."""
    os.setpgrp()
    if init is not None:
        init(worker)
