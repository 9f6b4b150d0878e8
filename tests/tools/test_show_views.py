"""show_views.py: the picture, and its errors."""

import matplotlib.image
import numpy as np
import pytest

from .conftest import ROOT


@pytest.fixture
def show(tool, resumed, tiny_config, synthetic_coco):
    """Run show_views.py on the trained checkpoint."""

    def call(*options, config=tiny_config):
        checkpoint = resumed[0] / 'epoch_2.pth'
        where = ('--data-root', synthetic_coco)
        tool('analysis/show_views.py', config, checkpoint, *where, *options)

    return call


def test_draws_a_row_a_person(show, tmp_path, capsys):
    pictures = {}
    for name, num, seed in (('one', 1, 0), ('two', 2, 0), ('other', 1, 1)):
        path = tmp_path / 'views' / f'{name}.png'
        show('--out', path, '--num', num, '--seed', seed)
        assert f'Wrote {path}' in capsys.readouterr().out
        pictures[name] = matplotlib.image.imread(path)[..., :3]
    one, two, other = pictures.values()
    assert two.shape[0] > 1.5 * one.shape[0]
    assert one.shape == other.shape and not np.allclose(one, other)
    # Not blank: each of the five columns holds a picture.
    columns = np.array_split(one[one.shape[0] // 2 :], 5, axis=1)
    assert all(column.std() > 0.05 for column in columns)


def test_lies_beside_the_checkpoint_by_default(show, resumed):
    show('--num', 1)
    assert (resumed[0] / 'views.png').stat().st_size > 1000


@pytest.mark.parametrize('labeled', [(), ('--labeled',)])
def test_without_a_checkpoint(
    tool, tiny_config, synthetic_coco, tmp_path, monkeypatch, capsys, labeled
):
    monkeypatch.chdir(tmp_path)
    where = ('--data-root', synthetic_coco, '--num', 1)
    tool('analysis/show_views.py', tiny_config, *where, *labeled)
    name = 'labeled_views.png' if labeled else 'views.png'
    assert f'Wrote {name}' in capsys.readouterr().out
    picture = matplotlib.image.imread(tmp_path / name)[..., :3]
    columns = np.array_split(picture[picture.shape[0] // 2 :], 5 if labeled else 3, 1)
    assert all(column.std() > 0.05 for column in columns)


def test_labeled_people_with_a_checkpoint(show, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr('semi_pose.analysis.views.draw_pictures', stop_with(drawn))
    with pytest.raises(Stop):
        show('--labeled', '--num', 2, '--out', tmp_path / 'views.png')
    assert [len(row) for row in drawn[0]] == [4, 4]
    assert "network 1's heatmaps" in drawn[0][0][3].caption


class Stop(Exception):
    pass


def stop_with(seen):
    def draw(rows, links):
        seen.append(rows)
        raise Stop

    return draw


def test_a_supervised_recipe_is_refused(show, capsys):
    with pytest.raises(SystemExit) as end:
        show(config=ROOT / 'configs/semi/res18_coco1k_supervised.py')
    assert end.value.code == 1
    assert 'trains on labels alone' in capsys.readouterr().err


def test_nobody_to_draw(show, capsys):
    with pytest.raises(SystemExit) as end:
        show('--num', 0)
    assert end.value.code == 1
    assert '--num is 0' in capsys.readouterr().err
