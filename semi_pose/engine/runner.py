"""MMEngine's runner, for runs that are killed and go on."""

import signal
from collections.abc import Callable
from functools import partial

from mmengine.runner import Runner
from torch.utils.data import DataLoader

from semi_pose.engine.hooks.save_on_signal import SIGNALS


class ResumableRunner(Runner):
    """A runner whose loader's workers outlive the signals that end a job."""

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
            diff_rank_seed (bool): Whether ranks draw apart.

        Returns:
            DataLoader: The loader.
        """
        loader = Runner.build_dataloader(dataloader, seed, diff_rank_seed)
        loader.worker_init_fn = partial(_init_worker, loader.worker_init_fn)
        return loader


def _init_worker(init: Callable[[int], None] | None, worker: int) -> None:
    """Ignore signals: a cluster sends them to all processes, the parent answers."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if init is not None:
        init(worker)
