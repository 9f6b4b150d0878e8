"""Pictures of the views during training."""

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from semi_pose.engine.plain_model import plain_model
from semi_pose.evaluation.samples import draw_batch
from semi_pose.models import DualPoseEstimator


@HOOKS.register_module()
class SemiVisualizationHook(Hook):
    """Draw what teacher and student see and predict, into the visualizer's backends.

    The pictures are those of ``tools/analysis/show_views.py``, always of the same
    people and hard views: unlabeled people in semi-supervised runs, labeled ones with
    their targets in supervised runs. Local files are
    ``vis_data/vis_image/views_STEP.png``; TensorBoard shows them under ``views``.
    Training is the same to the bit without it.

    Args:
        interval (int, optional): Steps between pictures. By default there is one at
            each validation.
        num (int): How many people.
        labeled (bool): Whether to draw labeled people in semi-supervised runs too, as
            ``labeled_views``.
        seed (int): Seed of people and hard views.
    """

    # After SemiRunner has looked at the loss.
    priority = 'LOW'

    def __init__(
        self,
        interval: int | None = None,
        num: int = 4,
        labeled: bool = False,
        seed: int = 0,
    ) -> None:
        self.interval = interval
        self.num = num
        self.labeled = labeled
        self.seed = seed
        self._batches: dict[str, dict] = {}

    def before_train(self, runner: Runner) -> None:
        """Draw the people, in the first process."""
        if not is_main_process():
            return
        self.model = plain_model(runner)
        dataset = runner.train_dataloader.dataset
        self._links = dataset.metainfo['skeleton_links']
        is_semi = isinstance(self.model, DualPoseEstimator)
        is_semi = is_semi and hasattr(dataset, 'unlabeled')
        sets = {'views': dataset.unlabeled} if is_semi else {}
        if self.labeled or not is_semi:
            sets['labeled_views'] = getattr(dataset, 'labeled', dataset)
        self._batches = {
            name: draw_batch(one, self.num, self.seed) for name, one in sets.items()
        }

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Draw every ``interval`` steps."""
        if self.interval and self.every_n_train_iters(runner, self.interval):
            self._draw(runner, runner.iter + 1)

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Draw at each validation of the training, unless there is an interval."""
        if not self.interval:
            self._draw(runner, runner.iter)

    def _draw(self, runner: Runner, step: int) -> None:
        # Here, since few runs use it: it imports pandas, among others.
        from semi_pose.analysis.pictures import to_image
        from semi_pose.analysis.views import draw_people

        for name, batch in self._batches.items():
            is_labeled = name == 'labeled_views'
            figure = draw_people(
                self.model, batch, self._links, is_labeled, seed=self.seed
            )
            runner.visualizer.add_image(name, to_image(figure), step)
