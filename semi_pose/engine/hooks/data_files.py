"""Annotation files in the course of a run."""

import logging

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from semi_pose.datasets.annotation_check import counted
from semi_pose.datasets.annotation_files import SharedFiles
from semi_pose.datasets.transforms import count_resized


class DataFiles(Hook):
    """Log how files were read, forget them once all is built, count odd pictures.

    Args:
        files (SharedFiles): The annotation files of the run.
    """

    priority = 'LOWEST'  # after hooks that build data sets of their own

    def __init__(self, files: SharedFiles) -> None:
        self.files = files

    def before_run(self, runner: Runner) -> None:
        """Log what was read in another way than written."""
        self.files.say()

    def before_train(self, runner: Runner) -> None:
        """Free the memory."""
        self.files.release()

    def before_test(self, runner: Runner) -> None:
        """Free the memory."""
        self.files.release()

    def after_train(self, runner: Runner) -> None:
        """Say how many pictures are of another size than their file says."""
        count = torch.tensor(count_resized(runner.train_dataloader.dataset))
        all_reduce(count)
        if count:
            print_log(
                f'{counted(int(count), "picture")} had another size than in the '
                'annotation file; a warning above names the first.',
                'current',
                level=logging.WARNING,
            )
