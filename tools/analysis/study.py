"""Run the paper's study on one's own data: methods x seeds, and a report.

Trains each recipe with each seed, or finds what is trained already and goes on with
what was interrupted; draws the curves, compares the methods, and says which of the
paper's findings held. Recipes with pseudo labels get their teacher and their labels
made first.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import DictAction

if TYPE_CHECKING:
    from rich.table import Table

    from semi_pose.study.ablations import Number
    from semi_pose.study.plan import Plan
    from semi_pose.study.results import Results

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = """\
examples:
  python tools/analysis/study.py configs/lsp/efflite0_lsp20_supervised.py \\
      configs/lsp/efflite0_lsp20_standard.py configs/lsp/efflite0_lsp20_dual.py \\
      configs/lsp/efflite0_lsp20_pseudo.py@0 --seeds 0 1 2 --jobs 2 --dry-run
  how many labels the unlabeled people are worth:
  python tools/analysis/study.py configs/lsp/efflite0_lsp20_supervised.py \\
      configs/lsp/efflite0_lsp20_dual.py --seeds 0 1 2 --ablate labels=20,50,100
"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('recipes', nargs='+', help='config files; RECIPE@0,1 has seeds of its own')
    add('--seeds', type=int, nargs='+', default=[0], help='seeds (%(default)s)')
    add(
        '--data-root',
        type=Path,
        metavar='DIR',
        help="take the data from here, not the configs'",
    )
    add(
        '--work-dir',
        type=Path,
        default=Path('work_dirs/study'),
        metavar='DIR',
        help='where runs go, as RECIPE/seedK and RECIPE/ABLATION=VALUE/seedK '
        '(%(default)s)',
    )
    add('--out', type=Path, metavar='DIR', help='the report (WORK_DIR/report)')
    add('--jobs', type=int, default=1, help='runs at a time (%(default)s)')
    add_changes(parser)
    add_modes(parser)
    return parser.parse_args(argv)


def add_changes(parser: argparse.ArgumentParser) -> None:
    """Add the options that change recipes."""
    add = parser.add_argument
    add('--steps', type=int, help='training steps of each run (as the recipes say)')
    add(
        '--ablate',
        nargs='+',
        default=[],
        metavar='NAME=VALUES',
        help='vary a setting: labels=100,500 or steps=500,1000 of all recipes and '
        'seeds; joints=1,2,3, weight=0.1,1 or magnitude=0,10,20 with the first seed',
    )
    add(
        '--ladder',
        metavar='PASSES',
        help='vary the steps of all recipes so that the semi-supervised ones see '
        'their unlabeled people so many times: 1,3,10,30',
    )
    add(
        '--ablate-recipe',
        nargs='+',
        default=[],
        type=Path,
        metavar='RECIPE',
        help='vary these (all for labels and steps, else the first semi-supervised '
        'recipe with the setting)',
    )
    add(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUE',
        help='change settings of all recipes',
    )


def add_modes(parser: argparse.ArgumentParser) -> None:
    """Add the options on what is done, and what is not."""
    add = parser.add_argument
    add(
        '--difficulty',
        action='store_true',
        help='measure a network under each augmentation too',
    )
    add(
        '--gain',
        action='store_true',
        help='test the last checkpoints, to see at which joints, tilts of the torso '
        'and heights of the peaks methods gain, and AP without the score threshold',
    )
    add('--fresh', action='store_true', help='train anew what has other settings')
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        '--dry-run', action='store_true', help='say what would be trained, and how long'
    )
    mode.add_argument(
        '--report-only', action='store_true', help='report what is trained, as it is'
    )
    add(
        '--tflops',
        type=float,
        default=0.05,
        help='10^12 operations per second, for --dry-run where no run has logged its '
        'time (%(default)s)',
    )


def main(args: argparse.Namespace) -> None:
    """Run the study.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from rich.console import Console

    from semi_pose.cli.progress import progress_display, quiet
    from semi_pose.errors import UserError
    from semi_pose.study.results import read_results
    from semi_pose.study.runs import settle, train_and_show

    # With a file of its own: what libraries print while measuring goes elsewhere.
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    plan = make_plan(args)
    if args.dry_run:
        console.print(make_table(args, plan))
        console.print('The same command without --dry-run trains them.')
        return
    failures = {}
    if not args.report_only:
        settle(plan.trials, args.fresh)
        with progress_display(console) as progress:
            failures = train_and_show(plan.trials, args.jobs, progress)
    results = read_results(plan)
    if results.methods:
        with console.status('Measuring'), quiet():
            page = report(args, results)
        console.print(closing_words(args, results, page))
    if failures:
        listed = [f'{trial.name}: {error}' for trial, error in failures.items()]
        raise UserError(
            f'{len(failures)} runs failed; the same command goes on with them once '
            'the cause is fixed.\n' + '\n'.join(listed)
        )
    if not results.methods:
        raise UserError(
            f'{args.work_dir} holds no finished run of these recipes: leave out '
            '--report-only to train them, or correct --work-dir.'
        )


def make_plan(args: argparse.Namespace) -> Plan:
    """Plan the runs.

    Raises:
        UserError: If options or recipes do not fit.
    """
    from semi_pose.errors import UserError
    from semi_pose.study import ablations
    from semi_pose.study.estimate import check_labels
    from semi_pose.study.planner import Planner, parse_recipe
    from semi_pose.study.runs import cores

    if args.jobs < 1:
        raise UserError(f'--jobs is {args.jobs}: train 1 run or more at a time.')
    planner = Planner(
        root=ROOT,
        work_dir=args.work_dir,
        data_root=args.data_root,
        steps=args.steps,
        options=args.cfg_options,
        threads=max(cores() // args.jobs, 1),
        as_found=args.report_only,
    )
    recipes = [parse_recipe(text, args.seeds) for text in args.recipes]
    values = ablations.parse_ablations(args.ablate)
    if args.ladder:
        values['steps'] = ladder(args.ladder, planner.plan(recipes, {}))
    made = planner.plan(recipes, values, args.ablate_recipe)
    if not args.report_only:
        with redirect_stdout(StringIO()):
            check_labels(made)
    return made


def ladder(passes: str, plan: Plan) -> list[Number]:
    """Turn passes over the unlabeled people into steps.

    Args:
        passes (str): Such as ``1,3,10``.
        plan (Plan): Whose first semi-supervised recipe counts.

    Returns:
        list[Number]: Steps.

    Raises:
        UserError: If these are no numbers, or no recipe has unlabeled people.
    """
    from semi_pose.errors import UserError
    from semi_pose.recipes.kinds import is_semi
    from semi_pose.study.ablations import parse_numbers
    from semi_pose.study.estimate import steps_per_pass

    numbers = parse_numbers(passes, f'--ladder {passes}', '--ladder 1,3,10')
    runs = [method.trials[0].run for method in plan.methods]
    semi = [run for run in runs if is_semi(run.cfg)]
    if not semi:
        raise UserError(
            '--ladder: none of the recipes has unlabeled people. Add a '
            'semi-supervised one, or name the steps by --ablate steps=500,1000.'
        )
    with redirect_stdout(StringIO()):
        steps = steps_per_pass(semi[0])
    return [max(round(number * steps), 1) for number in numbers]


def make_table(args: argparse.Namespace, plan: Plan) -> Table:
    """Lay out what would be trained, and how long."""
    from rich.table import Table

    from semi_pose.study import estimate

    with redirect_stdout(StringIO()):
        estimates = estimate.estimate_all(plan, args.tflops)
    seconds = sum(one.seconds for one in estimates.values()) / args.jobs
    sources = dict.fromkeys(one.source for one in estimates.values() if one.source)
    table = Table(
        title='The study',
        caption=f'About {estimate.duration(seconds)} of training with --jobs '
        f'{args.jobs}, if this does not slow them down; start-up, validation and the '
        'making of pseudo labels come on top.'
        + (f' Estimated by {" or ".join(sources)}.' if sources else ''),
    )
    table.add_column('run', overflow='fold')
    for title in ('length', 'state', 'time'):
        table.add_column(title, no_wrap=True)
    for trial, (left, _) in estimates.items():
        state = 'trained' if trial.done else 'to train'
        if trial.run.differences():
            state = 'changed'
        elif trial.run.recorded.exists() and not trial.done:
            state = 'to go on'
        time = '' if trial.done else estimate.duration(left)
        table.add_row(trial.name, estimate.length(trial.run), state, time)
    return table


def report(args: argparse.Namespace, results: Results) -> Path:
    """Measure what the logs do not say, write the report, and return its page."""
    from semi_pose.study import checkpoints, difficulty, gain
    from semi_pose.study import results as tables
    from semi_pose.study.report import write_report

    methods, measured = results.methods, {}
    logged = sum(len(results.end(one, tables.BINS[0])) for one in methods)
    if logged < sum(len(results.trials(one)) for one in methods):
        heatmaps = checkpoints.measure_heatmaps(results.plan.methods)
        results = results.with_measured(heatmaps)
    if args.difficulty:
        plain = [one for one in methods if one.kind == 'supervised']
        trial = results.trials((plain or methods)[0])[0]
        settings = difficulty.find_augmentations(results.plan.methods)
        measured['difficulty'] = difficulty.measure_difficulty(trial, settings)
    if args.gain:
        measured['gain'] = gain.measure_gain(methods)
    command = 'python tools/analysis/study.py ' + shlex.join(sys.argv[1:])
    folder = args.out or args.work_dir / 'report'
    return write_report(results, folder, command, **measured)


def closing_words(args: argparse.Namespace, results: Results, page: Path) -> str:
    """Say where the report lies, and what to do next."""
    runs = results.plan.trials
    first = next(trial for trial in runs if trial.name in results.runs)
    return f"""\
Report    {page}: {len(results.runs)} of {len(runs)} runs; no other file is needed
Markdown  {page.with_suffix('.md')}, with pictures beside it
Runs      {args.work_dir}
Next      open the page, or draw other curves: python tools/analysis/plot_curves.py \
{first.run.folder} --keys loss"""


if __name__ == '__main__':
    options = parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from semi_pose.cli.tool import run as run_tool

    run_tool(
        lambda: main(options), 'Interrupted. The same command goes on where it stopped.'
    )
