"""MMPose's own configs, cut down to networks and crops that train in a moment."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from unittest.mock import patch

from mmengine.config import Config
from mmengine.config import utils as config_utils
from mmengine.hub import get_config

from semi_pose.recipes.data_root import set_data_root
from semi_pose.recipes.kinds import dicts

COCO = 'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
_read_index_once = cache(config_utils._get_cfg_metainfo)
_stages = {
    f'stage{number}': dict(num_channels=[4 * 2**branch for branch in range(number)])
    for number in (2, 3, 4)
}
_narrow_deconv = dict(deconv_out_channels=(8, 8, 8))
RESNET = dict(
    backbone=dict(depth=18, base_channels=8, stem_channels=8),
    head=dict(in_channels=64, **_narrow_deconv),
)
HRNET = dict(backbone=dict(extra=_stages), head=dict(in_channels=4))
VIT = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=32)
# What makes each small; two stages where MMPose's config has one.
NETWORKS = {
    'td-hm_res50_8xb64-210e_coco-256x192': RESNET,
    'td-hm_res50_dark-8xb64-210e_coco-256x192': RESNET,
    'td-hm_hrnet-w32_8xb64-210e_coco-256x192': HRNET,
    'td-hm_hrnet-w32_udp-8xb64-210e_coco-256x192': HRNET,
    'td-hm_litehrnet-18_8xb64-210e_coco-256x192': {},
    'td-hm_mobilenetv2_8xb64-210e_coco-256x192': dict(head=_narrow_deconv),
    'td-hm_swin-t-p4-w7_8xb32-210e_coco-256x192': dict(
        backbone=dict(embed_dims=12, depths=[1, 1, 1, 1]),
        head=dict(in_channels=96, **_narrow_deconv),
    ),
    'td-hm_ViTPose-small_8xb64-210e_coco-256x192': dict(
        backbone=dict(arch=VIT, img_size=(96, 64)),
        head=dict(in_channels=32, deconv_out_channels=(8, 8)),
    ),
    'cspnext-tiny_udp_8xb256-210e_coco-256x192': dict(
        backbone=dict(widen_factor=0.125),
        head=dict(in_channels=128, **_narrow_deconv),
    ),
    'td-hm_hourglass52_8xb32-210e_coco-256x256': dict(
        backbone=dict(
            num_stacks=2,
            downsample_times=2,
            stage_channels=(256, 32, 32),  # MMPose's stem has 256
            stage_blocks=(1, 1, 1),
            feat_channel=8,
        ),
        head=dict(in_channels=8, num_stages=2),
    ),
    'td-hm_mspn50_8xb32-210e_coco-256x192': dict(
        backbone=dict(unit_channels=8, num_blocks=[1, 1, 1, 1]),
        head=dict(unit_channels=8, out_shape=(24, 16)),
    ),
}


def read(path: Path | str) -> Config:
    """Read a config; MMPose's index, which takes long, only once."""
    with patch.object(config_utils, '_get_cfg_metainfo', _read_index_once):
        return Config.fromfile(path)


def read_stock(name: str) -> Config:
    """Read one of MMPose's configs of COCO."""
    return deepcopy(_read_stock(name))


@cache
def _read_stock(name: str) -> Config:
    with patch.object(config_utils, '_get_cfg_metainfo', _read_index_once):
        return get_config(f'{COCO}{name}.py')


def shrink(cfg: Config, name: str, data_root: Path) -> Config:
    """Cut a recipe down: its network, crops of 64x96, a small data set."""
    cfg.merge_from_dict(dict(model=NETWORKS[name]))
    square = 'x256' in name.rpartition('-')[2]
    for node in dicts(cfg._cfg_dict):
        if 'input_size' in node:
            node.input_size = (64, 64) if square else (64, 96)
        if 'heatmap_size' in node:
            node.heatmap_size = (16, 16) if square else (16, 24)
        if node.get('pipeline'):  # Albumentations is not installed here
            node.pipeline = [s for s in node.pipeline if s.type != 'Albumentation']
    set_data_root(cfg, str(data_root))
    return cfg
