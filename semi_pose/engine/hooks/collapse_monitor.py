"""Detection of the collapse during training."""

import logging

import torch
from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmpose.registry import DATASETS, HOOKS
from torch.utils.data import Dataset

from semi_pose.engine.plain_model import plain_model
from semi_pose.errors import Collapsed, UserError
from semi_pose.evaluation.collapse import (
    RATIO,
    THRESHOLD,
    has_collapsed,
    measure_collapse,
)
from semi_pose.evaluation.samples import draw_batch

# Where checkpoints keep what has been seen.
STATE = 'collapse_monitor'
REMEDY = (
    'Networks that only need to agree learn to predict background everywhere. Let easy '
    'views teach hard ones (model.hard_pipeline=[JointCutout, HardAffine] and no '
    'model.teacher_view), start from the labels (model.consistency_head.warmup or '
    'SemiRunner.warm_start), or lower lambda (model.consistency_head.weight). See '
    'docs/collapse.md.'
)


@HOOKS.register_module()
class CollapseMonitor(Hook):
    """Measure the heatmaps on unlabeled images, and warn when they collapse.

    It measures before the first step, every ``interval`` steps and after the last
    one. The samples are drawn once, through the run's own pipelines, and the hard
    views have a fixed seed, so only the networks differ. docs/collapse.md defines
    what is logged. Training is the same to the bit without it.

    Supervised runs are measured if ``unlabeled`` is given, and never warned: nothing
    there pulls the heatmaps towards background, and few labels alone make them weaker
    on other images. The same holds for the warm-up, where lambda is 0.

    Args:
        interval (int): Steps between measurements.
        num (int): Number of unlabeled samples; half as many labeled ones set the
            limit. All of a set if it has fewer.
        threshold (float): A lower peak counts as no joint.
        ratio (float): Warn when a network's mean peak on unlabeled images is below
            this share of the highest one measured on labeled images.
        stop (bool): End the run at a collapse, and save nothing more.
        unlabeled (dict, optional): Config of an unlabeled set, with its pipeline, for
            runs that train on labels alone.
        seed (int): Seed of the samples and of the hard views.
    """

    # After SemiRunner has set lambda, and before checkpoints are written.
    priority = 'LOW'

    def __init__(
        self,
        interval: int = 200,
        num: int = 32,
        threshold: float = THRESHOLD,
        ratio: float = RATIO,
        stop: bool = False,
        unlabeled: dict | None = None,
        seed: int = 0,
    ) -> None:
        self.interval = interval
        self.num = num
        self.num_labeled = max(num // 2, 1)
        self.threshold = threshold
        self.ratio = ratio
        self.stop = stop
        self.unlabeled = unlabeled
        self.seed = seed

    def before_train(self, runner: Runner) -> None:
        """Draw the samples.

        Raises:
            UserError: If the labeled samples have no heatmaps to compare with.
        """
        self.model = plain_model(runner)
        state = runner.message_hub.runtime_info.get(STATE, (0.0, False))
        self._highest, self._has_fallen = state
        self._samples = None
        # The weights are the same in all processes, so one measures.
        if is_main_process():
            self._samples = self._draw_samples(runner.train_dataloader.dataset)

    def _draw_samples(self, dataset: Dataset) -> tuple[dict, dict] | None:
        unlabeled = getattr(dataset, 'unlabeled', None)
        if unlabeled is None and self.unlabeled is not None:
            unlabeled = DATASETS.build(self.unlabeled)
        if unlabeled is None:
            print_log(
                'CollapseMonitor measures nothing: this run has no unlabeled images. '
                'Set CollapseMonitor.unlabeled.',
                'current',
                level=logging.WARNING,
            )
            return None
        labeled = getattr(dataset, 'labeled', dataset)
        unlabeled = draw_batch(unlabeled, self.num, self.seed)
        labeled = draw_batch(labeled, self.num_labeled, self.seed)
        fields = getattr(labeled['data_samples'][0], 'gt_fields', None)
        if not isinstance(getattr(fields, 'heatmaps', None), torch.Tensor):
            raise UserError(
                'CollapseMonitor needs a head that predicts one heatmap per joint, and '
                'GenerateTarget in the labeled pipeline: take the hook out of '
                'custom_hooks, or use a HeatmapHead.'
            )
        return unlabeled, labeled

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Measure before the first step."""
        if runner.iter == 0:
            self._measure(step=0, runner=runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Measure every ``interval`` steps, and after the last one.

        Raises:
            Collapsed: If the heatmaps have collapsed and ``stop`` is set.
        """
        is_due = self.every_n_train_iters(runner, self.interval)
        if is_due or self.is_last_train_iter(runner):
            self._measure(step=runner.iter + 1, runner=runner)

    def _measure(self, step: int, runner: Runner) -> None:
        warning = None
        if self._samples is not None:
            values = measure_collapse(
                self.model, *self._samples, self.threshold, self.seed
            )
            print_log(self._describe(values, step), 'current')
            runner.visualizer.add_scalars(values, step=step)
            warning = self._judge(values, step)
            state = [self._highest, self._has_fallen]
            runner.message_hub.update_info(STATE, state)
        if self.stop:
            # All processes must end, or the others would wait for this one.
            messages = [warning]
            broadcast_object_list(messages)
            if messages[0]:
                raise Collapsed(f'{messages[0]} Stopped by CollapseMonitor.stop.')
        elif warning:
            print_log(warning, 'current', level=logging.WARNING)

    def _describe(self, values: dict[str, float], step: int) -> str:
        line = (
            'Collapse, step {step}: mean peak {response:.3f} on unlabeled images, '
            '{labeled_response:.3f} on labeled ones; {below_threshold:.0%} of joints '
            f'below {self.threshold:g}'
        )
        if 'collapse/response_hard' in values:
            line += '; students on the hard view {response_hard:.3f}, gap {gap:+.3f}'
        short = {key.removeprefix('collapse/'): value for key, value in values.items()}
        return line.format(step=step, **short)

    def _judge(self, values: dict[str, float], step: int) -> str | None:
        """Return a warning at the beginning of a fall."""
        if step > 0:  # the peaks of an untrained network are noise
            self._highest = max(self._highest, values['collapse/labeled_response'])
        lowest = min(v for key, v in values.items() if key.endswith('/response'))
        had_fallen, self._has_fallen = self._has_fallen, self._is_low(lowest)
        if had_fallen or not self._has_fallen:
            return None
        return (
            f'The heatmaps are collapsing: at step {step} the mean peak on unlabeled '
            f'images is {lowest:.3g}, {lowest / self._highest:.0%} of the '
            f'{self._highest:.3g} that labeled images show (the limit is '
            f'{self.ratio:.0%}). {REMEDY}'
        )

    def _is_low(self, response: float) -> bool:
        head = getattr(self.model, 'consistency_head', None)
        if head is None or head.current_weight == 0:
            return False
        return has_collapsed(response, self._highest, self.threshold, self.ratio)
