# python tools/train.py configs/semi/res18_hrnet_w48_coco1k_dual_affine.py
# PoseDual of unlike networks: ResNet-18 beside HRNet-W48, 1000 labels, affine alone.
_base_ = ['./res18_coco1k_dual_affine.py', '../_base_/hrnet_w48.py']

model = dict(peer=_base_.hrnet_w48)
train_dataloader = dict(batch_size=8)
