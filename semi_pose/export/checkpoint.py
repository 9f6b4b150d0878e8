"""A stock checkpoint and a stock config of one network."""

import hashlib
import os
from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import mmpose.apis
import numpy as np
import torch
from mmengine.config import Config
from mmpose.models import TopdownPoseEstimator
from mmpose.structures import PoseDataSample

from semi_pose.apis import inference_topdown, init_model
from semi_pose.engine.whole_files import write_whole
from semi_pose.errors import UserError
from semi_pose.models.members import members_of, network_state
from semi_pose.recipes.stock import stock_config
from semi_pose.synthetic import draw_picture

PICTURES = 4
TOLERANCE = 1e-6  # of heatmaps, which reach 1
PIXELS = 1e-3


class Export(NamedTuple):
    """What was written, and how it was checked.

    Attributes:
        config (Path): A config for MMPose.
        checkpoint (Path): A checkpoint for MMPose.
        difference (float): The largest difference of heatmaps from the model's.
        packages (list[str]): What the config imports; nothing if it is stock.
    """

    config: Path
    checkpoint: Path
    difference: float
    packages: list[str]


def check_alone(model: TopdownPoseEstimator, name: str) -> None:
    """Check that a member is one network, which a stock model can be.

    Args:
        model (TopdownPoseEstimator): The model.
        name (str): A name in :func:`members_of`.

    Raises:
        UserError: If it is the mean of several.
    """
    count = len(members_of(model)[name])
    if count > 1:
        raise UserError(
            f'{name} is the mean of {count} networks, and a stock model is one: export '
            'net1 or net2, or predict with all by semi_pose.apis.'
        )


def export_network(cfg: Config, checkpoint: str, name: str, out: Path) -> Export:
    """Write one network as files of MMPose, once they are found to predict the same.

    Args:
        cfg (Config): Config of the whole model.
        checkpoint (str): Checkpoint of the whole model.
        name (str): Which network.
        out (Path): Folder to write to.

    Returns:
        Export: What was written.

    Raises:
        UserError: If the checkpoint does not fit, or the folder cannot be written.
    """
    cfg = deepcopy(cfg)
    cfg.model.test_cfg = dict(cfg.model.get('test_cfg') or {}, output_heatmaps=True)
    model = init_model(cfg, checkpoint, name, 'cpu')
    stock = stock_config(cfg, name)
    stem = f'{Path(cfg.filename).stem}_{name}'
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out, prefix='.') as folder:
            paths = _write(stock, _content(model, name), Path(folder, stem))
            difference = compare(model, *paths)
            stock.model.test_cfg.pop('output_heatmaps')
            stock.dump(paths[0])
            for path in paths:
                os.replace(path, out / path.name)
    except OSError as error:
        raise UserError(
            f'{out} cannot be written ({error.strerror}): name another folder by --out.'
        ) from error
    packages = stock.get('custom_imports', {}).get('imports', [])
    return Export(*(out / path.name for path in paths), difference, packages)


def _content(model: TopdownPoseEstimator, name: str) -> bytes:
    """Return the checkpoint file of a network."""
    (network,) = members_of(model)[name]
    state = {
        key: value.detach().clone() for key, value in network_state(network).items()
    }
    # As lists: arrays would have to be allowed before torch loads them.
    meta = dict(dataset_meta=_plain(model.dataset_meta), network=name)
    buffer = BytesIO()
    torch.save(dict(meta=meta, state_dict=state), buffer)
    return buffer.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def _write(stock: Config, content: bytes, stem: Path) -> tuple[Path, Path]:
    """Write both files; the checkpoint's name ends with its hash, as MMPose's do."""
    digest = hashlib.sha256(content).hexdigest()[:8]
    checkpoint = stem.with_name(f'{stem.name}-{digest}.pth')
    write_whole(checkpoint, content)
    config = stem.with_name(f'{stem.name}.py')
    stock.dump(config)
    return config, checkpoint


def compare(model: TopdownPoseEstimator, config: Path, checkpoint: Path) -> float:
    """Compare a model's predictions with those of exported files, on drawn pictures.

    Args:
        model (TopdownPoseEstimator): The model, which outputs heatmaps.
        config (Path): The exported config, which outputs heatmaps too.
        checkpoint (Path): The exported checkpoint.

    Returns:
        float: The largest difference of heatmaps.

    Raises:
        RuntimeError: If the predictions differ.
    """
    stock = mmpose.apis.init_model(str(config), str(checkpoint), device='cpu')
    inferencer = mmpose.apis.MMPoseInferencer(
        pose2d=str(config),
        pose2d_weights=str(checkpoint),
        det_model='whole_image',
        device='cpu',
        show_progress=False,
    )
    heatmaps, pixels = [], []
    for path in _draw_pictures(config.parent):
        ours, theirs = (inference_topdown(one, path)[0] for one in (model, stock))
        (found,) = next(inferencer(path))['predictions'][0]
        heatmaps.append(_difference(*map(_heatmaps, (ours, theirs))))
        points = ours.pred_instances.keypoints[0]
        pixels.append(_difference(points, np.array(found['keypoints'])))
    if max(heatmaps) > TOLERANCE or max(pixels) > PIXELS:
        raise RuntimeError(
            f'The exported network differs: heatmaps by {max(heatmaps):.2g}, joints by '
            f'{max(pixels):.2g} pixels. Nothing was written.'
        )
    return max(heatmaps)


def _draw_pictures(folder: Path) -> Sequence[str]:
    paths = [str(folder / f'{number}.png') for number in range(PICTURES)]
    for number, path in enumerate(paths):
        cv2.imwrite(path, draw_picture('val2017', number)[0])
    return paths


def _heatmaps(sample: PoseDataSample) -> np.ndarray:
    return np.asarray(sample.pred_fields.heatmaps)


def _difference(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first - second).max())
