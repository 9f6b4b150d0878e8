"""Show what unlabeled images are worth: compare a supervised run with a dual one.

Draws people, trains a small network on the labels of 10 of them, and two such networks
by PoseDual with Joint Cutout on the same labels and all people unlabeled, for as many
steps. Compares them, and says what to do next. A second call continues where the first
one was interrupted, and trains nothing again.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

    from semi_pose.study.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
NAMES = ('supervised', 'dual')
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
        default=Path('data/simple_people'),
        metavar='DIR',
        help='folder of the people, drawn if it is empty (%(default)s)',
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
    add('--fresh', action='store_true', help='delete what was trained and start again')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Run the demo.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from rich.console import Console

    from semi_pose.cli.progress import progress_display
    from semi_pose.study.runs import settle, train_and_show

    # With a file of its own: what libraries print while measuring goes elsewhere.
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    start = time.monotonic()
    plan = make_plan(args)
    if args.fresh:
        for trial in plan.trials:
            trial.run.remove()
    settle(plan.trials, fresh=False)
    with progress_display(console) as progress:
        draw_people(args, progress)
        failures = train_and_show(plan.trials, 1, progress)
    for error in failures.values():
        raise error
    with console.status('Measuring'), redirect_stdout(StringIO()):
        rows = measure(plan, args.work_dir)
    console.print(make_table(rows))
    console.print(closing_words(args, plan, rows, time.monotonic() - start))


def make_plan(args: argparse.Namespace) -> Plan:
    """Plan the study: supervised, then dual, with the recipes' own seed."""
    from semi_pose.recipes.kinds import describe
    from semi_pose.runs import Run
    from semi_pose.study.plan import Method, Plan, Trial

    methods = []
    for name in NAMES:
        run = Run(
            tool=ROOT / 'tools/train.py',
            config=ROOT / f'configs/demo/efflite0_demo_{name}.py',
            folder=args.work_dir / name,
            data_root=args.data_root,
            steps=args.steps,
        )
        methods.append(Method(name, [Trial(name, 0, run)], **vars(describe(run.cfg))))
    return Plan(methods, [], [method.trials[0] for method in methods])


def draw_people(args: argparse.Namespace, progress: Progress) -> None:
    """Draw the data set, unless it is there.

    Raises:
        UserError: If the folder holds something else, or cannot be written.
    """
    from semi_pose.synthetic import write_dataset

    total = args.num_train + args.num_val
    task = progress.add_task('draw people', total=total, note='')
    # Written last: where it is, all is.
    if (args.data_root / 'annotations/person_keypoints_val2017.json').exists():
        progress.update(task, completed=total, note=f'found in {args.data_root}')
        return
    write_dataset(
        args.data_root,
        num_train=args.num_train,
        num_val=args.num_val,
        simple=True,
        on_picture=lambda: progress.advance(task),
    )


def measure(plan: Plan, folder: Path) -> list[dict]:
    """Take the last metrics, measure the responses, and draw the pictures.

    Args:
        plan (Plan): The finished runs.
        folder (Path): Where to write.

    Returns:
        list[dict]: A row for each network: ``model``, ``network``, ``AP`` and
        ``PCK`` from 0 to 1, ``response``.
    """
    from semi_pose import analysis
    from semi_pose.runs.logs import network_metrics, read_scalars
    from semi_pose.study.checkpoints import recorded_config

    recipes = [recorded_config(trial) for trial in plan.trials]
    pairs = analysis.build_pairs(recipes[-1])
    rows = []
    for trial, cfg in zip(plan.trials, recipes, strict=True):
        model = analysis.load_networks(cfg, str(trial.run.checkpoint))
        responses = analysis.mean_peaks(model, pairs.unlabeled, NUM_RESPONSE)
        for network, values in network_metrics(trial.run.metrics()).items():
            accuracy = {key: values[key] for key in ('AP', 'PCK')}
            row = dict(model=trial.name, network=network, response=responses[network])
            rows.append(row | accuracy)
    analysis.save_views(model, pairs, folder / 'views.png')
    records = [read_scalars(trial.run.folder) for trial in plan.trials]
    analysis.draw_curves(*records).savefig(folder / 'curves.png', dpi=120)
    (folder / 'results.json').write_text(json.dumps(rows, indent=2))
    return rows


def make_table(rows: list[dict]) -> Table:
    """Lay the measurements out."""
    from rich.table import Table

    from semi_pose.models.members import member_title

    table = Table(title='Measured just now, on validation people (AP, PCK@0.1 in %)')
    table.add_column('model')
    table.add_column('network')
    for title in ('AP', 'PCK', 'response'):
        table.add_column(title, justify='right')
    for row in rows:
        is_plain = row['model'] == NAMES[0]
        table.add_row(
            NAMES[0] if is_plain else 'dual + Joint Cutout',
            '' if is_plain else member_title(row['network']),
            f'{100 * row["AP"]:.1f}',
            f'{100 * row["PCK"]:.1f}',
            f'{row["response"]:.3f}',
            end_section=is_plain,
        )
    return table


def closing_words(
    args: argparse.Namespace, plan: Plan, rows: list[dict], seconds: float
) -> str:
    """Say what came out, where things lie, and what to do next.

    Args:
        args (Namespace): The options.
        plan (Plan): The runs.
        rows (list[dict]): A row for each network, the supervised one first.
        seconds (float): How long the demo took.

    Returns:
        str: Lines to print.
    """
    from semi_pose.cli.tool import tool_command

    dual = plan.trials[-1].run
    gains = [100 * (rows[1][key] - rows[0][key]) for key in ('AP', 'PCK')]
    test = [os.path.relpath(dual.cfg.filename)]
    test += [str(dual.checkpoint), '--network', 'ensemble']
    if args.data_root != Path(dual.cfg.data_root):
        test += ['--data-root', str(args.data_root)]
    return f"""\
Unlabeled people made a difference of {gains[0]:+.1f} AP and {gains[1]:+.1f} PCK to \
network 1, with {plan.methods[-1].labels} labels.
Response: mean peak of the heatmaps on unlabeled people; it nears 0 in a collapse.
The demo took {seconds / 60:.1f} minutes.

Curves    {args.work_dir / 'curves.png'}
Pictures  {args.work_dir / 'views.png'}: the two views and the heatmaps
Runs      {dual.folder.parent}: recipes, logs and checkpoints

Next
  test the model   {tool_command('test')} {shlex.join(test)}
  your own data    docs/own_data.md
  COCO             {tool_command('train')} semi_pose::semi/hrnet_w48_coco1k_dual.py \
--data-root data/coco"""


if __name__ == '__main__':
    options = parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from semi_pose.cli.tool import run as run_tool

    run_tool(
        lambda: main(options), 'Interrupted. The same command goes on where it stopped.'
    )
