"""MMEngine's training loops, for runs that resume after a kill with the same bits."""

from typing import Any

import torch
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from mmpose.registry import LOOPS

from semi_pose.engine.seeded_loader import SKIPPED, seed_draws


@LOOPS.register_module()
class ResumableEpochLoop(EpochBasedTrainLoop):
    """Epochs whose draws depend on seed and step; can resume within an epoch.

    The data loader must be a :class:`SeededLoader`.
    """

    def run_epoch(self) -> None:
        """Train for the rest of an epoch."""
        first = self._epoch * len(self.dataloader)
        if not first <= self._iter <= first + len(self.dataloader):
            first = self._iter  # the batch size was another before the resume
        self.dataloader.start(self.runner.seed, first, self._iter)
        super().run_epoch()

    def run_iter(self, idx: int, data_batch: Any) -> None:
        """Train for a step, unless it was done before.

        Args:
            idx (int): Place of the batch in the epoch.
            data_batch (dict, optional): The batch.
        """
        if data_batch is not SKIPPED:
            seed_draws(self.runner.seed, self._iter)
            super().run_iter(idx, data_batch)


@LOOPS.register_module()
class ResumableIterLoop(IterBasedTrainLoop):
    """Steps whose draws depend on seed and step; skips batches without reading.

    The data loader must be a :class:`SeededLoader`.
    """

    def run(self) -> torch.nn.Module:
        """Train to the end.

        Returns:
            Module: The model.
        """
        self.dataloader.start(self.runner.seed, 0, self._iter)
        return super().run()

    def run_iter(self, data_batch: dict) -> None:
        """Train for a step.

        Args:
            data_batch (dict): The batch.
        """
        seed_draws(self.runner.seed, self._iter)
        super().run_iter(data_batch)
