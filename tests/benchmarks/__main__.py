"""Measure what this plugin costs, each figure against the work that has to be done.

Every figure is a ratio of two things measured in turn in this run.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from semi_pose.cli.tool import run
from semi_pose.synthetic import write_dataset

from .loading import measure_batches, measure_loading
from .networks import CONFIGS, read_recipe
from .processes import exit_when_terminated
from .report import Part, measure
from .scale import measure_scale
from .step import (
    measure_hard_view,
    measure_memory,
    measure_monitor,
    measure_paths,
    measure_step,
)

PARTS = {
    'step': 'a training step against its bare passes',
    'hard_view': 'the making of hard views against the bare passes of a step',
    'loading': "samples against MMPose's pipeline",
    'batches': 'batches on their way from a worker to the networks',
    'scale': 'data sets of the size of COCO',
    'memory': 'peak memory of a step',
    'paths': 'memory and time of four hard views of each image',
    'monitor': 'CollapseMonitor against the steps between its measurements',
}
HARD_VIEWS = 32


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parts = '\n'.join(f'  {name:10} {what}' for name, what in PARTS.items())
    parser = argparse.ArgumentParser(
        prog='python -m tests.benchmarks',
        description=__doc__,
        epilog=f'parts:\n{parts}\n\nexample:\n'
        '  python -m tests.benchmarks step memory --batch-size 8',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('parts', nargs='*', metavar='PART', help='what to measure (all)')
    add(
        '--config',
        default=str(CONFIGS / 'semi/res18_coco1k_dual.py'),
        help='semi-supervised recipe on COCO (ResNet-18, dual)',
    )
    add('--batch-size', type=int, default=4, help='of labeled samples (%(default)s)')
    add('--rounds', type=int, default=9, help='measurements a figure (%(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmark.json'),
        metavar='FILE',
        help='where to write the figures (%(default)s)',
    )
    args = parser.parse_args(argv)
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f'no part {", ".join(unknown)}: choose from {", ".join(PARTS)}')
    return args


def main(args: argparse.Namespace) -> None:
    """Measure, and print and write the figures."""
    with TemporaryDirectory() as scratch:
        parts = make_parts(args, Path(scratch))
        measure([parts[name] for name in args.parts or PARTS], args.out)


def make_parts(args: argparse.Namespace, scratch: Path) -> dict[str, Part]:
    """Return what measures each part, by the names in ``PARTS``."""
    recipe, rounds = read_recipe(args.config), args.rounds
    few = max(rounds // 3, 1)
    step = recipe, args.batch_size, rounds
    people = scratch / 'people'
    if not args.parts or {'loading', 'scale'} & set(args.parts):
        write_dataset(people, num_train=100, num_val=1)
    calls = {
        'step': (measure_step, step),
        'hard_view': (measure_hard_view, (recipe, HARD_VIEWS, few)),
        'loading': (measure_loading, (recipe, people, rounds)),
        'batches': (measure_batches, (recipe, args.batch_size, rounds)),
        'scale': (measure_scale, (recipe, people, few)),
        'memory': (measure_memory, (recipe, args.batch_size, few)),
        'paths': (measure_paths, (recipe, args.batch_size, few)),
        'monitor': (measure_monitor, step),
    }
    return {name: Part(name, *call) for name, call in calls.items()}


if __name__ == '__main__':
    options = parse_args()
    exit_when_terminated()
    run(lambda: main(options))
