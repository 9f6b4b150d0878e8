"""One network of a trained model, written for MMPose and for ONNX Runtime."""

from .best_network import best_network
from .checkpoint import check_alone, export_network
from .onnx import check_onnx_packages, export_onnx

__all__ = [
    'best_network',
    'check_alone',
    'check_onnx_packages',
    'export_network',
    'export_onnx',
]
