"""Validation of all networks in one pass."""

import pytest
import torch
from mmengine.hooks import Hook
from mmpose.registry import HOOKS

from ..helpers.runs import SEMI_HOOK, build_runner
from ..helpers.tiny import estimator


@HOOKS.register_module()
class OutputRecorder(Hook):
    """Counts validation batches and keeps the first one's predictions."""

    def __init__(self):
        self.batches = 0

    def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.batches += 1
        if batch_idx == 0:
            self.keypoints = outputs[0].pred_instances.keypoints.copy()
            self.inputs = data_batch


def run(root, work_dir, network, **model):
    runner = build_runner(
        root,
        work_dir,
        model=estimator(
            joints=17, test_cfg=dict(network=network, flip_test=True), **model
        ),
        default_hooks=dict(
            checkpoint=dict(
                type='CheckpointHook',
                by_epoch=False,
                save_best='coco/AP',
                rule='greater',
            )
        ),
        custom_hooks=[SEMI_HOOK, dict(type='OutputRecorder')],
    )
    runner.train()
    metrics = runner.message_hub.log_scalars
    return runner, {
        name[4:]: values.current()
        for name, values in metrics.items()
        if name.startswith('val/')
    }


@pytest.mark.parametrize(
    ('network', 'name'), [(1, 'net1'), (2, 'net2'), ('ensemble', 'ensemble')]
)
def test_all_networks_are_reported_and_one_is_the_main(
    synthetic_coco, tmp_path, network, name
):
    runner, metrics = run(synthetic_coco, tmp_path / 'run', network)
    for each in ('net1', 'net2', 'ensemble'):
        assert f'{each}/coco/AP' in metrics
    assert metrics['coco/AP'] == metrics[f'{name}/coco/AP']
    assert list((tmp_path / 'run').glob('best_coco_AP_*.pth'))
    hook = next(hook for hook in runner.hooks if isinstance(hook, OutputRecorder))
    assert hook.batches == len(runner.val_dataloader)
    with torch.no_grad():
        alone = runner.model.eval().test_step(hook.inputs)
    torch.testing.assert_close(hook.keypoints, alone[0].pred_instances.keypoints)


def test_each_network_has_a_file_and_joints_of_its_own(synthetic_coco, tmp_path):
    swapped = dict(
        type='KeypointConverter',
        num_keypoints=17,
        mapping=[(0, 0), *((i, i + 1 if i % 2 else i - 1) for i in range(1, 17))],
    )
    metric = dict(
        type='CocoMetric',
        ann_file=str(synthetic_coco / 'annotations/person_keypoints_val2017.json'),
        outfile_prefix=str(tmp_path / 'joints'),
        gt_converter=swapped,
        pred_converter=swapped,
    )
    runner = build_runner(
        synthetic_coco,
        tmp_path / 'run',
        model=estimator(joints=17),
        val_evaluator=[metric],
    )
    loop = runner.val_loop
    loop.run()
    names = {path.name for path in tmp_path.glob('joints*.json')}
    assert {'joints.keypoints.json', 'joints_net2.keypoints.json'} <= names
    sigmas = [one.dataset_meta['sigmas'] for one in loop.evaluators.values()]
    assert all((one == sigmas[0]).all() for one in sigmas)


def test_single_network(synthetic_coco, tmp_path):
    _, metrics = run(synthetic_coco, tmp_path / 'run', 1, peer=None)
    assert metrics['coco/AP'] == metrics['net1/coco/AP']
    assert not [name for name in metrics if name.startswith(('net2', 'ensemble'))]


def test_network_that_is_not_there(synthetic_coco, tmp_path):
    with pytest.raises(ValueError, match='no network 2, only net1'):
        run(synthetic_coco, tmp_path / 'run', 2, peer=None)
