"""Hard batch transforms, run on the device after the data preprocessor."""

from .hard_affine import HardAffine
from .hard_view import HardView
from .joint_cutout import JointCutout
from .rand_augment import RandAugment

__all__ = ['HardAffine', 'HardView', 'JointCutout', 'RandAugment']
