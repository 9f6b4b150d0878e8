import numpy as np

from semi_pose.active_learning import select_diverse

# Four places on a line; the first two are nearly the same.
PLACES = np.array([[0.0], [0.1], [1.0], [5.0]])
SCORES = [0.9, 1.0, 0.8, 0.1]


def test_the_best_then_the_furthest_of_the_candidates():
    assert select_diverse(SCORES, PLACES, 2, factor=2) == [1, 3]
    # Three candidates: the one with a low score is out, however far it is.
    assert select_diverse(SCORES[:3] + [0], PLACES, 1, factor=3) == [1]
    assert select_diverse(SCORES, PLACES, 3, factor=1) == [1, 2, 0]


def test_nobody_twice_even_where_all_look_the_same():
    assert sorted(select_diverse([1, 2, 3], np.zeros((3, 2)), 3)) == [0, 1, 2]


def test_all_if_more_are_asked_for():
    assert sorted(select_diverse(SCORES, PLACES, 99)) == [0, 1, 2, 3]
    assert select_diverse([], np.zeros((0, 1)), 2) == []


def test_a_group_has_so_many_candidates():
    groups = ['film', 'film', 'film', 'other']
    assert select_diverse(SCORES, PLACES, 4, groups) == [1, 3]
    assert sorted(select_diverse(SCORES, PLACES, 4, groups, per_group=2)) == [0, 1, 3]
