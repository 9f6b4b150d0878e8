"""Hard batch transforms, run on the device after the data preprocessor."""

from .cut_occlude import CutOcclude
from .hard_affine import HardAffine
from .hard_view import HardView
from .joint_cutout import JointCutout
from .rand_augment import RandAugment
from .random_cut_mix import RandomCutMix
from .random_cutout import RandomCutout
from .redraw_targets import RedrawTargets

__all__ = [
    'CutOcclude',
    'HardAffine',
    'HardView',
    'JointCutout',
    'RandAugment',
    'RandomCutMix',
    'RandomCutout',
    'RedrawTargets',
]
