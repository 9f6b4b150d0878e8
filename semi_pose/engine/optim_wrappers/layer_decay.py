"""Layer decay of the learning rate in each network."""

from typing import Any

from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from mmpose.engine.optim_wrappers import LayerDecayOptimWrapperConstructor
from torch import nn


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class EachNetworkLayerDecay(LayerDecayOptimWrapperConstructor):
    """MMPose's layer decay for ViTPose, in all networks of a DualPoseEstimator.

    MMPose's constructor knows layers by the names that they have in network 1; it would
    train those of the other networks at the full learning rate. Settings are its own.
    """

    def add_params(
        self, params: list[dict], module: nn.Module, *args: Any, **kwargs: Any
    ) -> None:
        """Add the parameters of each network in groups by layer.

        Args:
            params (list[dict]): The groups, to which these are added.
            module (Module): A DualPoseEstimator or a stock model.
            *args: As of MMPose's constructor.
            **kwargs: As of MMPose's constructor.
        """
        for network in getattr(module, 'networks', (module,)):
            parts = {
                name: part
                for name, part in network.named_children()
                if name in ('backbone', 'neck', 'head')
            }
            super().add_params(params, nn.ModuleDict(parts), *args, **kwargs)
