# python tools/train.py configs/lsp/efflite0_lsp100_standard.py
# Standard consistency, which collapses: both views are drawn alike from the plain crop.
_base_ = './efflite0_lsp100_single.py'

view = dict(type='HardAffine', rotation_prob=0.6)  # as RandomSimilarity draws
model = dict(teacher_view=view, hard_pipeline=[view])
plain_crop = [step for step in _base_.easy_crop if step.type != 'RandomSimilarity']
unlabeled = dict(
    datasets=[
        dict(people, pipeline=plain_crop + _base_.pack)
        for people in _base_.unlabeled_people
    ]
)
train_dataloader = dict(dataset=dict(unlabeled=unlabeled))
