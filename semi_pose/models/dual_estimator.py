"""The method: easy views teach hard views."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import partial

import torch
from mmengine.runner import autocast
from mmengine.structures import PixelData
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import MODELS, TRANSFORMS
from mmpose.utils.typing import ConfigType, OptConfigType, SampleList
from torch import Tensor, nn

from semi_pose.geometry import invert_theta, warp
from semi_pose.models.hard_pipeline import HardView
from semi_pose.models.heatmap_grid import codec_grid
from semi_pose.models.heatmaps import Network, predict_heatmaps
from semi_pose.models.lesson import Lesson
from semi_pose.models.members import find_member, member_heatmaps
from semi_pose.models.stored_gradient import sum_without_graphs
from semi_pose.models.teachers import MeanTeacher, PastTeacher

Branches = dict[str, Tensor]


@MODELS.register_module()
class DualPoseEstimator(TopdownPoseEstimator):
    """One network that teaches itself, or two that teach each other.

    Network 1 lies under the keys of a stock estimator (``backbone``, ``neck``,
    ``head``), so MMPose's tools and stock configs use a checkpoint as it is;
    network 2 is the ``peer``. Method: Xie et al., ICCV 2021, Sections 3.2
    (single) and 3.3 (dual), Algorithm 1 of the supplement.

    Args:
        backbone (dict): Backbone of network 1.
        head (dict): Head of network 1, one that predicts heatmaps.
        neck (dict, optional): Neck of network 1.
        peer (dict | str | None): Network 2. ``'same'``: built like network 1,
            with a start of its own. A dict: what differs from network 1
            (``backbone``, ``neck``, ``head``, ``init_cfg``). None: no second
            network, network 1 teaches itself (PoseCons).
        paths (Sequence[Sequence[dict]]): Several hard views of each image. A path
            is a list of batch transforms; each starts from the same picture, its
            students are further ones, and the losses of all paths are added up
            (MultiAugs). By default one path without transforms.
        hard_pipeline (Sequence[dict]): Batch transforms of all paths together, in
            order, so that one draw of the affine serves them all.
        targets (dict, optional): Which teacher a student learns from. Defaults to
            :class:`PeerTargets`, the other network.
        student (dict | str, optional): A third network, built as ``peer`` says, that
            never teaches (SSPCM, CVPR 2023). With it, copies of both networks from the
            epoch before teach too, and ``targets`` defaults to
            :class:`PositionTargets`.
        one_path_at_a_time (bool): Compute the paths one after another, each with its
            backward pass: the same gradients with the memory of one path.
        teacher_view (dict, optional): A HardAffine that draws the teachers' view
            too, apart from the students': standard consistency, which collapses
            (paper, Section 3.1). By default teachers see the easy view as it is.
        warp_as_public_code (bool): Warp heatmaps as if they covered the same area as
            images, as the public code does. Targets of MSRA's codec are then 0.2
            heatmap pixels off on average (docs/methods.md). False: where the codec of
            the head puts them.
        mean_teacher (float, optional): Momentum, such as 0.001, of moving averages
            of the networks, which teach in their place (SemiRunner moves them). None:
            the networks teach.
        consistency_head (dict, optional): Settings of the consistency loss, a
            :class:`DualConsistencyHead`: lambda (``weight``), its warm-up and ramp.
        train_cfg (dict, optional): As MMPose's; the accuracy on the training
            batch is not computed unless asked for, since it stalls the device.
        test_cfg (dict, optional): As MMPose's, and ``network``, one of
            :attr:`members`: 'net1' (default), 'net2', 'ensemble', 'ema'.
        data_preprocessor (dict, optional): Usually SemiDataPreprocessor.
        init_cfg (dict, optional): Initialization.
        metainfo (dict, optional): As MMPose's.
    """

    # Below these keys lies what a stock model does not have.
    EXTRA_PARTS = ('peer.', 'student.', 'mean_teachers.', 'past_teachers.')

    def __init__(
        self,
        backbone: ConfigType,
        head: ConfigType,
        neck: OptConfigType = None,
        peer: dict | str | None = 'same',
        paths: Sequence[Sequence[dict]] = ((),),
        hard_pipeline: Sequence[dict] = (),
        targets: dict | None = None,
        student: dict | str | None = None,
        one_path_at_a_time: bool = False,
        teacher_view: dict | None = None,
        warp_as_public_code: bool = True,
        mean_teacher: float | None = None,
        consistency_head: OptConfigType = None,
        train_cfg: OptConfigType = None,
        test_cfg: OptConfigType = None,
        data_preprocessor: OptConfigType = None,
        init_cfg: OptConfigType = None,
        metainfo: dict | None = None,
    ) -> None:
        network = deepcopy(dict(backbone=backbone, neck=neck, head=head))
        cfgs = dict(
            train_cfg={'compute_acc': False, **(train_cfg or {})}, test_cfg=test_cfg
        )
        super().__init__(
            backbone,
            neck,
            head,
            data_preprocessor=data_preprocessor,
            init_cfg=init_cfg,
            metainfo=metainfo,
            **cfgs,
        )
        self.peer = self._build_like('peer', peer, dict(network, **cfgs))
        self.student = self._build_like('student', student, dict(network, **cfgs))
        self.mean_teachers = self.past_teachers = None
        if mean_teacher is not None:
            self.mean_teachers = nn.ModuleList(
                MeanTeacher(net, mean_teacher) for net in self.peers
            )
        if student is not None:
            self.past_teachers = nn.ModuleList(map(PastTeacher, self.peers))
        self.teacher_view = teacher_view and TRANSFORMS.build(teacher_view)
        rule = 'PeerTargets' if student is None else 'PositionTargets'
        grid = None if warp_as_public_code else codec_grid(self.head.decoder)
        self.register_buffer('grid', grid, persistent=False)
        self.make_targets = TRANSFORMS.build(targets or dict(type=rule))
        self.one_path_at_a_time = one_path_at_a_time
        self.paths = [self._build_transforms(path) for path in paths]
        self.hard_pipeline = self._build_transforms(hard_pipeline)
        self.consistency_head = MODELS.build(
            {'type': 'DualConsistencyHead', **(consistency_head or {})}
        )

    @staticmethod
    def _build_like(
        role: str, changes: dict | str | None, network: dict
    ) -> TopdownPoseEstimator | None:
        if changes is None:
            return None
        if isinstance(changes, str) and changes != 'same':
            raise ValueError(f"{role} must be 'same', a dict or None, not {changes!r}")
        changes = {} if changes == 'same' else changes
        return MODELS.build({'type': 'TopdownPoseEstimator', **network, **changes})

    def _build_transforms(self, cfgs: Sequence[dict]) -> list:
        transforms = [TRANSFORMS.build(cfg) for cfg in cfgs]
        for transform in transforms:
            if hasattr(transform, 'attach'):
                transform.attach(self.data_preprocessor)
        return transforms

    @property
    def peers(self) -> tuple[TopdownPoseEstimator, ...]:
        """The networks that teach: network 1 and, where there is one, network 2."""
        return (self,) if self.peer is None else (self, self.peer)

    @property
    def networks(self) -> tuple[TopdownPoseEstimator, ...]:
        """The networks that learn: the peers and, where there is one, the student."""
        return self.peers if self.student is None else (*self.peers, self.student)

    @property
    def teachers(self) -> list[Network]:
        """The peers, or their moving averages, then their copies of last epoch."""
        return [*(self.mean_teachers or self.peers), *(self.past_teachers or ())]

    @property
    def members(self) -> dict[str, list[Network]]:
        """What can be tested, by name: the networks whose heatmaps are averaged."""
        members = {f'net{i}': [net] for i, net in enumerate(self.peers, 1)}
        if self.peer is not None:
            members['ensemble'] = list(self.peers)
        if self.student is not None:
            members['student'] = [self.student]
        if self.mean_teachers is not None:
            members['ema'] = list(self.mean_teachers)
        return members

    def init_weights(self) -> None:
        """Initialize the networks; a student like network 1 starts as its copy."""
        super().init_weights()
        if self.student is not None:
            start, own = self.state_dict(), self.student.state_dict()
            shapes = {key: value.shape for key, value in start.items()}
            if all(shapes.get(key) == value.shape for key, value in own.items()):
                self.student.load_state_dict({key: start[key] for key in own})

    def update_teachers(
        self, step: int, epoch_length: int, updates: int | None
    ) -> None:
        """Let the teachers that follow the networks do so, before a step.

        Args:
            step (int): Training steps done before.
            epoch_length (int): Steps in an epoch; at its start the copies of the epoch
                before are made.
            updates (int, optional): How often the networks have changed; None after
                a step that only accumulated gradients.
        """
        for teacher, net in zip(self.mean_teachers or (), self.peers, strict=False):
            if updates is not None:
                teacher.update(net, updates)
        if step % epoch_length == 0:
            for teacher, net in zip(self.past_teachers or (), self.peers, strict=False):
                teacher.update(net)

    def loss(
        self,
        inputs: Tensor | Branches,
        data_samples: SampleList | dict[str, SampleList],
    ) -> dict[str, Tensor]:
        """Compute the losses of one step (paper, Algorithm 1).

        Args:
            inputs (dict[str, Tensor]): Images (B, C, H, W) of the branches ``sup``
                (labeled) and ``easy`` (unlabeled). A plain tensor is a labeled batch.
            data_samples (dict[str, list]): Data samples by branch.

        Returns:
            dict[str, Tensor]: Losses, and ``response``: the teachers' mean
            peak value on the easy view, which falls to 0 in a collapse.
        """
        if isinstance(inputs, Tensor):
            return self.supervised_losses(inputs, data_samples)
        losses = self.supervised_losses(inputs['sup'], data_samples['sup'])
        if self.consistency_head.current_weight == 0:  # at the price of the labels
            return losses
        lesson = self.make_lesson(inputs['easy'])
        losses['loss_consistency'] = self.consistency_loss(lesson.hard)
        losses['response'] = lesson.teachers[: len(self.peers)].amax((-2, -1)).mean()
        return losses

    @torch.no_grad()
    def make_lesson(self, images: Tensor) -> Lesson:
        """Let the teachers predict the easy view, and make the students' task of it.

        Args:
            images (Tensor): (B, C, H, W), unlabeled.

        Returns:
            Lesson: The task, without gradients.
        """
        # Mixed precision is for networks: positions in a view want float32.
        float32 = partial(autocast, images.device.type, enabled=False)
        with float32():
            easy, frame = self.make_easy_view(images)
        teachers = torch.stack(
            [predict_heatmaps(teacher, easy).float() for teacher in self.teachers]
        )
        with float32():
            targets, weights = self.make_targets(teachers)
            images = images.expand(len(targets), *images.shape)
            view = HardView(images, targets, frame, weights, self.grid)
            hard = self.make_hard_view(view)
        return Lesson(easy, teachers, targets, hard)

    def make_hard_view(self, view: HardView) -> HardView:
        """Make what each student sees and what it is to predict.

        Args:
            view (HardView): The same picture (S, B, C, H, W) for all students, and
                their targets (S, B, K, h, w).

        Returns:
            HardView: P S students, path by path, targets in the images' frame.
        """
        view = HardView.joined([_apply(path, view) for path in self.paths])
        return _apply(self.hard_pipeline, view).aligned()

    def consistency_loss(self, hard: HardView) -> Tensor:
        """Compare the students with their targets.

        Args:
            hard (HardView): Of P S students, path by path.

        Returns:
            Tensor: The weighted scalar loss, added up over paths.
        """
        if not self.one_path_at_a_time:
            return self._compare(hard)
        parameters = [value for value in self.parameters() if value.requires_grad]
        paths = hard.split(len(self.networks))
        losses = [partial(self._compare, path) for path in paths]
        return sum_without_graphs(losses, parameters)

    def _compare(self, hard: HardView) -> Tensor:
        students = self.predict_students(hard)
        return self.consistency_head.loss(students, hard.heatmaps, hard.weights)[
            'loss_consistency'
        ]

    def predict_students(self, hard: HardView) -> list[Tensor]:
        """Let each network predict its hard views.

        Args:
            hard (HardView): Of P S students, path by path.

        Returns:
            list[Tensor]: P S heatmaps of (B, K, h, w), with gradients.
        """
        networks = self.networks * (len(hard.images) // len(self.networks))
        pairs = zip(networks, hard.images, strict=True)
        return [predict_heatmaps(network, images) for network, images in pairs]

    def supervised_losses(
        self, images: Tensor, data_samples: SampleList
    ) -> dict[str, Tensor]:
        """Compute each network's own loss on the labels.

        Args:
            images (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): With heatmap labels.

        Returns:
            dict[str, Tensor]: The head's entries under ``net1.``, ``net2.``,
            ``net3.`` (the student). The loss of each is divided by the number of peers.
        """
        losses = {}
        for i, net in enumerate(self.networks, 1):
            for name, value in TopdownPoseEstimator.loss(
                net, images, data_samples
            ).items():
                share = len(self.peers) if 'loss' in name else 1
                losses[f'net{i}.{name}'] = value / share
        return losses

    def make_easy_view(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """Make what the teachers see.

        Args:
            images (Tensor): (B, C, H, W).

        Returns:
            tuple[Tensor, Tensor | None]: The images that they see, and ``frame``
            (B, 2, 3), which maps positions of the given images to theirs; None
            where these are the same.
        """
        if self.teacher_view is None:
            return images, None
        theta = self.teacher_view.draw_theta(images)
        return warp(images, theta), invert_theta(theta)

    def predict(self, inputs: Tensor, data_samples: SampleList) -> SampleList:
        """Predict with the member that ``test_cfg['network']`` names.

        Args:
            inputs (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): B samples.

        Returns:
            list[PoseDataSample]: The samples, with ``pred_instances`` in
            pixels of the original picture.
        """
        name = find_member(self)
        if name == 'net1':
            return super().predict(inputs, data_samples)
        heatmaps = self._test_heatmaps(inputs, data_samples, [name])[name]
        return self._attach(heatmaps, data_samples)

    def predict_each(
        self, inputs: Tensor, data_samples: SampleList
    ) -> Iterator[tuple[str, SampleList]]:
        """Predict with every member in one pass, the tested one last.

        The samples are the same objects each time: use a prediction before
        asking for the next.

        Args:
            inputs (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): B samples.

        Yields:
            tuple[str, list[PoseDataSample]]: A name of :attr:`members`, and the
            samples with its predictions.
        """
        heatmaps = self._test_heatmaps(inputs, data_samples, list(self.members))
        tested = find_member(self)
        for name in sorted(heatmaps, key=lambda name: name == tested):
            yield name, self._attach(heatmaps[name], data_samples)

    def _test_heatmaps(
        self, inputs: Tensor, data_samples: SampleList, names: Sequence[str]
    ) -> dict[str, Tensor]:
        flips = self.test_cfg.get('flip_test', False)
        flip_indices = data_samples[0].metainfo['flip_indices'] if flips else None
        return member_heatmaps(self, inputs, names, flip_indices)

    def _attach(self, heatmaps: Tensor, data_samples: SampleList) -> SampleList:
        """Decode heatmaps into the samples' predictions."""
        fields = None
        if self.test_cfg.get('output_heatmaps', False):
            fields = [PixelData(heatmaps=sample) for sample in heatmaps.detach()]
        return self.add_pred_to_datasample(
            self.head.decode(heatmaps), fields, data_samples
        )


def _apply(transforms: list, view: HardView) -> HardView:
    for transform in transforms:
        view = transform(view)
    return view
