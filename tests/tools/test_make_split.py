"""make_split.py: the folder that it writes, and its errors."""

import hashlib
import json
from shutil import copytree

import pytest


@pytest.fixture
def source(synthetic_coco, tmp_path):
    """One file and one folder: 24 pictures."""
    root = tmp_path / 'my_data'
    copytree(synthetic_coco / 'train2017', root / 'images')
    (root / 'annotations').mkdir()
    path = synthetic_coco / 'annotations/person_keypoints_train2017.json'
    (root / 'annotations/people.json').write_bytes(path.read_bytes())
    return root / 'annotations/people.json'


@pytest.fixture
def split(printed_by, source, tmp_path):
    """Run the tool; returns what it prints."""

    def call(*options, status=0, out=tmp_path / 'split', file=source):
        command = [file, '--out', out, *options]
        return printed_by('dataset/make_split.py', *command, status=status)

    return call


def test_the_manifest_says_what_is_where(split, source, tmp_path):
    out = tmp_path / 'split'
    printed = split('--labels', 9, '--seed', 3)
    manifest = json.loads((out / 'manifest.json').read_text())
    assert manifest['source'] == str(source)
    assert manifest['sha256'] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert manifest['rules']['labels'] == 9 and manifest['rules']['seed'] == 3
    for name, part in manifest['parts'].items():
        content = (out / part['file']).read_bytes()
        assert part['file'] == f'annotations/{name}.json'
        assert part['sha256'] == hashlib.sha256(content).hexdigest()
        coco = json.loads(content)
        assert part['image_ids'] == [one['id'] for one in coco['images']]
        assert part['annotation_ids'] == [one['id'] for one in coco['annotations']]
        for image in coco['images']:
            assert (out / 'images' / image['file_name']).is_file()
    assert len(manifest['parts']['train']['annotation_ids']) == 9
    assert 'labeled          9 people in' in printed
    assert f'tools/train.py CONFIG --data-root {out}' in printed


@pytest.mark.parametrize('name', ['train', 'val'])
def test_files_of_the_user_stay(split, source, name):
    mine = source.with_name(f'{name}.json')
    source.rename(mine)
    content = mine.read_bytes()
    root = source.parents[1]

    def refused(*options, file=mine):
        return split('--labels', 5, *options, status=1, out=root, file=file)

    assert f'{mine} would be replaced: name another --out' in refused('--fresh')
    other = mine.with_name('other.json')
    other.write_bytes(content)
    assert f'{mine} is there' in refused(file=other)
    assert mine.read_bytes() == content


def test_a_split_that_is_there(split, tmp_path):
    split('--labels', 5)
    first = (tmp_path / 'split/manifest.json').read_bytes()
    assert 'replace it by --fresh' in split('--labels', 5, status=1)
    split('--labels', 5, out=tmp_path / 'again')
    assert (tmp_path / 'again/manifest.json').read_bytes() == first
    split('--labels', 5, '--first', '--fresh')
    assert (tmp_path / 'split/manifest.json').read_bytes() != first


def test_faults_of_the_file_are_named(split, source):
    coco = json.loads(source.read_text())
    coco['annotations'][3]['keypoints'][0] = 'left'
    source.write_text(json.dumps(coco))
    message = split('--labels', 5, status=1)
    assert f'{source}: 1 annotation' in message and '"keypoints"' in message


def test_options_that_do_not_fit(split, source, tmp_path):
    assert '--labels 0' in split('--labels', 0, status=1)
    assert 'Lower --labels or --val' in split('--labels', 9999, status=1)
    message = split('--labels', 5, '--group-pattern', '(', status=1)
    assert 'no regular expression' in message
    message = split('--labels', 5, '--images', tmp_path / 'none', status=1)
    assert f'There is no {tmp_path / "none"}' in message
    (tmp_path / 'split/images').mkdir(parents=True)
    assert 'is there and no link' in split('--labels', 5, status=1)


def test_a_split_in_the_folder_of_the_data_leaves_its_link(split, source, tmp_path):
    root = source.parents[1]
    (root / 'images').rename(tmp_path / 'photos')
    (root / 'images').symlink_to('../photos')
    split('--labels', 9, out=root)
    assert (root / 'images').resolve() == tmp_path / 'photos'
