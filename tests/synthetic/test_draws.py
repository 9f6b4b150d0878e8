"""Draws keep to their weights and ranges."""

import numpy as np
import pytest

from semi_pose.synthetic.draws import pick, within


def test_values_are_picked_as_often_as_they_weigh():
    rng = np.random.default_rng(0)
    drawn = [pick(rng, {'a': 6, 'b': 3, 'c': 1}) for _ in range(4000)]
    for value, share in (('a', 0.6), ('b', 0.3), ('c', 0.1)):
        # Four standard deviations of a share of 4000 draws.
        assert drawn.count(value) / 4000 == pytest.approx(share, abs=0.031)


def test_values_fill_their_ranges():
    rng = np.random.default_rng(0)
    drawn = np.array([within(rng, ((-2, 0), (5, 5), (10, 20))) for _ in range(500)])
    assert (drawn >= (-2, 5, 10)).all() and (drawn <= (0, 5, 20)).all()
    np.testing.assert_allclose(np.ptp(drawn, 0), (2, 0, 10), rtol=0.05)
