import json

from semi_pose.runs.logs import read_scalars, series


def write(work_dir, time, records, tail=''):
    folder = work_dir / time / 'vis_data'
    folder.mkdir(parents=True)
    lines = [json.dumps(record) + '\n' for record in records]
    (folder / 'scalars.json').write_text(''.join(lines) + tail)


def test_a_run_that_is_resumed_reads_as_one(tmp_path):
    write(
        tmp_path,
        '20260101_000000',
        [
            dict(step=10, loss=3.0),
            dict(step=20, loss=2.0),
            {'step': 20, 'coco/AP': 0.1},
            dict(step=30, loss=9.0),
        ],
    )
    # From the checkpoint of step 20: step 30 is done again.
    write(
        tmp_path, '20260101_000100', [dict(step=30, loss=1.0), dict(step=40, loss=0.5)]
    )
    records = read_scalars(tmp_path)
    assert series(records, 'loss') == ([10, 20, 30, 40], [3.0, 2.0, 1.0, 0.5])
    assert series(records, 'coco/AP') == ([20], [0.1])


def test_a_line_that_is_being_written_is_left_out(tmp_path):
    write(tmp_path, '20260101_000000', [dict(step=10, loss=3.0)], '{"step": 20, "lo')
    assert read_scalars(tmp_path) == [dict(step=10, loss=3.0)]


def test_nothing_yet(tmp_path):
    assert read_scalars(tmp_path / 'none') == []
    assert series([], 'loss') == ([], [])
