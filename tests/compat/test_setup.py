"""What newer Python and NumPy lack."""

import warnings
from importlib.util import find_spec

import numpy as np
from mmpose.visualization import PoseLocalVisualizer

from semi_pose import compat


def test_joints_are_drawn_with_a_radius_in_an_array():
    visualizer = PoseLocalVisualizer(backend='opencv')
    visualizer.set_image(np.zeros((21, 31, 3), np.uint8))
    with warnings.catch_warnings():
        # NumPy before 2.5 only warns of int(array).
        warnings.simplefilter('error')
        visualizer.draw_circles(
            np.array([20.0, 10.0]), radius=np.array([3]), face_colors=(255, 0, 0)
        )
    drawn = visualizer.get_image().any(-1)
    assert drawn[10, 17:24].all() and not drawn[10, :16].any()


def test_setuptools_stands_in_for_distutils(monkeypatch):
    imported = []
    monkeypatch.setattr(compat, 'import_module', imported.append)
    compat.setup()
    assert imported == []
    found = dict(distutils=None)
    monkeypatch.setattr(
        compat, 'find_spec', lambda name: found.get(name, name) and find_spec(name)
    )
    compat.setup()
    assert imported == ['setuptools']
