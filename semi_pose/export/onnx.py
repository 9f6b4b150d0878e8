"""A network as an ONNX file."""

import warnings
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import NamedTuple

import mmpose.apis
import numpy as np
import torch
from torch import Tensor, nn

from semi_pose.errors import UserError

TOLERANCE = 1e-4
BATCHES = (1, 3)


class OnnxExport(NamedTuple):
    """What was written.

    Attributes:
        path (Path): The file.
        shape (tuple[int, int, int]): Channels, height and width of its input.
        difference (float): The largest difference of heatmaps from PyTorch's.
    """

    path: Path
    shape: tuple[int, int, int]
    difference: float


class _Heatmaps(nn.Module):
    """A pose estimator as a function of images alone."""

    def __init__(self, estimator: nn.Module) -> None:
        super().__init__()
        self.estimator = estimator

    def forward(self, images: Tensor) -> Tensor:
        return self.estimator(images, None)


def check_onnx_packages() -> None:
    """Check that the optional packages are installed.

    Raises:
        UserError: If not.
    """
    missing = [name for name in ('onnx', 'onnxruntime') if find_spec(name) is None]
    if missing:
        raise UserError(
            f'--onnx needs {" and ".join(missing)}: '
            "pip install 'semi_pose[onnx]', or: pip install onnx onnxruntime"
        )


def export_onnx(config: Path, checkpoint: Path) -> OnnxExport:
    """Write an exported network as ONNX, and compare it with PyTorch.

    The input ``images`` is (B, 3, H, W), float32, normalized, of any B; the output
    ``heatmaps`` is (B, K, h, w). Neither flips nor decoding are part of it.

    Args:
        config (Path): The exported config.
        checkpoint (Path): The exported checkpoint, beside which the file is written.

    Returns:
        OnnxExport: The file.

    Raises:
        RuntimeError: If ONNX Runtime computes other heatmaps; the file is removed.
    """
    model = mmpose.apis.init_model(str(config), str(checkpoint), device='cpu')
    network = _Heatmaps(model).eval()
    width, height = model.head.decoder.input_size
    path = checkpoint.with_suffix('.onnx')
    axes = {name: {0: 'batch'} for name in ('images', 'heatmaps')}
    # The exporter by torch.export is 8 times slower here and needs onnxscript.
    older = 'dynamo' in signature(torch.onnx.export).parameters
    with warnings.catch_warnings():
        for kind in (DeprecationWarning, torch.jit.TracerWarning):
            warnings.simplefilter('ignore', kind)
        torch.onnx.export(
            network,
            (torch.zeros(2, 3, height, width),),
            str(path),
            input_names=['images'],
            output_names=['heatmaps'],
            dynamic_axes=axes,
            **({'dynamo': False} if older else {}),
        )
    difference = _compare(network, path, (3, height, width))
    if difference > TOLERANCE:
        path.unlink()
        raise RuntimeError(f'ONNX Runtime predicts otherwise, by {difference:.2g}.')
    return OnnxExport(path, (3, height, width), difference)


@torch.no_grad()
def _compare(network: nn.Module, path: Path, shape: tuple[int, ...]) -> float:
    from onnxruntime import InferenceSession

    session = InferenceSession(str(path), providers=['CPUExecutionProvider'])
    generator = torch.Generator().manual_seed(0)
    differences = []
    for size in BATCHES:
        images = torch.randn(size, *shape, generator=generator)
        (found,) = session.run(None, {'images': images.numpy()})
        differences.append(np.abs(network(images).numpy() - found).max())
    return float(max(differences))
