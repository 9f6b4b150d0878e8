"""Detection of people in pictures and videos."""

from .coco import to_coco
from .detectors import Detector, mmdet_detector, torchvision_detector
from .frames import Frame, extract_frames
from .journal import Journal

__all__ = [
    'Detector',
    'Frame',
    'Journal',
    'extract_frames',
    'mmdet_detector',
    'to_coco',
    'torchvision_detector',
]
