"""Parts of a benchmark, which start fast in processes of their own."""

import json
import time

from ..benchmarks.figures import Figure


def good_part(out):
    done = len(json.loads(out.read_text())['parts'])
    yield Figure('parts in the file', [done], [1])


def bad_part():
    yield Figure('before it fails', [1], [2])
    raise ValueError('no such thing')


def slow_part():
    time.sleep(600)
    yield Figure('never', [1], [2])
