"""Show what unlabeled pictures are worth: a supervised run against a dual one.

Draws people, trains a small network on the labels of 20 of them, and two such networks
by PoseDual with Joint Cutout on the same labels and all people unlabeled, for as many
steps. Compares them, and says what to do next. A second call goes on where the first
one was interrupted, and trains nothing that is trained.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from rich.table import Table

    from semi_pose.runs import Run

ROOT = Path(__file__).resolve().parents[1]
TITLES = {'supervised': 'supervised', 'dual': 'dual + Joint Cutout'}
NETWORKS = {'net1': 'network 1', 'net2': 'network 2', 'ensemble': 'ensemble'}
NUM_RESPONSE = 300


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        '--data-root',
        type=Path,
        default=Path('data/synthetic_people'),
        metavar='DIR',
        help='where the people lie, or are drawn to (%(default)s)',
    )
    add(
        '--work-dir',
        type=Path,
        default=Path('work_dirs/demo'),
        metavar='DIR',
        help='where to write (%(default)s)',
    )
    add('--num-train', type=int, default=1500, help='pictures to draw (%(default)s)')
    add('--num-val', type=int, default=300, help='and for validation (%(default)s)')
    add('--steps', type=int, help='training steps of each run (as the recipes say)')
    add('--fresh', action='store_true', help='forget what was trained, begin anew')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Run the demo.

    Args:
        args (Namespace): The options.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from rich.console import Console

    from semi_pose.cli.progress import progress_display

    # With a file of its own: what libraries print while measuring goes elsewhere.
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    start = time.monotonic()
    runs = plan(args)
    with progress_display(console) as progress:
        tasks = [
            progress.add_task(title, start=False, total=total, note='')
            for title, total in (
                ('draw people', args.num_train + args.num_val),
                *((TITLES[name], run.steps) for name, run in runs.items()),
            )
        ]
        draw_people(args, progress, tasks[0])
        for run, task in zip(runs.values(), tasks[1:], strict=True):
            train(run, progress, task)
    with console.status('Measuring'), redirect_stdout(StringIO()):
        rows = measure(runs, args.work_dir)
    console.print(make_table(rows))
    console.print(closing_words(args, runs, rows, time.monotonic() - start))


def plan(args: argparse.Namespace) -> dict[str, Run]:
    """Plan the runs, and prepare the work dir.

    Args:
        args (Namespace): The options.

    Returns:
        dict[str, Run]: ``supervised``, then ``dual``.

    Raises:
        UserError: If the work dir holds runs with other options.
    """
    from semi_pose.errors import UserError
    from semi_pose.runs import Run

    runs = {
        name: Run(
            tool=ROOT / 'tools/train.py',
            config=ROOT / f'configs/demo/efflite0_demo_{name}.py',
            folder=args.work_dir / name,
            data_root=args.data_root,
            steps=args.steps,
        )
        for name in TITLES
    }
    file = args.work_dir / 'options.json'
    options = dict(data_root=str(args.data_root.resolve()), steps=args.steps)
    if args.fresh:
        for run in runs.values():
            shutil.rmtree(run.folder, ignore_errors=True)
    elif file.exists() and json.loads(file.read_text()) != options:
        raise UserError(
            f'{args.work_dir} holds a demo with other options, {file.read_text()}: '
            'add --fresh to begin anew, or name another --work-dir.'
        )
    args.work_dir.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(options))
    return runs


def draw_people(args: argparse.Namespace, progress: Progress, task: TaskID) -> None:
    """Draw the data set, unless it is there.

    Args:
        args (Namespace): The options.
        progress (Progress): The display.
        task (TaskID): The line in it.

    Raises:
        UserError: If the folder holds something else, or cannot be written.
    """
    from semi_pose.synthetic import write_dataset

    # Written last: where it is, all is.
    if (args.data_root / 'annotations/person_keypoints_val2017.json').exists():
        progress.update(task, total=1, completed=1, note=f'found in {args.data_root}')
        return
    progress.start_task(task)
    write_dataset(
        args.data_root,
        num_train=args.num_train,
        num_val=args.num_val,
        on_picture=lambda: progress.advance(task),
    )


def train(run: Run, progress: Progress, task: TaskID) -> None:
    """Train a run to its end, unless that is done, and show how it goes.

    Args:
        run (Run): The run.
        progress (Progress): The display.
        task (TaskID): The line in it.
    """

    def show(records: list[dict]) -> None:
        latest = {key: one[key] for one in records for key in one}
        note = []
        if 'coco/AP' in latest:
            note.append(f'AP {100 * latest["coco/AP"]:.1f}')
            note.append(f'PCK {100 * latest["coco/PCK"]:.1f}')
        if 'response' in latest:
            note.append(f'response {latest["response"]:.2f}')
        progress.update(task, completed=latest.get('step', 0), note='  '.join(note))

    if run.metrics() is None:
        progress.start_task(task)
    run.train(show)


def measure(runs: dict[str, Run], folder: Path) -> list[dict]:
    """Take the last metrics, measure the responses, and draw the pictures.

    Args:
        runs (dict[str, Run]): The finished runs.
        folder (Path): Where to write.

    Returns:
        list[dict]: A row for each network: ``model``, ``network``, ``AP`` and
        ``PCK`` from 0 to 1, ``response``.
    """
    from semi_pose import analysis
    from semi_pose.recipes.reading import load_recipe
    from semi_pose.runs import read_scalars

    rows = []
    recipes = {
        name: load_recipe(run.cfg.filename, str(run.data_root))
        for name, run in runs.items()
    }
    pairs = analysis.build_pairs(recipes['dual'])
    for name, run in runs.items():
        model = analysis.load_networks(recipes[name], str(run.checkpoint))
        responses = analysis.mean_peaks(model, pairs.unlabeled, NUM_RESPONSE)
        rows += make_rows(name, run, responses)
    analysis.save_views(model, pairs, folder / 'views.png')
    records = [read_scalars(run.folder) for run in runs.values()]
    analysis.draw_curves(*records).savefig(folder / 'curves.png', dpi=120)
    (folder / 'results.json').write_text(json.dumps(rows, indent=2))
    return rows


def make_rows(name: str, run: Run, responses: dict[str, float]) -> list[dict]:
    """Put the measurements of one run together.

    Args:
        name (str): Its name.
        run (Run): The finished run.
        responses (dict[str, float]): The response of each network.

    Returns:
        list[dict]: A row for each network.
    """
    metrics = run.metrics()
    rows = []
    for network, response in responses.items():
        prefix = f'{network}/' if len(responses) > 1 else ''
        values = {key: metrics[f'{prefix}coco/{key}'] for key in ('AP', 'PCK')}
        rows.append(dict(model=name, network=network, **values, response=response))
    return rows


def make_table(rows: list[dict]) -> Table:
    """Lay the measurements out.

    Args:
        rows (list[dict]): A row for each network.

    Returns:
        Table: To be printed.
    """
    from rich.table import Table

    table = Table(title='Measured just now, on validation people (AP, PCK@0.1 in %)')
    table.add_column('model')
    table.add_column('network')
    for title in ('AP', 'PCK', 'response'):
        table.add_column(title, justify='right')
    for row in rows:
        table.add_row(
            TITLES[row['model']],
            NETWORKS[row['network']] if row['model'] == 'dual' else '',
            f'{100 * row["AP"]:.1f}',
            f'{100 * row["PCK"]:.1f}',
            f'{row["response"]:.3f}',
            end_section=row['network'] != 'net2' and row['model'] == 'supervised',
        )
    return table


def closing_words(
    args: argparse.Namespace, runs: dict[str, Run], rows: list[dict], seconds: float
) -> str:
    """Say what came out, where things lie, and what to do next.

    Args:
        args (Namespace): The options.
        runs (dict[str, Run]): The runs.
        rows (list[dict]): A row for each network, the supervised one first.
        seconds (float): How long the demo took.

    Returns:
        str: Lines to print.
    """
    from semi_pose.cli.tool import tool_command

    dual = runs['dual']
    gains = [100 * (rows[1][key] - rows[0][key]) for key in ('AP', 'PCK')]
    test = [os.path.relpath(dual.cfg.filename)]
    test += [str(dual.checkpoint), '--network', 'ensemble']
    if args.data_root != Path(dual.cfg.data_root):
        test += ['--data-root', str(args.data_root)]
    return f"""\
Unlabeled people made a difference of {gains[0]:+.1f} AP and {gains[1]:+.1f} PCK to \
network 1, with {dual.cfg.labeled.indices} labels.
Response: mean peak of the heatmaps on unlabeled people; it nears 0 in a collapse.
The demo took {seconds / 60:.1f} minutes.

Curves    {args.work_dir / 'curves.png'}
Pictures  {args.work_dir / 'views.png'}: the two views and the heatmaps
Runs      {dual.folder.parent}: recipes, logs and checkpoints

Next
  test the model   {tool_command('test')} {shlex.join(test)}
  your own data    docs/data.md
  COCO             {tool_command('train')} semi_pose::semi/hrnet_w48_coco1k_dual.py \
--data-root data/coco"""


if __name__ == '__main__':
    options = parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from semi_pose.cli.tool import run as run_tool

    run_tool(
        lambda: main(options), 'Interrupted. The same command goes on where it stopped.'
    )
