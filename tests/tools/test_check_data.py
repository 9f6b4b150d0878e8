"""check_data.py: its exit status, and where the sheet lies."""

from shutil import copytree

import matplotlib.image
import pytest

from ..helpers.runs import run_config


@pytest.fixture
def people(synthetic_coco, tmp_path):
    return copytree(synthetic_coco, tmp_path / 'people')


@pytest.fixture
def check(tool, people, tmp_path, capsys):
    """Run the tool; returns its exit status and what it prints."""
    path = tmp_path / 'recipe.py'
    run_config(people, tmp_path / 'run').dump(path)

    def call(*options):
        with pytest.raises(SystemExit) as end:
            tool('dataset/check_data.py', path, '--data-root', people, *options)
        done = capsys.readouterr()
        return end.value.code, done.out + done.err

    return call


def test_good_data(check, people, tmp_path):
    status, printed = check('--num', 4)
    assert status == 0
    sheet = tmp_path / 'run' / 'data.png'
    assert f'Contact sheet: {sheet}' in printed
    assert f'Next: python tools/train.py {tmp_path}/recipe.py --data-root' in printed
    picture = matplotlib.image.imread(sheet)[..., :3]
    assert all(
        row.std() > 0.05 for row in picture[: len(picture) // 3 * 3].reshape(3, -1)
    )


def test_validation_pictures_in_training(check, people):
    options = (
        'val_dataloader.dataset.ann_file=annotations/person_keypoints_train2017.json'
    )
    prefix = 'val_dataloader.dataset.data_prefix.img=train2017/'
    status, printed = check('--num', 2, '--cfg-options', options, prefix)
    assert status == 1
    assert 'pictures of the validation set are in the unlabeled set' in printed
    assert 'Next: take these pictures out' in printed


def test_faults(check, people, tmp_path):
    (people / 'annotations/person_keypoints_val2017.json').write_text('{"images": [')
    status, printed = check('--num', 2, '--out', tmp_path / 'sheet.png')
    assert status == 1
    assert 'Fault: ' in printed and 'is not valid JSON' in printed
    assert 'Next: correct the faults above' in printed
    assert (tmp_path / 'sheet.png').stat().st_size > 1000


def test_options_that_do_not_fit(check, people):
    status, printed = check('--num', 1)
    assert status == 1 and '--num is 1' in printed
    (people / 'annotations/person_keypoints_val2017.json').unlink()
    status, printed = check()
    assert status == 1 and 'person_keypoints_val2017.json' in printed
