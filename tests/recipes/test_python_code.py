"""Configs as code: read back, they are what was written."""

import pytest

from semi_pose.recipes.python_code import Code, assignment, concatenation, to_code

LONG = [dict(type='LoadImage', backend_args={'a b': 1}), (4,), 'x' * 60, None, []]


@pytest.mark.parametrize('value', [LONG, dict(a=LONG, b=True), 0.5, "it's", (), {1: 2}])
def test_code_means_what_was_written(value):
    code = assignment('value', value)
    names = {}
    exec(code, names)
    assert names['value'] == value
    assert max(map(len, code.splitlines())) <= 88


def test_a_dict_that_changes_another():
    code = to_code({'': Code('other'), 'a': 1})
    assert code == 'dict(other, a=1)'
    assert eval(code, dict(other=dict(a=0, b=2))) == dict(a=1, b=2)


def test_a_line_is_broken_only_where_it_is_too_long():
    row = dict(first='x' * 28, second='y' * 28)
    assert to_code(row, taken=4) == f"dict(first='{'x' * 28}', second='{'y' * 28}')"
    assert to_code([row], taken=20).splitlines()[0] == '['
    assert to_code([row], taken=20).splitlines()[1].startswith('    dict(first=')


def test_a_comment_stands_in_lines_of_its_own():
    code = to_code({'a': 1, '# why ' + 'so ' * 40: 0, 'b': Code('a.b')})
    lines = code.splitlines()
    assert lines[:2] == ['dict(', '    a=1,'] and lines[-2:] == ['    b=a.b,', ')']
    assert all(line.startswith('    # ') for line in lines[2:-2]) and len(lines) == 6
    assert eval(code.replace('a.b', '2')) == dict(a=1, b=2)


def test_a_long_path_is_cut_at_its_last_slash():
    path = 'mmpose::' + 'folder/' * 10 + 'name.py'
    code = concatenation(path, taken=8)
    assert eval(code) == path and max(map(len, code.splitlines())) <= 88
    assert concatenation('short/name.py') == "'short/name.py'"
