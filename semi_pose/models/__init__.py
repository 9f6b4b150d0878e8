"""Models, losses and batch transforms."""

from .averaged_views import AveragedViews
from .backbones import EfficientNetLite
from .data_preprocessor import SemiDataPreprocessor
from .dual_consistency_head import DualConsistencyHead
from .dual_estimator import DualPoseEstimator
from .hard_pipeline import HardAffine, HardView, JointCutout, RandAugment
from .necks import LateralSum
from .targets import PeerTargets, PositionTargets
from .teachers import MeanTeacher, PastTeacher

__all__ = [
    'AveragedViews',
    'DualConsistencyHead',
    'DualPoseEstimator',
    'EfficientNetLite',
    'HardAffine',
    'HardView',
    'JointCutout',
    'LateralSum',
    'MeanTeacher',
    'PastTeacher',
    'PeerTargets',
    'PositionTargets',
    'RandAugment',
    'SemiDataPreprocessor',
]
