import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmpose.datasets.transforms import PackPoseInputs

from semi_pose.datasets import PackViews, UnlabeledDataset
from tests.helpers.coco_folder import annotation, crop_pipeline, write_coco


class Uncopied:
    def __deepcopy__(self, memo):
        raise AssertionError('results were copied deeply')


class Negative(BaseTransform):
    def transform(self, results):
        results['img'] = 255 - results['img']
        results['made_hard'] = True
        return results


def results():
    image = np.random.randint(0, 256, (16, 12, 3), np.uint8)
    return dict(img=image, img_path='1.png', id=7, dataset=Uncopied())


def test_the_hard_view_is_the_same_crop_transformed():
    packed = PackViews(hard=[Negative()]).transform(results())
    easy, hard = packed['inputs']['easy'], packed['inputs']['hard']
    assert easy.dtype == torch.uint8 and easy.shape == (3, 16, 12)
    assert torch.equal(hard, 255 - easy)


def test_the_easy_view_is_what_packposeinputs_makes():
    sample = results()
    expected = PackPoseInputs().transform(dict(sample))
    packed = PackViews(hard=[Negative()]).transform(sample)
    assert torch.equal(packed['inputs']['easy'], expected['inputs'])
    samples = packed['data_samples']
    assert samples['easy'].metainfo == expected['data_samples'].metainfo
    assert samples['hard'].id == samples['easy'].id == 7


def test_the_caller_keeps_its_results():
    sample = results()
    image = sample['img'].copy()
    PackViews(hard=[dict(type='RandAugment')]).transform(sample)
    np.testing.assert_array_equal(sample['img'], image)
    PackViews(hard=[Negative()]).transform(sample)
    assert 'made_hard' not in sample


def test_no_hard_transform_gives_two_equal_views():
    packed = PackViews(hard=[]).transform(results())
    assert torch.equal(packed['inputs']['easy'], packed['inputs']['hard'])


def test_a_transform_that_gives_up_gives_up_the_sample():
    assert PackViews(hard=[lambda results: None]).transform(results()) is None


def test_options_reach_packposeinputs():
    pack = PackViews(hard=[], meta_keys=('img_path',))
    assert pack.transform(results())['data_samples']['hard'].metainfo == dict(
        img_path='1.png'
    )


def test_one_decode_and_one_crop_a_sample(tmp_path, monkeypatch):
    source = write_coco(tmp_path, [annotation(1, image_id=1)])
    pipeline = crop_pipeline(dict(type='PackViews', hard=[dict(type='RandAugment')]))
    dataset = UnlabeledDataset(pipeline=pipeline, **source)
    calls = []
    for transform in (dataset.pipeline.transforms[0], dataset.pipeline.transforms[4]):
        stock = transform.transform
        monkeypatch.setattr(
            transform, 'transform', lambda r, f=stock: calls.append(f) or f(r)
        )
    assert set(dataset[0]['inputs']) == {'easy', 'hard'}
    assert len(calls) == 2
