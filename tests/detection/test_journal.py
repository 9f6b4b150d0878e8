import pytest

from semi_pose.detection import Journal
from semi_pose.errors import UserError


def test_it_goes_on_after_a_torn_line(tmp_path):
    path = tmp_path / 'new' / 'journal'
    journal = Journal(path, dict(score=0.5))
    journal.add(dict(name='a', boxes=[[1.5, 2.0]]))
    journal.add(dict(name='b'))
    journal.close()
    path.write_bytes(path.read_bytes()[:-4])
    again = Journal(path, dict(score=0.5))
    assert again.results == [dict(name='a', boxes=[[1.5, 2.0]])]
    again.add(dict(name='c'))
    again.close()
    last = Journal(path, dict(score=0.5))
    assert [one['name'] for one in last.results] == ['a', 'c']


def test_other_settings_are_refused(tmp_path):
    Journal(tmp_path / 'journal', dict(score=0.5)).close()
    with pytest.raises(UserError, match='other options .*--fresh'):
        Journal(tmp_path / 'journal', dict(score=0.6))


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(UserError, match='cannot be written .*--out'):
        Journal(tmp_path / 'file' / 'journal', {})
