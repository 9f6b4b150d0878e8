"""Trained models, ready to predict."""

from copy import deepcopy
from pathlib import Path

import mmpose.apis
from mmengine.config import Config
from mmengine.device import get_device
from mmpose.models import TopdownPoseEstimator

from semi_pose.engine.checkpoints import load_weights, read_checkpoint, weights_in
from semi_pose.models.members import find_member, member_weights
from semi_pose.recipes.pseudo_labels import find_metainfo
from semi_pose.recipes.reading import read_config
from semi_pose.recipes.stock import stock_loading


def init_model(
    config: str | Path | Config,
    checkpoint: str | None = None,
    network: str | int | None = None,
    device: str | None = None,
    cfg_options: dict | None = None,
) -> TopdownPoseEstimator:
    """Build a model and load a checkpoint, for `inference_topdown`.

    Args:
        config (str | Path | Config): A config of this project or of MMPose.
        checkpoint (str, optional): Checkpoint file or address.
        network (str | int, optional): What predicts: ``net1``, ``net2``, ``ensemble``,
            ``student`` or ``ema``, as far as the model has them. What the config's
            ``test_cfg`` says by default.
        device (str, optional): By default a GPU if there is one.
        cfg_options (dict, optional): Settings to change in the config.

    Returns:
        TopdownPoseEstimator: The model in evaluation mode, with ``cfg`` and
        ``dataset_meta``.

    Raises:
        UserError: If a file is missing or broken, the checkpoint is of another model,
            or the model has no such network.
    """
    cfg = deepcopy(config) if isinstance(config, Config) else read_config(str(config))
    cfg.merge_from_dict(cfg_options or {})
    if network is not None:
        test_cfg = cfg.model.get('test_cfg') or {}
        cfg.model.test_cfg = dict(test_cfg, network=network)
    dataset = cfg.test_dataloader.dataset
    dataset.pipeline = stock_loading(dataset.pipeline)
    # MMPose looks for the joints in a training set of one kind.
    cfg.train_dataloader = dict(dataset=dict(metainfo=find_metainfo(dataset)))
    model = mmpose.apis.init_model(cfg, device=device or get_device())
    name = find_member(model)
    if checkpoint is not None:
        saved = read_checkpoint(str(checkpoint))
        needed = member_weights(model, name)
        load_weights(model, weights_in(saved), str(checkpoint), needed)
        model.dataset_meta = saved.get('meta', {}).get(
            'dataset_meta', model.dataset_meta
        )
    return model
