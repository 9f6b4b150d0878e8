"""One run for each work dir."""

import multiprocessing
import os
import subprocess
import sys

import pytest

from semi_pose.errors import UserError
from semi_pose.runs import lock_work_dir
from semi_pose.runs.lock import check_unlocked

HOLD = """
import multiprocessing, sys, time
from semi_pose.runs.lock import lock_work_dir
lock_work_dir(sys.argv[1])
# A loader's worker, which outlives its parent for a while.
child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(30,))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_lock_ends_with_its_process_though_a_child_lives_on(tmp_path):
    work_dir = tmp_path / 'new' / 'run'
    command = [sys.executable, '-c', HOLD, str(work_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        with pytest.raises(UserError, match=f'Another run .process {process.pid} on '):
            lock_work_dir(str(work_dir))
        process.kill()
    os.kill(child, 0)  # it is there
    lock_work_dir(str(work_dir))
    os.kill(child, 9)


def test_a_process_may_lock_again_what_it_holds(tmp_path):
    lock_work_dir(str(tmp_path))
    lock_work_dir(str(tmp_path))
    refused = pytest.raises(UserError, match='writes into')
    with multiprocessing.get_context('spawn').Pool(1) as pool, refused:
        pool.apply(lock_work_dir, [str(tmp_path)])


def test_a_check_leaves_no_lock(tmp_path):
    check_unlocked(tmp_path)  # nothing is there yet
    command = [sys.executable, '-c', HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        with pytest.raises(UserError, match=f'process {process.pid} on .*{tmp_path}'):
            check_unlocked(tmp_path)
        process.kill()
    os.kill(child, 9)
    check_unlocked(tmp_path)
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        pool.apply(lock_work_dir, [str(tmp_path)])
