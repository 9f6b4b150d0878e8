"""Semi-supervised 2D human pose estimation for MMPose.

Importing the package registers its data sets, transforms, models, hooks and
loops in MMPose's registries.
"""

from semi_pose import compat

compat.setup()

from semi_pose import datasets, engine, evaluation, models, registry  # noqa: E402
from semi_pose.version import __version__  # noqa: E402

compat.draw_with_new_numpy()

__all__ = ['__version__', 'datasets', 'engine', 'evaluation', 'models', 'registry']
