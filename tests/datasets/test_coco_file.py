import json

import pytest

from semi_pose.datasets import load_coco
from semi_pose.errors import UserError


def test_reads_a_coco_file(tmp_path):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps(dict(images=[], annotations=[])))
    assert load_coco(str(path))['annotations'] == []


def test_missing_file_names_it_and_both_remedies(tmp_path):
    with pytest.raises(UserError, match='lost.json.*cocodataset.org.*make demo'):
        load_coco(str(tmp_path / 'lost.json'))


@pytest.mark.parametrize('content', [b'{"images": [', b'', b'\xff\xfe\x00'])
def test_broken_json_names_the_file(tmp_path, content):
    path = tmp_path / 'cut.json'
    path.write_bytes(content)
    with pytest.raises(UserError, match='cut.json is not valid JSON'):
        load_coco(str(path))


@pytest.mark.parametrize(
    ('content', 'lack'),
    [([], 'images'), ({'images': []}, 'annotations'), ({'images': 3}, 'images')],
)
def test_other_json_says_what_it_lacks(tmp_path, content, lack):
    path = tmp_path / 'other.json'
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=f'other.json.*no list "{lack}"'):
        load_coco(str(path))
