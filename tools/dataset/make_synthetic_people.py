r"""Draw articulated people into a data set in COCO's keypoint format.

Example::

    python tools/dataset/make_synthetic_people.py data/synthetic_people \
        --num-train 1500 --num-val 300 --seed 0

writes annotations/person_keypoints_{train,val}2017.json, train2017/ and val2017/
below data/synthetic_people. The same options write the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from semi_pose.errors import UserError
from semi_pose.synthetic import write_dataset


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    default = Path('data/synthetic_people')
    folder = dict(default=default, help='folder to write (%(default)s)')
    add('out_dir', type=Path, nargs='?', **folder)
    add('--num-train', type=int, default=1500, help='training pictures (%(default)s)')
    add('--num-val', type=int, default=300, help='validation pictures (%(default)s)')
    add('--seed', type=int, default=0, help='seed (%(default)s)')
    size = dict(default=(192, 256), metavar=('WIDTH', 'HEIGHT'))
    add('--size', type=int, nargs=2, **size, help='pixels of a picture (192 256)')
    add(
        '--simple',
        action='store_true',
        help='one person per picture, who stands or walks and faces the camera',
    )
    return parser.parse_args(args)


def main(args: list[str] | None = None) -> None:
    """Draw the data set, and say where it lies.

    Raises:
        UserError: If an option is out of range or the folder holds other files.
    """
    options = parse_args(args)
    total = options.num_train + options.num_val
    console = Console(soft_wrap=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task('Drawing people', total=max(total, 0))
        write_dataset(
            options.out_dir,
            num_train=options.num_train,
            num_val=options.num_val,
            size=tuple(options.size),
            seed=options.seed,
            simple=options.simple,
            on_picture=lambda: progress.advance(task),
        )
    console.print(f'Wrote {total} pictures to {options.out_dir}')
    command = 'python tools/train.py configs/demo/efflite0_demo_dual.py --data-root'
    console.print(f'Next: {command} {options.out_dir}')


if __name__ == '__main__':
    try:
        main()
    except UserError as error:
        sys.exit(f'Error: {error}')
