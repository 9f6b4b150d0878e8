"""The GPU's check, on a CPU at tiny sizes."""

import json
import subprocess
import sys

import pytest
import torch

from semi_pose.errors import UserError

from .gpu_check import OPTIONS, main, make_parts, measure_options, parse_args
from .networks import CONFIGS


def test_options_are_set_against_a_plain_step():
    part = next(one for one in make_parts(tiny=True) if 'options' in one.name)
    recipe, batch_size, rounds, options = part.arguments
    assert options is OPTIONS
    some = {name: options[name] for name in ('no TF32', 'bf16 + channels_last')}
    figures = list(measure_options(recipe, batch_size, rounds, some))
    speedups = [one for one in figures if one.speedup]
    assert [one.name.partition(':')[0] for one in speedups] == list(some)
    assert all(min(one.ours + one.reference) > 0 for one in figures)


@pytest.mark.skipif(torch.cuda.is_available(), reason='about machines without a GPU')
def test_without_a_gpu_it_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match='No GPU is visible. --tiny'):
        main(parse_args(['--out', str(tmp_path / 'figures.json')]))


@pytest.mark.slow
def test_every_part_runs_end_to_end(tmp_path):
    out = tmp_path / 'check.json'
    command = [sys.executable, '-m', 'tests.benchmarks.gpu_check', '--tiny', '--out']
    subprocess.run([*command, out], cwd=CONFIGS.parent, check=True)
    parts = json.loads(out.read_text())['parts']
    assert len(parts) == len(make_parts(tiny=True))
    assert not any(part['error'] for part in parts)
    (tests,) = parts[0]['figures']
    assert tests['reference'][0] > 0
    assert all(part['figures'] for part in parts)
