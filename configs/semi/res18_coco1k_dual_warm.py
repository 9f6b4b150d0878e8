# python tools/train.py configs/semi/res18_coco1k_dual_warm.py
# PoseDual with Joint Cutout from two networks trained apart on the labels, the paper's
# start. Before it:
# for seed in 1 2; do
#   python tools/train.py configs/semi/res18_coco1k_supervised.py \
#     --cfg-options randomness.seed=$seed \
#     --work-dir work_dirs/res18_coco1k_supervised_$seed
# done
_base_ = './res18_coco1k_dual.py'

starts = [f'work_dirs/res18_coco1k_supervised_{seed}/epoch_210.pth' for seed in (1, 2)]
custom_hooks = [hook for hook in _base_.custom_hooks if hook.type != 'SemiRunner']
custom_hooks += [dict(type='SemiRunner', warm_start=starts)]
