"""Detectors of people: MMDetection's and torchvision's."""

from collections.abc import Callable, Sequence
from urllib.error import URLError

import numpy as np
import torch
from mmcv.transforms import Compose
from mmengine.registry import DefaultScope
from torch import nn
from torchvision import models

from semi_pose.engine.checkpoints import check_checkpoint, load_weights, read_weights
from semi_pose.errors import UserError
from semi_pose.recipes.reading import read_config

Detector = Callable[[np.ndarray], np.ndarray]
"""From a picture (H, W, 3), BGR, uint8, to people (N, 5): x1, y1, x2, y2, score."""


def torchvision_detector(
    name: str,
    checkpoint: str | None = None,
    pretrained: bool = False,
    device: str = 'cpu',
    category: str = 'person',
    score_thr: float = 0.05,
) -> Detector:
    """Build a detector of torchvision.

    Args:
        name (str): As ``fasterrcnn_mobilenet_v3_large_320_fpn``.
        checkpoint (str, optional): File with its weights; random weights by default.
        pretrained (bool): Take torchvision's weights, downloaded the first time.
        device (str): Where it runs.
        category (str): What to detect, one of COCO's categories.
        score_thr (float): The detector's own threshold is not above this.

    Returns:
        Detector: The detector.

    Raises:
        UserError: If it is not known, or its weights cannot be had.
    """
    weights = _known_weights(name)
    label = _label(weights.meta['categories'], category, name)
    model = _torchvision_model(name, weights if pretrained else None)
    if checkpoint:
        load_weights(model, read_weights(checkpoint), checkpoint)
    heads = getattr(model, 'roi_heads', model)
    heads.score_thresh = min(heads.score_thresh, score_thr)
    model.to(device).eval()

    @torch.no_grad()
    def detect(picture: np.ndarray) -> np.ndarray:
        rgb = torch.from_numpy(picture[..., ::-1].copy()).to(device)
        (found,) = model([rgb.permute(2, 0, 1) / 255])
        return _people(found['boxes'], found['scores'], found['labels'] == label)

    return detect


def _known_weights(name: str) -> models.WeightsEnum:
    known = models.list_models(module=models.detection)
    if name not in known:
        raise UserError(f'--detector {name} is none of {", ".join(known)}.')
    return models.get_model_weights(name).DEFAULT


def _torchvision_model(name: str, weights: models.WeightsEnum | None) -> nn.Module:
    try:
        return models.get_model(name, weights=weights, weights_backbone=None)
    except (URLError, ConnectionError, TimeoutError) as error:
        raise UserError(
            f'Cannot download {weights.url} ({error}). Download it by hand, and name '
            'the file by --checkpoint.'
        ) from error


def mmdet_detector(
    config: str, checkpoint: str, device: str = 'cpu', category: str = 'person'
) -> Detector:
    """Build a detector of MMDetection.

    Args:
        config (str): Its config, also ``mmdet::...`` for one of those installed.
        checkpoint (str): Checkpoint file or address.
        device (str): Where it runs.
        category (str): What to detect, one of the names in the checkpoint.

    Returns:
        Detector: The detector.

    Raises:
        UserError: If a file is missing, or the detector knows no such category.
    """
    from mmdet.apis import inference_detector, init_detector
    from mmdet.utils import get_test_pipeline_cfg

    check_checkpoint(checkpoint)
    cfg = read_config(config)
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = init_detector(cfg, checkpoint, device=device)
        steps = get_test_pipeline_cfg(cfg)
        steps[0].type = 'mmdet.LoadImageFromNDArray'
        pipeline = Compose(steps)
    label = _label(model.dataset_meta['classes'], category, config)

    def detect(picture: np.ndarray) -> np.ndarray:
        with DefaultScope.overwrite_default_scope('mmdet'):
            found = inference_detector(model, picture, pipeline).pred_instances
        return _people(found.bboxes, found.scores, found.labels == label)

    return detect


def _label(names: Sequence[str], category: str, detector: str) -> int:
    if category not in names:
        raise UserError(
            f'{detector} does not detect {category}: by --category name one of '
            f'{", ".join(names)}.'
        )
    return list(names).index(category)


def _people(
    boxes: torch.Tensor, scores: torch.Tensor, chosen: torch.Tensor
) -> np.ndarray:
    return torch.cat([boxes, scores[:, None]], 1)[chosen].cpu().numpy()
