import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.registry import DATASETS, MODELS

from semi_pose.analysis import build_pairs, load_networks, mean_peaks
from semi_pose.errors import UserError
from semi_pose.evaluation.samples import normalized_images, seeded_batches
from semi_pose.recipes.reading import load_recipe

from ..helpers.runs import run_config, semi_set, supervised_model
from ..helpers.tiny import estimator


class Constant(torch.nn.Module):
    """A head whose heatmaps peak at a given value."""

    def __init__(self, peak):
        super().__init__()
        self.peak = peak

    def forward(self, features):
        batch = features[0].shape[0]
        heatmaps = torch.full((batch, 5, 16, 12), -1.0)
        heatmaps[..., 3, 4] = self.peak
        return heatmaps


@pytest.fixture
def dual():
    return MODELS.build(estimator(hard_pipeline=[])).eval()


@pytest.fixture
def pairs(synthetic_coco):
    return DATASETS.build(semi_set(synthetic_coco))


def test_mean_peaks_of_each_network_and_of_the_mean_heatmaps(dual, pairs):
    dual.head, dual.peer.head = Constant(0.2), Constant(0.6)
    peaks = mean_peaks(dual, pairs.unlabeled, num=7)
    assert peaks == pytest.approx(dict(net1=0.2, net2=0.6, ensemble=0.4))


def test_mean_peaks_of_a_stock_model(pairs):
    model = MODELS.build(supervised_model()).eval()
    model.head = Constant(0.3)
    assert mean_peaks(model, pairs.unlabeled, num=3) == pytest.approx(dict(net1=0.3))


def test_the_same_people_and_views_for_the_same_seed(synthetic_coco):
    cfg = semi_set(synthetic_coco)
    flip = dict(type='RandomFlip', direction='horizontal', prob=0.5)
    cfg['unlabeled']['pipeline'].insert(2, flip)
    people = DATASETS.build(cfg).unlabeled
    before = np.random.get_state()[1].copy()

    def draw(seed):
        batches = list(seeded_batches(people, 5, seed, batch_size=2))
        assert [len(batch['inputs']) for batch in batches] == [2, 2, 1]
        return torch.stack([image for batch in batches for image in batch['inputs']])

    assert torch.equal(draw(0), draw(0))
    assert not torch.equal(draw(0), draw(1))
    assert (np.random.get_state()[1] == before).all()


def test_all_people_if_more_are_asked_for(pairs):
    (batch,) = seeded_batches(pairs.unlabeled, 10**6, 0, batch_size=10**6)
    names = [(one.img_path, one.id) for one in batch['data_samples']]
    assert len(set(names)) == len(pairs.unlabeled)


def test_images_are_normalized(dual, pairs):
    (batch,) = seeded_batches(pairs.unlabeled, 2, 0)
    raw = torch.stack(batch['inputs']).float()
    images = normalized_images(dual, batch)
    torch.testing.assert_close(images, (raw - 127) / 128)


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    cfg = Config(dict(model=estimator()), filename=None)
    single = MODELS.build(estimator(peer=None))
    torch.save(dict(state_dict=single.state_dict()), tmp_path / 'single.pth')
    with pytest.raises(UserError, match='single.pth is of another model'):
        load_networks(cfg, str(tmp_path / 'single.pth'))
    both = MODELS.build(estimator())
    torch.save(dict(state_dict=both.state_dict()), tmp_path / 'both.pth')
    loaded = load_networks(cfg, str(tmp_path / 'both.pth'))
    assert not loaded.training
    torch.testing.assert_close(loaded.state_dict(), both.state_dict())


def test_recipes(synthetic_coco, tmp_path):
    path = tmp_path / 'recipe.py'
    run_config(synthetic_coco, tmp_path).dump(path)
    cfg = load_recipe(str(path), str(synthetic_coco))
    assert len(build_pairs(cfg)) == len(build_pairs(cfg).unlabeled)
    with pytest.raises(UserError, match='nowhere'):
        load_recipe(str(path), str(tmp_path / 'nowhere'))
    with pytest.raises(UserError, match='none.py'):
        load_recipe(str(tmp_path / 'none.py'))
    cfg.train_dataloader.dataset = cfg.train_dataloader.dataset.labeled
    with pytest.raises(UserError, match='trains on labels alone'):
        build_pairs(cfg)
