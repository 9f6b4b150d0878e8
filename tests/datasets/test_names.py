"""Which names of pictures leave the folder of the data."""

import pytest

from semi_pose.datasets.annotation_check import Use, check_coco, uses_in
from semi_pose.datasets.annotation_check.names import ALLOWED
from semi_pose.errors import UserError


def check(name, folder='data/coco/train', root='data/coco', **use):
    image = dict(id=1, file_name=name, width=4, height=4)
    coco = dict(images=[image], annotations=[])
    check_coco(coco, 'people.json', [Use(folder=folder, root=root, **use)])


@pytest.mark.parametrize(
    'name',
    [
        '../../etc/passwd.jpg',
        'a/../../../b.jpg',
        '/etc/passwd.jpg',
        '../../coco2/b.jpg',
    ],
)
def test_a_name_leads_out(name):
    with pytest.raises(UserError, match='leads out of data/coco') as error:
        check(name)
    assert f'people.json: 1 image, id 1: "file_name" ({name!r})' in str(error.value)


@pytest.mark.parametrize(
    'name', ['a.jpg', '../val/a.jpg', 'a/../b.jpg', 'a..b.jpg', '..a/b.jpg']
)
def test_a_name_stays(name):
    check(name)


def test_an_absolute_name_below_the_root_stays(tmp_path):
    check(str(tmp_path / 'b.jpg'), folder=str(tmp_path / 'train'), root=str(tmp_path))


@pytest.mark.parametrize('root', ['', 'data/coco'])
def test_in_a_folder_outside_the_root_the_folder_counts(root):
    check('a.jpg', folder='/mnt/pictures', root=root)
    with pytest.raises(UserError, match='leads out of /mnt/pictures'):
        check('../a.jpg', folder='/mnt/pictures', root=root)


def test_links_may_lead_anywhere(tmp_path):
    (tmp_path / 'root').mkdir()
    (tmp_path / 'elsewhere').mkdir()
    (tmp_path / 'elsewhere/a.jpg').touch()
    (tmp_path / 'root/train').symlink_to(tmp_path / 'elsewhere')
    folder = tmp_path / 'root/train'
    check('a.jpg', folder=str(folder), root=str(tmp_path / 'root'))


def test_a_metric_opens_no_pictures():
    check('../../a.jpg', folder='', root='')


def test_every_folder_of_a_file_counts():
    image = dict(id=1, file_name='../a.jpg', width=4, height=4)
    uses = [Use(folder='d/x', root='d'), Use(folder='d/x')]
    with pytest.raises(UserError, match='leads out of d/x'):
        check_coco(dict(images=[image], annotations=[]), 'people.json', uses)


def test_it_can_be_allowed(monkeypatch):
    monkeypatch.setenv(ALLOWED, '1')
    check('../../../a.jpg')


def test_the_root_is_the_data_set_s():
    node = dict(type='CocoDataset', ann_file='a.json', data_prefix=dict(img='x/'))
    for kind in ('CocoDataset', 'UnlabeledDataset'):
        ((_, use),) = uses_in(dict(node, type=kind, data_root='d'))
        assert (use.folder, use.root) == ('d/x/', 'd')
