"""benchmark.py on the tiny recipe, and what its references compute."""

import json

import pytest
import torch

from semi_pose.benchmark import Figure, hard_pipeline, measure_scale
from semi_pose.geometry import warp
from semi_pose.models.hard_pipeline import HardView


def test_it_measures_steps_and_writes_figures(
    tool, tiny_config, synthetic_coco, tmp_path, capsys
):
    out = tmp_path / 'figures.json'
    options = ['--config', tiny_config, '--rounds', 2, '--batch-size', 2, '--out', out]
    options += ['--data-root', synthetic_coco, '--threads', 1]
    tool('analysis/benchmark.py', 'step', 'hard_pipeline', 'loading', *options)
    printed = capsys.readouterr().out
    assert f'Wrote {out}' in printed
    assert 'loading annotations' not in printed
    report = json.loads(out.read_text())
    assert report['machine']['threads'] == 1
    names = [figure['name'] for figure in report['figures']]
    assert [name.split(':')[0].split(',')[0] for name in names] == [
        'step of tiny_dual',
        'hard pipeline',
        'hard pipeline',
        'unlabeled samples',
        'pairs',
    ]
    for figure in report['figures']:
        assert figure['ours'] > 0 and figure['reference'] > 0
        assert len(figure['ratios']) in (1, 2)


def test_an_unknown_part_is_named(tool, capsys):
    with pytest.raises(SystemExit):
        tool('analysis/benchmark.py', 'speed')
    assert 'no part speed: choose from step, ' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('ratios', 'target', 'reached'),
    [
        ([1.0, 1.01, 9.0], '<= 1.02', True),
        ([1.0, 1.03, 1.04], '<= 1.02', False),
        ([9.0, 11.0, 12.0], '>= 10', True),
        ([1.0], '', None),
    ],
)
def test_the_median_decides(ratios, target, reached):
    assert Figure('', 1, 1, 's', ratios, target).reached is reached


def test_the_plain_loop_warps_as_the_hard_pipeline_does(monkeypatch):
    theta = torch.tensor([[0.9, 0.3, 0.0], [-0.3, 0.9, 0.0]])
    monkeypatch.setattr(hard_pipeline, '_draw_theta', lambda: theta)
    monkeypatch.setattr(hard_pipeline, '_cut_out', lambda image, heatmap: None)
    view = HardView(torch.rand(2, 3, 3, 64, 48), torch.rand(2, 3, 5, 16, 12))
    looped = hard_pipeline.plain_loop(view)
    for name in ('images', 'heatmaps'):
        ours, before = getattr(looped, name), getattr(view, name)
        wanted = warp(before.flatten(0, 1), theta.expand(6, 2, 3))
        torch.testing.assert_close(ours.flatten(0, 1), wanted)


def test_the_plain_loop_cuts_a_box_round_the_peak(monkeypatch):
    monkeypatch.setattr(hard_pipeline.random, 'gauss', lambda mean, std: 0)
    monkeypatch.setattr(hard_pipeline.random, 'randint', lambda low, high: high)
    image, heatmap = torch.ones(3, 64, 48), torch.zeros(16, 12)
    heatmap[2, 6] = 1  # (24, 8) in the image
    hard_pipeline._cut_out(image, heatmap)
    rows, columns = (image[0] == 0).nonzero(as_tuple=True)
    assert (rows.min(), rows.max()) == (0, 26)
    assert (columns.min(), columns.max()) == (5, 42)


@pytest.mark.slow
def test_scale_reads_the_same_people_as_mmpose(synthetic_coco, tmp_path):
    (tmp_path / 'train2017').symlink_to(synthetic_coco / 'train2017')
    startup, workers, pairs = measure_scale(tmp_path, rounds=1, share=0.002)
    assert startup.ours > 0 and startup.reference > 0
    assert len(workers.ratios) == 4 and 0 < workers.ours < 500
    assert len(pairs.ratios) == 3
