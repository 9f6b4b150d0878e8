"""MMPose's drawing of joints with NumPy 2.5."""

from functools import cache, wraps

import numpy as np


@cache
def draw_with_new_numpy() -> None:
    """Let `OpencvBackendVisualizer.draw_circles` take a radius in an array.

    MMPose draws each joint with ``radius=np.array([radius])`` and then takes
    ``int(radius)``, which NumPy refuses from 2.5 on. MMPose must be importable.
    """
    from mmpose.visualization import opencv_backend_visualizer

    visualizer = opencv_backend_visualizer.OpencvBackendVisualizer
    draw = visualizer.draw_circles

    @wraps(draw)
    def draw_circles(self, center, radius, **options):
        if self.backend == 'opencv':
            radius = np.asarray(radius).item()
        return draw(self, center, radius, **options)

    visualizer.draw_circles = draw_circles
