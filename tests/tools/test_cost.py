"""cost.py: operations of a small network, counted by hand."""

import re

import pytest

from semi_pose.analysis.cost import Cost, count_cost

from ..helpers import tiny  # noqa: F401  registers TinyBackbone
from .conftest import ROOT

MODEL = """
codec = dict(
    type='MSRAHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=1
)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
train_cfg = dict(max_epochs=3)
train_dataloader = dict(batch_size=2, dataset=dict(type='{dataset}'))
model = dict(
    type='{model}',
    {settings}
    backbone=dict(type='TinyBackbone'),
    head=dict(
        type='HeatmapHead', in_channels=8, out_channels=5, deconv_out_channels=None,
        decoder=codec,
    ),
)
"""
# 64x48 images, heatmaps of 16x12: a convolution of 7x7x3 to 8, and one of 8 to 5.
CONV, LAST = 2 * 7 * 7 * 3 * 8 * 16 * 12, 2 * 8 * 5 * 16 * 12
FORWARD = CONV + LAST
BACKWARD = CONV + 2 * LAST  # no gradient of the image


@pytest.mark.parametrize(
    ('settings', 'trained', 'teaching'),
    [
        (None, 1, 0),
        ('peer=None,', 2, 1),
        ('', 4, 2),
        ('paths=[[], [], [], []],', 2 * (1 + 4), 2),
        ("student='same',", 3 * 2, 4),
    ],
)
def test_it_counts_the_passes_of_each_network(tmp_path, settings, trained, teaching):
    kinds = dict(model='DualPoseEstimator', dataset='SemiDataset')
    if settings is None:
        kinds = dict(model='TopdownPoseEstimator', dataset='CocoDataset')
    config = tmp_path / 'config.py'
    config.write_text(MODEL.format(settings=settings or '', **kinds))
    cost = count_cost(str(config), labeled=10, unlabeled=70)
    assert cost.flops == trained * (FORWARD + BACKWARD) + teaching * FORWARD
    assert cost.pairs == (3 * 10 if settings is None else 3 * 70)


def test_it_counts_several_unlabeled_samples_with_each_labeled_one(tmp_path):
    config = tmp_path / 'config.py'
    kinds = dict(model='DualPoseEstimator', dataset='SemiDataset')
    more = "train_dataloader['dataset']['unlabeled_per_labeled'] = 3"
    config.write_text(MODEL.format(settings='peer=None,', **kinds) + more)
    cost = count_cost(str(config), labeled=10, unlabeled=70)
    assert cost.flops == (1 + 3) * (FORWARD + BACKWARD) + 3 * FORWARD
    assert cost.pairs == 3 * 24  # 70 people in threes


def test_hours_at_a_speed():
    assert Cost(flops=2e9, pairs=3_600_000).hours(tflops=2) == pytest.approx(1)


def test_it_prints_a_row_a_recipe(tool, capsys):
    recipe = ROOT / 'configs/semi/res18_coco1k_dual.py'
    tool('analysis/cost.py', recipe, '--unlabeled', 1000, '--tflops', 10)
    printed = capsys.readouterr().out
    (row,) = re.findall(
        r'res18_coco1k_dual +│ +([\d.]+) │ +70,000 │ +([\d.]+)', printed
    )
    gflops, hours = map(float, row)
    assert hours == pytest.approx(gflops * 70_000 / 1e4 / 3600, abs=0.01)


def test_a_speed_of_nothing_is_refused(tool, capsys):
    with pytest.raises(SystemExit):
        tool('analysis/cost.py', 'config.py', '--tflops', 0)
    assert '--tflops is 0' in capsys.readouterr().err
