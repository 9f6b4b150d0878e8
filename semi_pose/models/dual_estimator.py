"""The method: easy views teach hard views."""

from collections.abc import Iterator, Sequence
from copy import deepcopy

import torch
from mmengine.structures import PixelData
from mmpose.models import TopdownPoseEstimator
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import MODELS, TRANSFORMS
from mmpose.utils.typing import ConfigType, OptConfigType, SampleList
from torch import Tensor

from .hard_pipeline import HardView

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
        hard_pipeline (Sequence[dict]): Hard batch transforms, in order.
        consistency_head (dict, optional): Config of the consistency loss.
            Defaults to :class:`DualConsistencyHead`.
        train_cfg (dict, optional): As MMPose's; the accuracy on the training
            batch is not computed unless asked for, since it stalls the device.
        test_cfg (dict, optional): As MMPose's, and ``network``: 1 (default),
            2 or 'ensemble', the mean of both networks' heatmaps.
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
        self.hard_pipeline = [TRANSFORMS.build(cfg) for cfg in hard_pipeline]
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
            # In float32 under mixed precision too: targets and theta want it.
            teachers = torch.stack(
                [net._forward(inputs['easy']).float() for net in self.networks]
            )
            hard = self.make_hard_view(inputs.get('hard', inputs['easy']), teachers)
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

    def make_hard_view(self, images: Tensor, teachers: Tensor) -> HardView:
        """Make what each student sees and what it is to predict.

        Args:
            images (Tensor): (B, C, H, W), one picture for all students.
            teachers (Tensor): (S, B, K, h, w), each network's own heatmaps on
                the easy view. A student learns from the other network's.

        Returns:
            HardView: Images (S, B, C, H, W) and targets (S, B, K, h, w).
        """
        view = HardView(images.expand(len(teachers), *images.shape), teachers.flip(0))
        for transform in self.hard_pipeline:
            view = transform(view)
        return view

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
            tuple[str, list[PoseDataSample]]: ``net1``, ``net2`` or
            ``ensemble``, and the samples with that network's predictions.
        """
        heatmaps = self.test_heatmaps(inputs, data_samples)
        for name in sorted(heatmaps, key=lambda name: name == self.tested_network):
            yield name, self._attach(heatmaps[name], data_samples)

    @property
    def tested_network(self) -> str:
        """``net1``, ``net2`` or ``ensemble``, as ``test_cfg['network']`` says.

        Raises:
            ValueError: If there is no such network.
        """
        network = self.test_cfg.get('network', 1)
        name = network if network == 'ensemble' else f'net{network}'
        if name not in self.network_names:
            raise ValueError(
                f'test_cfg.network={network!r}: this model has '
                f'{", ".join(self.network_names)} (1, 2 or "ensemble")'
            )
        return name

    @property
    def network_names(self) -> tuple[str, ...]:
        """What can be tested: ``net1`` and, with a peer, the others."""
        return ('net1',) if self.peer is None else ('net1', 'net2', 'ensemble')

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
            self._flip_averaged(net, inputs, data_samples) for net in self.networks
        ]
        if self.peer is not None:
            heatmaps.append(sum(heatmaps) / len(heatmaps))
        return dict(zip(self.network_names, heatmaps, strict=True))

    def _flip_averaged(
        self, net: TopdownPoseEstimator, inputs: Tensor, data_samples: SampleList
    ) -> Tensor:
        heatmaps = net._forward(inputs)
        if not self.test_cfg.get('flip_test', False):
            return heatmaps
        flipped = flip_heatmaps(
            net._forward(inputs.flip(-1)),
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
