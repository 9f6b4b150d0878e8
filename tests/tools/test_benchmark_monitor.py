"""The monitor's part of benchmark.py."""

import json

import pytest


def test_a_measurement_is_set_against_the_steps_between_two(
    tool, tiny_config, tmp_path
):
    out = tmp_path / 'figures.json'
    options = ['--config', tiny_config, '--rounds', 1, '--batch-size', 2, '--out', out]
    tool('analysis/benchmark.py', 'monitor', *options, '--threads', 1)
    (figure,) = json.loads(out.read_text())['figures']
    assert figure['name'] == 'CollapseMonitor of tiny_dual, 2 + 2 / 200 steps'
    ratio = figure['ours'] / figure['reference']
    assert figure['ratio'] == pytest.approx(ratio) and ratio > 0
