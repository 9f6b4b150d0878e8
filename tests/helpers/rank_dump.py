"""A hook that writes what a rank has seen and learned; test_dist.py loads it."""

import json
from hashlib import sha256
from pathlib import Path

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmpose.registry import HOOKS


@HOOKS.register_module()
class RankDump(Hook):
    """Write the images of each step, and digests of the weights at the end.

    Args:
        out_dir (str): Where ``rank<n>.json`` goes.
    """

    priority = 'LOWEST'

    def __init__(self, out_dir: str) -> None:
        self.out_dir = out_dir
        self.images = {'sup': [], 'easy': []}

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Note the images of the step."""
        for branch, seen in self.images.items():
            samples = data_batch['data_samples'][branch]
            seen.append([sample.id for sample in samples])

    def after_train(self, runner) -> None:
        """Write."""
        digests = {
            name: sha256(value.numpy().tobytes()).hexdigest()
            for name, value in runner.model.module.state_dict().items()
        }
        path = Path(self.out_dir, f'rank{get_rank()}.json')
        path.write_text(json.dumps({'images': self.images, 'digests': digests}))
