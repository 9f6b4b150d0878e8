"""Patterns by hand-computed pixels, and drawn looks."""

import numpy as np
import pytest

from semi_pose.synthetic.appearance import Material, Part, Pattern, sample_look

NOISE = np.zeros((2, 2), np.float32)


@pytest.mark.parametrize(('angle', 'axis'), [(0, 1), (90, 0)])
def test_stripes(angle, axis):
    drawn = Pattern('stripes', 4, angle, 0.6, NOISE).draw((8, 8))
    line = [1, 1, 1, 0, 1, 1, 1, 0]
    expected = np.broadcast_to(np.expand_dims(line, 1 - axis), (8, 8))
    assert (drawn == expected).all()


def test_checks_alternate():
    drawn = Pattern('checks', 4, 0, 0.5, NOISE).draw((4, 4))
    assert drawn.tolist() == [[0, 0, 1, 1]] * 2 + [[1, 1, 0, 0]] * 2


@pytest.mark.parametrize(('kind', 'share'), [('dots', 0.393), ('blotches', 0.5)])
def test_share_that_is_printed(kind, share):
    noise = np.random.default_rng(0).random((40, 40), dtype=np.float32)
    drawn = Pattern(kind, 16, 0, 0.5, noise).draw((160, 160))
    # A dot of radius sqrt(0.5) / 2 covers pi / 8 of its cell.
    assert drawn.mean() == pytest.approx(share, abs=0.05)


def test_looks_vary_and_bare_skin_is_one_colour():
    rng = np.random.default_rng(0)
    looks = [sample_look(rng, 200) for _ in range(200)]
    assert {look.hair for look in looks} == {'bald', 'short', 'long', 'bun'}
    assert 0.1 < np.mean([look.skirt > 0 for look in looks]) < 0.3
    shirts = {tuple(look.palette[Part.TORSO, Material.CLOTH]) for look in looks}
    assert len(shirts) > 190
    for look in looks:
        arm, leg = look.palette[[Part.LEFT_FOREARM, Part.RIGHT_SHIN], Material.SKIN]
        assert (arm == leg).all()
