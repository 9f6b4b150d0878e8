"""A recipe whose unlabeled people come from two files."""

from mmengine.config import Config

CROPS = dict(
    type='UnlabeledDataset', data_root='data/', data_prefix=dict(img='crops/images/')
)


def add_source(cfg: Config) -> None:
    """Join another file of boxes to the unlabeled set, and to CollapseMonitor's."""
    dataset = cfg.train_dataloader.dataset
    second = dict(
        CROPS, ann_file='crops/boxes.json', pipeline=dataset.unlabeled.pipeline
    )
    both = dict(type='ConcatDataset', datasets=[dataset.unlabeled, second])
    dataset.unlabeled = both
    for hook in cfg.custom_hooks:
        if hook.type == 'CollapseMonitor':
            hook.unlabeled = both
