import numpy as np
import pytest

from semi_pose.analysis.curves import (
    Line,
    Panel,
    draw_panels,
    look,
    mean_and_range,
    run_panels,
)

from ..helpers.studies import accuracies


def test_mean_and_range_over_runs():
    grid, mean, low, high = mean_and_range([([0, 2, 4], [0, 2, 4]), ([0, 4], [4, 8])])
    np.testing.assert_allclose(grid, [0, 2, 4])
    np.testing.assert_allclose(mean, [2, 4, 6])
    np.testing.assert_allclose(low, [0, 2, 4])
    np.testing.assert_allclose(high, [4, 6, 8])


def test_as_far_as_all_runs_reach():
    grid, mean, *_ = mean_and_range([([1, 2, 3], [1, 1, 1]), ([2, 3, 9], [3, 3, 3])])
    np.testing.assert_allclose(grid, [2, 3])
    np.testing.assert_allclose(mean, [2, 2])


@pytest.mark.parametrize(
    'width, wanted', [(1, [0, 3, 6, 9]), (3, [1.5, 3, 6, 7.5]), (9, [4.5] * 4)]
)
def test_a_moving_average_is_cut_at_the_ends(width, wanted):
    _, mean, *_ = mean_and_range([([1, 2, 3, 4], [0, 3, 6, 9])], width)
    np.testing.assert_allclose(mean, wanted)


def test_a_line_with_a_band_and_one_legend():
    runs = [([0, 1], [1, 2]), ([0, 1], [3, 4])]
    lines = [Line('a', runs, '#000000'), Line('b', [([], [])], '#ff0000')]
    figure = draw_panels([Panel('first', lines), Panel('second', lines[:1])])
    first, second = figure.axes
    (line,) = first.lines
    np.testing.assert_allclose(line.get_ydata(), [2, 3])
    assert len(first.collections) == 1
    assert first.get_ylabel() == 'first'
    assert second.get_xlabel() == 'training step'
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ['a']


def test_looks_differ():
    assert len({look(number) for number in range(20)}) == 20


def test_the_panels_of_a_run():
    records = [
        {'step': 1, 'loss': 5, 'response': 0.4},
        {'step': 2, 'loss': 4, 'response': 0.3},
        accuracies(2, stock=0.1, net1=0.1, ensemble=0.2),
    ]
    loss, peaks, ap, pck = run_panels(records)
    assert [line.label for line in loss.lines] == ['total']
    assert peaks.lines[0].runs == [([1, 2], [0.4, 0.3])]
    assert [line.label for line in ap.lines] == ['network 1', 'ensemble']
    assert ap.lines[1].runs == [([2], [20])] and pck.lines[1].runs == [([2], [40])]
    # The monitor's values, on the same people each time, are better than a batch's.
    measured = {'step': 2, 'collapse/response': 0.2, 'collapse/labeled_response': 0.5}
    _, peaks, *_ = run_panels([*records, measured])
    assert [line.runs for line in peaks.lines] == [[([2], [0.2])], [([2], [0.5])]]
