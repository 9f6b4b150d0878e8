"""Memory of CPU training: page faults, as the system counts them."""

import ctypes
import subprocess
import sys

import pytest

from semi_pose.cli import memory

PATH = memory.__file__
CODE = """
import resource
from runpy import run_path
if {keep}:
    run_path({path!r})['keep_freed_memory']()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(30):
    b'x' * 2**25, b'x' * 2**26  # beyond the 32 MiB that glibc keeps at most
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), 'mallopt'), reason='the C library is not glibc'
)
def test_large_arrays_reuse_their_pages():
    def faults(keep):
        command = [sys.executable, '-c', CODE.format(keep=keep, path=PATH)]
        return int(subprocess.check_output(command))

    assert faults(True) < faults(False) / 5
