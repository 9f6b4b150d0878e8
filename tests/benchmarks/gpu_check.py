"""Find out in 5 minutes what the training does on a GPU, and write one JSON file.

The tests that need a GPU; a step against its bare passes; the hard views' share of
it; what CUDA graphs, TF32, bfloat16, channels_last and torch.compile are worth; and
whether the loader keeps up. Needs no data and no pretrained weights.
"""

import argparse
import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from semi_pose.cli.tool import run
from semi_pose.errors import UserError

from .figures import Figure, compare
from .loading import measure_workers
from .networks import CONFIGS, device, read_recipe, title, training_step
from .processes import exit_when_terminated
from .report import Part, measure
from .step import measure_hard_view, measure_step

TESTS = ('models/test_no_sync.py', 'engine/test_cuda_graphs.py')
SECONDS = 290  # of the 5 minutes, the rest is for starting and writing
OPTIONS = {
    'no TF32': dict(tf32=False),
    'bf16': dict(bf16=True),
    'channels_last': dict(channels_last=True),
    'bf16 + channels_last': dict(bf16=True, channels_last=True),
}
GRAPHS = {
    'CUDA graphs': dict(cuda_graphs=True),
    'CUDA graphs + bf16 + channels_last': dict(
        cuda_graphs=True, **OPTIONS['bf16 + channels_last']
    ),
}
COMPILED = {
    'torch.compile': {},
    'torch.compile + bf16 + channels_last': OPTIONS['bf16 + channels_last'],
}
NARROW_RES18 = {
    'model.backbone.stem_channels': 8,
    'model.backbone.base_channels': 8,
    'model.head.in_channels': 64,
    'model.head.deconv_out_channels': (8, 8, 8),
}
TINY_SIZES = {'codec.input_size': (64, 64), 'codec.heatmap_size': (16, 16)}
TINY = {
    'res18_coco1k_dual': NARROW_RES18,
    'res18_coco1k_dual_randaugment': NARROW_RES18,
    'hrnet_w48_coco1k_dual': {
        'model.head.in_channels': 4,
        **{
            f'model.backbone.extra.stage{stage}': dict(
                num_modules=1,
                num_blocks=(1,) * stage,
                num_channels=(4, 8, 16, 32)[:stage],
            )
            for stage in (2, 3, 4)
        },
    },
}


def run_tests() -> Iterator[Figure]:
    """Run the tests that need a GPU."""
    seen = Outcomes()
    files = [str(Path(__file__).parents[1] / name) for name in TESTS]
    pytest.main([*files, '-q', '-p', 'no:cacheprovider'], plugins=[seen])
    passed, skipped = map(seen.outcomes.count, ('passed', 'skipped'))
    name = f'tests passed, {skipped} skipped / all tests'
    yield Figure(name, [passed], [len(seen.outcomes)], 'tests', '>= 1')
    if seen.failures:
        raise AssertionError('\n'.join(seen.failures))


class Outcomes:
    """A plugin of pytest that remembers how each test ended."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.failures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test's call, or what has kept it from being called."""
        if report.when == 'call' or report.outcome != 'passed':
            self.outcomes.append(report.outcome)
        if report.failed:
            self.failures.append(report.longreprtext)


def measure_steps(recipe: Config, batch_size: int, rounds: int) -> Iterator[Figure]:
    """Time a step and its hard views against the bare passes."""
    yield from measure_step(recipe, batch_size, rounds)
    yield from measure_hard_view(recipe, batch_size, rounds)


def measure_options(
    recipe: Config, batch_size: int, rounds: int, options: dict[str, dict]
) -> Iterator[Figure]:
    """Measure a step's speed-up and peak memory by options of ``training_step``.

    The reference is float32 with torch's defaults, by which a GPU's convolutions
    round to TF32.
    """
    plain, plain_peak = warm_step(recipe, batch_size)
    for name, option in options.items():
        step, peak = warm_step(recipe, batch_size, **option)
        what = f'of a step of {title(recipe, batch_size)}'
        yield compare(f'{name}: speed-up {what}', step, plain, rounds, speedup=True)
        if device() == 'cuda':
            yield Figure(f'{name}: peak memory {what}', [peak], [plain_peak], 'MB')


def warm_step(
    recipe: Config, batch_size: int, **option: object
) -> tuple[Callable[[], None], float]:
    """Return a step that has run twice, and the peak memory of that in MB."""
    gc.collect()
    before = torch.cuda.memory_allocated()
    if device() == 'cuda':
        torch.cuda.reset_peak_memory_stats()
    step = training_step(recipe, batch_size, **option)
    step(), step()  # the second one has the optimizer's averages
    return step, (torch.cuda.max_memory_allocated() - before) / 2**20


def read_recipes(tiny: bool) -> list[Config]:
    """Read the recipes that are measured, narrow and for small pictures if tiny."""
    changes = {
        name: {**TINY_SIZES, **one} if tiny else {} for name, one in TINY.items()
    }
    return [read_recipe(CONFIGS / f'semi/{n}.py', one) for n, one in changes.items()]


def make_graph_parts(res18: tuple, hrnet: tuple) -> list[Part]:
    """Return what CUDA graphs are worth; they cannot be tried without a GPU."""
    lite = read_recipe(CONFIGS / 'lspet/efflite0_96x128_lspet500_dual.py')
    settings = {
        'EfficientNet-Lite0': (lite, 32, 9, 60),
        'ResNet-18': (*res18, 9, 60),
        'HRNet-W48': (*hrnet, 5, 120),  # cuDNN takes long to choose its algorithms
    }
    return [
        Part(f'CUDA graphs, {name}', measure_options, (*sizes, GRAPHS), seconds)
        for name, (*sizes, seconds) in settings.items()
    ]


def make_parts(tiny: bool) -> list[Part]:
    """Return what is measured, the most important first."""
    res18, rand_augment, hrnet = read_recipes(tiny)
    few, some, many = (1, 1, 1) if tiny else (5, 9, 21)
    small, large = ((res18, 2), (hrnet, 2)) if tiny else ((res18, 32), (hrnet, 8))
    backend = dict(compiler='eager' if tiny else 'inductor')
    compiled = {name: {**option, **backend} for name, option in COMPILED.items()}
    *graphs, large_graph = make_graph_parts(small, large)
    parts = [
        Part('tests', run_tests, (), 45),
        Part('step, ResNet-18', measure_steps, (*small, many), 40),
        Part('step, HRNet-W48', measure_steps, (*large, some), 50),
        *graphs,
        Part('loader', measure_workers, (*small, few, 4 if tiny else 200), 50),
        Part('options, ResNet-18', measure_options, (*small, some, OPTIONS), 40),
        large_graph,
        Part('options, HRNet-W48', measure_options, (*large, few, OPTIONS), 60),
        Part('RandAugment', measure_hard_view, (rand_augment, small[1], some), 30),
        Part('compile, ResNet-18', measure_options, (*small, some, compiled), 80),
        Part('compile, HRNet-W48', measure_options, (*large, few, compiled), 200),
    ]
    if device() == 'cpu':
        parts = [part for part in parts if 'CUDA' not in part.name]
    return [replace(part, seconds=inf) if tiny else part for part in parts]


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog='python -m tests.benchmarks.gpu_check',
        description=__doc__,
        epilog='example:\n  '
        'python -m tests.benchmarks.gpu_check --out work_dirs/gpu_check.json',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/gpu_check.json'),
        metavar='FILE',
        help='where to write the figures (%(default)s)',
    )
    add(
        '--seconds',
        type=float,
        default=SECONDS,
        metavar='S',
        help='leave out what does not fit into this time (%(default)s)',
    )
    add(
        '--tiny',
        action='store_true',
        help='small networks and sizes, on a CPU too: to see that every part runs',
    )
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Measure, and print and write the figures."""
    if device() == 'cpu' and not args.tiny:
        raise UserError(
            'No GPU is visible. --tiny runs every part at small sizes on a CPU.'
        )
    measure(make_parts(args.tiny), args.out, inf if args.tiny else args.seconds)


if __name__ == '__main__':
    options = parse_args()
    exit_when_terminated()
    run(lambda: main(options))
