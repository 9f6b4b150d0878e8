"""Mixed precision on the CPU, through a real Runner."""

from contextlib import nullcontext

import torch
from mmengine.hooks import Hook

from semi_pose.engine import Bf16OptimWrapper

from ..helpers.runs import build_runner

ADAM = dict(type='Adam', lr=1e-3)


class Spy(Hook):
    """Note the losses, and the type that a convolution computed in."""

    def before_train(self, runner):
        self.losses, self.dtypes = [], set()
        runner.model.backbone.conv.register_forward_hook(
            lambda module, inputs, output: self.dtypes.add(output.dtype)
        )

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.losses.append(outputs['loss'].item())


def train(root, work_dir, wrapper):
    runner = build_runner(
        root,
        work_dir,
        optim_wrapper=dict(type=wrapper, optimizer=ADAM),
        val_cfg=None,
        val_dataloader=None,
        val_evaluator=None,
    )
    spy = Spy()
    runner.register_hook(spy)
    runner.train()
    return runner, spy


def test_it_computes_in_bfloat16_and_keeps_float32_weights(synthetic_coco, tmp_path):
    plain, exact = train(synthetic_coco, tmp_path / 'fp32', 'OptimWrapper')
    runner, spy = train(synthetic_coco, tmp_path / 'bf16', 'Bf16OptimWrapper')
    assert isinstance(runner.optim_wrapper, Bf16OptimWrapper)
    assert (exact.dtypes, spy.dtypes) == ({torch.float32}, {torch.bfloat16})
    dtypes = {value.dtype for value in runner.model.parameters()}
    assert dtypes == {torch.float32}
    # bfloat16 has 8 bits of mantissa.
    torch.testing.assert_close(spy.losses, exact.losses, rtol=0.02, atol=0)
    assert spy.losses != exact.losses


def test_targets_stay_float32(synthetic_coco, tmp_path):
    runner, _ = train(synthetic_coco, tmp_path / 'run', 'Bf16OptimWrapper')
    model = runner.model
    seen = []
    make_hard_view = model.make_hard_view

    def spy(view):
        seen.append((view.images.dtype, view.heatmaps.dtype))
        return make_hard_view(view)

    model.make_hard_view = spy
    batch = next(iter(runner.train_dataloader))
    with runner.optim_wrapper.optim_context(model):
        model(**model.data_preprocessor(batch, True), mode='loss')
    assert seen == [(torch.float32, torch.float32)]


def test_views_are_made_in_float32(synthetic_coco, tmp_path):
    runner, _ = train(synthetic_coco, tmp_path / 'run', 'Bf16OptimWrapper')
    model = runner.model
    # What JointCutout hides depends on heatmaps, which are the networks'.
    model.hard_pipeline = model.hard_pipeline[-1:]
    images = torch.rand(2, 3, 64, 48)
    views = []
    for mixed in (runner.optim_wrapper.optim_context(model), nullcontext()):
        torch.manual_seed(0)
        with mixed:
            views.append(model.make_lesson(images).hard.images)
    assert torch.equal(*views)
