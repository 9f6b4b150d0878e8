# python tools/train.py configs/lsp/efflite0_lsp20_dual.py
# PoseDual with Joint Cutout: two EfficientNet-Lite0 teach each other.
_base_ = ['../_base_/efflite0_lsp.py', '../_base_/schedules/lsp_1000_steps.py']

val_cfg = dict(type='SemiValLoop')
train_cfg = _base_.steps
param_scheduler = _base_.decay
default_hooks = _base_.save

model = dict(
    _base_.dual,
    # For another network, set `backbone`, `neck` (or None) and `head.in_channels` here.
    hard_pipeline=[
        _base_.small_cutout,
        *_base_.mild_affine,
        # A warp would blur peaks that are hardly wider than a pixel.
        dict(type='RedrawTargets', sigma=_base_.codec.sigma),
    ],
    warp_as_public_code=False,
    # From ImageNet weights the teachers first need a start on the labels alone.
    consistency_head=dict(type='DualConsistencyHead', warmup=250, weight=1.0),
)
labeled = dict(_base_.labeled, indices=20)  # number of labels
train_dataloader = dict(dataset=dict(_base_.pairs, _delete_=True, labeled=labeled))
