import pytest

from semi_pose.datasets.split import SplitRules, split_people
from semi_pose.errors import UserError


def person(number, image, visible=17, labeled=17):
    values = [2] * visible + [1] * (labeled - visible) + [0] * (17 - labeled)
    keypoints = [value for v in values for value in (5, 5, v)]
    return dict(id=number, image_id=image, num_keypoints=labeled, keypoints=keypoints)


def videos(count=6, frames=5):
    """A data set of videos, two people in each frame, of whom the second is bare."""
    images, annotations = [], []
    for number in range(count * frames):
        video = number // frames
        name = f'v{video}/{number % frames}.jpg'
        images.append(dict(id=number, file_name=name, video=video))
        annotations.append(person(2 * number, number, visible=number % 3 + 1))
        annotations.append(person(2 * number + 1, number, labeled=0, visible=0))
    crowd = dict(person(999, 0), iscrowd=1)
    person_category = dict(id=1, name='person')
    return dict(
        images=images,
        annotations=[*annotations, crowd],
        categories=[person_category],
    )


def image_ids(part):
    return [image['id'] for image in part['images']]


def labeled(part):
    return [one['id'] for one in part['annotations'] if one.get('num_keypoints')]


def test_the_first_are_labeled_and_the_last_validate():
    split = split_people(videos(), SplitRules(7, val=0.2), 'file')
    assert image_ids(split.train) == list(range(7))
    assert labeled(split.train) == [2 * number for number in range(7)]
    assert len(split.train['annotations']) == 7
    assert image_ids(split.val) == list(range(24, 30))
    assert len(split.val['annotations']) == 12
    assert image_ids(split.unlabeled) == list(range(24))
    assert len(split.unlabeled['annotations']) == 49
    assert not any('keypoints' in one for one in split.unlabeled['annotations'])
    assert split.unlabeled['categories'] == [dict(id=1, name='person')]


def test_a_seed_draws_always_the_same():
    rules = [SplitRules(7, seed=seed) for seed in (1, 1, 2)]
    first, again, other = (split_people(videos(), one, 'file') for one in rules)
    assert first == again
    assert image_ids(first.train) != image_ids(other.train)
    assert image_ids(first.val) != image_ids(other.val)
    assert image_ids(first.train) != list(range(7))
    assert len(labeled(first.train)) == 7 and len(image_ids(first.val)) == 6


@pytest.mark.parametrize(
    'group',
    [dict(group='video'), dict(group_pattern='^v[0-9]'), dict(group_pattern='v(.)/')],
)
@pytest.mark.parametrize('seed', [None, 0, 1])
def test_videos_stay_together(group, seed):
    split = split_people(videos(), SplitRules(8, val=7, seed=seed, **group), 'file')
    val, train, unlabeled = (
        {image['video'] for image in part['images']}
        for part in (split.val, split.train, split.unlabeled)
    )
    assert len(val) == 2 and len(image_ids(split.val)) == 10
    assert (
        train <= unlabeled and val | unlabeled == set(range(6)) and not val & unlabeled
    )
    assert len(labeled(split.train)) == 8


def test_pictures_of_a_validation_video_without_labels_are_left_out():
    coco = videos()
    coco['annotations'] = [one for one in coco['annotations'] if one['id'] != 2 * 29]
    split = split_people(coco, SplitRules(3, val=1, group='video'), 'file')
    assert image_ids(split.val) == [25, 26, 27, 28]
    assert image_ids(split.unlabeled) == list(range(25))


def test_whole_pictures_can_be_counted():
    coco = videos()
    for one in coco['annotations'][:10]:
        one.update(person(one['id'], one['image_id']))
    split = split_people(coco, SplitRules(5, val=2, by='picture'), 'file')
    assert image_ids(split.train) == list(range(5))
    assert labeled(split.train) == list(range(10))
    assert image_ids(split.val) == [28, 29]
    split = split_people(coco, SplitRules(5, val=2, by='person'), 'file')
    assert labeled(split.train) == list(range(5))


@pytest.mark.parametrize('seed', [None, 0, 1])
def test_strata_keep_their_shares(seed):
    coco = videos(40)
    for number, one in enumerate(coco['annotations'][:-1:2]):
        one.update(person(one['id'], one['image_id'], visible=3 if number % 4 else 15))
    split = split_people(coco, SplitRules(20, seed=seed, stratify=True), 'file')
    visible = [one['keypoints'][2::3].count(2) for one in split.train['annotations']]
    assert len(visible) == 20
    rest = [image for image in image_ids(split.unlabeled)]
    share = sum(image % 4 == 0 for image in rest) / len(rest)
    assert abs(visible.count(15) - 20 * share) <= 1


def test_what_cannot_be_split():
    with pytest.raises(
        UserError, match='file has 30 labeled people.*6 of them.*leaves 24'
    ):
        split_people(videos(), SplitRules(25), 'file')
    with pytest.raises(UserError, match='leaves 0'):
        split_people(dict(videos(), annotations=[]), SplitRules(1), 'file')
    coco = videos()
    del coco['images'][4]['video']
    with pytest.raises(
        UserError, match='1 image without field "video", .* id 4 .v0/4.jpg'
    ):
        split_people(coco, SplitRules(5, group='video'), 'file')
    with pytest.raises(UserError, match='30 images not matched by scene'):
        split_people(coco, SplitRules(5, group_pattern='scene'), 'file')
