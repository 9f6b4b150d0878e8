"""The method: easy views teach hard views."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

import torch
from mmengine.structures import PixelData
from mmpose.models import TopdownPoseEstimator
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import MODELS, TRANSFORMS
from mmpose.utils.typing import ConfigType, OptConfigType, SampleList
from torch import Tensor, nn

from semi_pose.geometry import invert_theta, warp

from .hard_pipeline import HardView
from .mean_teacher import MeanTeacher

Branches = dict[str, Tensor]
# Below these keys lies what a stock model does not have.
EXTRA_PARTS = ('peer.', 'mean_teachers.')


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
        hard_pipeline (Sequence[dict]): Hard batch transforms, in order.
        teacher_view (dict, optional): A HardAffine that draws the teachers' view
            too, apart from the students': standard consistency, which collapses
            (paper, Section 3.1). By default teachers see the easy view as it is.
        mean_teacher (float, optional): Momentum, such as 0.001, of moving averages
            of the networks, which teach in their place (SemiRunner moves them). None:
            the networks teach.
        consistency_head (dict, optional): Config of the consistency loss.
            Defaults to :class:`DualConsistencyHead`.
        train_cfg (dict, optional): As MMPose's; the accuracy on the training
            batch is not computed unless asked for, since it stalls the device.
        test_cfg (dict, optional): As MMPose's, and ``network``: 1 (default),
            2, 'ensemble', the mean of both networks' heatmaps, or 'ema', that of
            the mean teachers.
        data_preprocessor (dict, optional): Usually SemiDataPreprocessor.
        init_cfg (dict, optional): Initialisation.
        metainfo (dict, optional): As MMPose's.
    """

    def __init__(
        self,
        backbone: ConfigType,
        head: ConfigType,
        neck: OptConfigType = None,
        peer: dict | str | None = 'same',
        hard_pipeline: Sequence[dict] = (),
        teacher_view: dict | None = None,
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
        self.peer = self._build_peer(peer, dict(network, **cfgs))
        self.mean_teachers = None
        if mean_teacher is not None:
            self.mean_teachers = nn.ModuleList(
                MeanTeacher(net, mean_teacher) for net in self.networks
            )
        self.hard_pipeline = [TRANSFORMS.build(cfg) for cfg in hard_pipeline]
        self.teacher_view = None
        if teacher_view is not None:
            self.teacher_view = TRANSFORMS.build(teacher_view)
        self.consistency_head = MODELS.build(
            consistency_head or dict(type='DualConsistencyHead')
        )

    @staticmethod
    def _build_peer(
        peer: dict | str | None, network: dict
    ) -> TopdownPoseEstimator | None:
        if peer is None:
            return None
        if isinstance(peer, str) and peer != 'same':
            raise ValueError(f"peer must be 'same', a dict or None, not {peer!r}")
        changes = {} if peer == 'same' else peer
        return MODELS.build({'type': 'TopdownPoseEstimator', **network, **changes})

    @property
    def networks(self) -> tuple[TopdownPoseEstimator, ...]:
        """Network 1 and, where there is one, network 2."""
        return (self,) if self.peer is None else (self, self.peer)

    @property
    def teachers(self) -> list[Callable[[Tensor], Tensor]]:
        """What maps images (B, C, H, W) to heatmaps (B, K, h, w), by network."""
        if self.mean_teachers is not None:
            return list(self.mean_teachers)
        return [net._forward for net in self.networks]

    def update_mean_teachers(self, step: int) -> None:
        """Move the mean teachers, where there are any, towards the networks.

        Args:
            step (int): Training steps done before.
        """
        for teacher, net in zip(self.mean_teachers or (), self.networks, strict=False):
            teacher.update(net, step)

    def loss(
        self,
        inputs: Tensor | Branches,
        data_samples: SampleList | dict[str, SampleList],
    ) -> dict[str, Tensor]:
        """Compute the losses of one step (paper, Algorithm 1).

        Args:
            inputs (dict[str, Tensor]): Images (B, C, H, W) of the branches
                ``sup`` (labeled), ``easy`` and, where an image transform makes
                one, ``hard`` (unlabeled). A plain tensor is a labeled batch.
            data_samples (dict[str, list]): Data samples by branch.

        Returns:
            dict[str, Tensor]: Losses, and ``response``: the teachers' mean
            peak value on the easy view, which falls to 0 in a collapse.
        """
        if isinstance(inputs, Tensor):
            return self.supervised_losses(inputs, data_samples)
        losses = self.supervised_losses(inputs['sup'], data_samples['sup'])
        if self.consistency_head.weight == 0:  # warm-up, at the price of the labels
            return losses
        with torch.no_grad():
            easy, frame = self.make_easy_view(inputs['easy'])
            # In float32 under mixed precision too: targets and theta want it.
            teachers = torch.stack([teacher(easy).float() for teacher in self.teachers])
            images = inputs.get('hard', inputs['easy'])
            hard = self.make_hard_view(images, teachers, frame)
        students = [
            net._forward(images)
            for net, images in zip(self.networks, hard.images, strict=True)
        ]
        losses.update(self.consistency_head.loss(students, hard.heatmaps))
        losses['response'] = teachers.amax((-2, -1)).mean()
        return losses

    def supervised_losses(
        self, images: Tensor, data_samples: SampleList
    ) -> dict[str, Tensor]:
        """Compute each network's own loss on the labels, averaged over networks.

        Args:
            images (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): With heatmap labels.

        Returns:
            dict[str, Tensor]: The head's entries under ``net1.``, ``net2.``.
        """
        losses = {}
        for i, net in enumerate(self.networks, 1):
            for name, value in TopdownPoseEstimator.loss(
                net, images, data_samples
            ).items():
                share = len(self.networks) if 'loss' in name else 1
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
        theta = self.teacher_view.draw_theta(len(images), images.device)
        return warp(images, theta), invert_theta(theta)

    def make_hard_view(
        self, images: Tensor, teachers: Tensor, frame: Tensor | None = None
    ) -> HardView:
        """Make what each student sees and what it is to predict.

        Args:
            images (Tensor): (B, C, H, W), one picture for all students.
            teachers (Tensor): (S, B, K, h, w), each teacher's heatmaps on the
                easy view. A student learns from the other network's.
            frame (Tensor, optional): Second result of :meth:`make_easy_view`.

        Returns:
            HardView: Images (S, B, C, H, W) and targets (S, B, K, h, w).
        """
        images = images.expand(len(teachers), *images.shape)
        view = HardView(images, teachers.flip(0), frame)
        for transform in self.hard_pipeline:
            view = transform(view)
        return view.aligned()

    def predict(self, inputs: Tensor, data_samples: SampleList) -> SampleList:
        """Predict with the network that ``test_cfg['network']`` names.

        Args:
            inputs (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): B samples.

        Returns:
            list[PoseDataSample]: The samples, with ``pred_instances`` in
            pixels of the original picture.
        """
        name = self.tested_network
        if name == 'net1':
            return super().predict(inputs, data_samples)
        heatmaps = self.test_heatmaps(inputs, data_samples)[name]
        return self._attach(heatmaps, data_samples)

    def predict_each(
        self, inputs: Tensor, data_samples: SampleList
    ) -> Iterator[tuple[str, SampleList]]:
        """Predict with every network in one pass, the tested network last.

        The samples are the same objects each time: use a prediction before
        asking for the next.

        Args:
            inputs (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): B samples.

        Yields:
            tuple[str, list[PoseDataSample]]: A name of :attr:`network_names`, and
            the samples with that network's predictions.
        """
        heatmaps = self.test_heatmaps(inputs, data_samples)
        for name in sorted(heatmaps, key=lambda name: name == self.tested_network):
            yield name, self._attach(heatmaps[name], data_samples)

    @property
    def tested_network(self) -> str:
        """The name in :attr:`network_names` that ``test_cfg['network']`` means.

        Raises:
            ValueError: If there is no such network.
        """
        network = self.test_cfg.get('network', 1)
        name = f'net{network}' if isinstance(network, int) else network
        if name not in self.network_names:
            raise ValueError(
                f'test_cfg.network={network!r}: this model has '
                f'{", ".join(self.network_names)} (1, 2, "ensemble" or "ema")'
            )
        return name

    @property
    def network_names(self) -> tuple[str, ...]:
        """What can be tested: ``net1``, ``net2``, ``ensemble``, ``ema``."""
        names = ('net1',) if self.peer is None else ('net1', 'net2', 'ensemble')
        return names if self.mean_teachers is None else (*names, 'ema')

    def test_heatmaps(
        self, inputs: Tensor, data_samples: SampleList
    ) -> dict[str, Tensor]:
        """Compute heatmaps of every network, averaged over flips if asked.

        Args:
            inputs (Tensor): (B, C, H, W).
            data_samples (list[PoseDataSample]): B samples.

        Returns:
            dict[str, Tensor]: (B, K, h, w) by :attr:`network_names`.
        """
        heatmaps = [
            self._flip_averaged(net._forward, inputs, data_samples)
            for net in self.networks
        ]
        if self.peer is not None:
            heatmaps.append(sum(heatmaps) / len(heatmaps))
        if self.mean_teachers is not None:
            averages = [
                self._flip_averaged(teacher, inputs, data_samples)
                for teacher in self.mean_teachers
            ]
            heatmaps.append(sum(averages) / len(averages))
        return dict(zip(self.network_names, heatmaps, strict=True))

    def _flip_averaged(
        self,
        network: Callable[[Tensor], Tensor],
        inputs: Tensor,
        data_samples: SampleList,
    ) -> Tensor:
        heatmaps = network(inputs)
        if not self.test_cfg.get('flip_test', False):
            return heatmaps
        flipped = flip_heatmaps(
            network(inputs.flip(-1)),
            flip_indices=data_samples[0].metainfo['flip_indices'],
            flip_mode=self.test_cfg.get('flip_mode', 'heatmap'),
            shift_heatmap=self.test_cfg.get('shift_heatmap', False),
        )
        return (heatmaps + flipped) * 0.5

    def _attach(self, heatmaps: Tensor, data_samples: SampleList) -> SampleList:
        """Decode heatmaps into the samples' predictions."""
        fields = None
        if self.test_cfg.get('output_heatmaps', False):
            fields = [PixelData(heatmaps=sample) for sample in heatmaps.detach()]
        return self.add_pred_to_datasample(
            self.head.decode(heatmaps), fields, data_samples
        )
