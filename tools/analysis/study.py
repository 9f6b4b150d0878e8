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
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from semi_pose.study.measurements import Results
    from semi_pose.study.plan import Plan, Trial
    from semi_pose.study.report import Extras

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = """\
example:
  python tools/analysis/study.py configs/lsp/efflite0_lsp100_supervised.py \\
      configs/lsp/efflite0_lsp100_standard.py configs/lsp/efflite0_lsp100_dual.py \\
      configs/lsp/efflite0_lsp100_pseudo.py@0 --seeds 0 1 2 --jobs 2 --dry-run
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
    """Add the options that change recipes.

    Args:
        parser (ArgumentParser): The parser.
    """
    add = parser.add_argument
    add('--steps', type=int, help='training steps of each run (as the recipes say)')
    add(
        '--ablate',
        nargs='+',
        default=[],
        metavar='NAME=VALUES',
        help='vary a setting, with the first seed: joints=1,2,3 weight=0.1,1 '
        'labels=20,50 magnitude=0,10,20',
    )
    add(
        '--ablate-recipe',
        nargs='+',
        default=[],
        type=Path,
        metavar='RECIPE',
        help='vary these (for each setting, the first semi-supervised recipe with it)',
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
    """Add the options on what is done, and what is not.

    Args:
        parser (ArgumentParser): The parser.
    """
    add = parser.add_argument
    add(
        '--difficulty',
        action='store_true',
        help='measure a network under each augmentation too',
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
        help='10^12 operations a second, for --dry-run where no run has logged its '
        'time (%(default)s)',
    )


def main(args: argparse.Namespace) -> None:
    """Run the study.

    Args:
        args (Namespace): The options.

    Raises:
        UserError: If the user can mend what went wrong.
    """
    from rich.console import Console

    from semi_pose.errors import UserError
    from semi_pose.study.measurements import read_results
    from semi_pose.study.runs import settle

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
        failures = train(args, plan, console)
    results = read_results(plan)
    if results.methods:
        with console.status('Measuring'), redirect_stdout(StringIO()):
            page = report(args, results)
        console.print(closing_words(args, results, page))
    if failures:
        raise UserError(failure_words(failures))
    if not results.methods:
        raise UserError(
            f'{args.work_dir} holds no finished run of these recipes: leave out '
            '--report-only to train them, or correct --work-dir.'
        )


def make_plan(args: argparse.Namespace) -> Plan:
    """Plan the runs.

    Args:
        args (Namespace): The options.

    Returns:
        Plan: The runs.

    Raises:
        UserError: If options or recipes do not fit.
    """
    from semi_pose.errors import UserError
    from semi_pose.study import ablations, plan
    from semi_pose.study.runs import cores

    if args.jobs < 1:
        raise UserError(f'--jobs is {args.jobs}: train 1 run or more at a time.')
    planner = plan.Planner(
        root=ROOT,
        work_dir=args.work_dir,
        data_root=args.data_root,
        steps=args.steps,
        options=args.cfg_options,
        threads=max(cores() // args.jobs, 1),
        as_found=args.report_only,
    )
    return planner.plan(
        [plan.parse_recipe(text, args.seeds) for text in args.recipes],
        ablations.parse_ablations(args.ablate),
        args.ablate_recipe,
    )


def make_table(args: argparse.Namespace, plan: Plan) -> Table:
    """Lay out what would be trained, and how long.

    Args:
        args (Namespace): The options.
        plan (Plan): The runs.

    Returns:
        Table: To be printed.
    """
    from rich.table import Table

    from semi_pose.study import estimate

    with redirect_stdout(StringIO()):
        estimates = estimate.estimate_all(plan, args.tflops)
    seconds = sum(one.seconds for one in estimates.values()) / args.jobs
    table = Table(
        title='The study',
        caption=f'About {estimate.duration(seconds)} of training with --jobs '
        f'{args.jobs}, if this does not slow them down; start-up, validation and the '
        'making of pseudo labels come on top.',
    )
    table.add_column('run', no_wrap=True)
    for title in ('length', 'state', 'time', 'estimated by'):
        table.add_column(title)
    for trial, (left, source) in estimates.items():
        state = 'trained' if trial.done else 'to train'
        if trial.run.differences():
            state = 'other settings'
        elif trial.run.recorded.exists() and not trial.done:
            state = 'to go on'
        time = '' if trial.done else estimate.duration(left)
        table.add_row(trial.name, estimate.length(trial.run), state, time, source)
    return table


def train(
    args: argparse.Namespace, plan: Plan, console: Console
) -> dict[Trial, Exception]:
    """Train what is not trained, and show how it goes.

    Args:
        args (Namespace): The options.
        plan (Plan): The runs.
        console (Console): Where it shows.

    Returns:
        dict[Trial, UserError]: What failed, and why.
    """
    from semi_pose.study.runs import train_all

    lines = {}
    with progress_display(console) as progress:
        total = progress.add_task('[bold]runs', total=len(plan.trials), note='')

        def show(trial: Trial, records: list[dict], doing: str) -> None:
            if trial not in lines:
                lines[trial] = progress.add_task(trial.name, note='')
            done = trial.run.progress(records)
            progress.update(lines[trial], completed=done, note=doing or note(records))

        def finish(trial: Trial) -> None:
            progress.update(lines[trial], visible=False)
            progress.advance(total)

        return train_all(plan.trials, args.jobs, show, finish)


def progress_display(console: Console) -> Progress:
    """Make the display: what runs, how far it is, and what came out so far.

    Args:
        console (Console): Where it shows.

    Returns:
        Progress: Not started.
    """
    from rich import progress

    return progress.Progress(
        progress.TextColumn('{task.description}'),
        progress.BarColumn(bar_width=30),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn('left'),
        progress.TimeRemainingColumn(),
        progress.TextColumn('{task.fields[note]}'),
        console=console,
        # Runs last for minutes: average over them.
        speed_estimate_period=600,
    )


def note(records: list[dict]) -> str:
    """Write the newest accuracy and response of a run.

    Args:
        records (list[dict]): Its scalars so far.

    Returns:
        str: Empty as long as there are none.
    """
    from semi_pose.runs.logs import is_validation, network_metrics

    words = []
    if validations := [*filter(is_validation, records)]:
        network, values = next(iter(network_metrics(validations[-1]).items()))
        words += [f'{key} {100 * value:.1f}' for key, value in values.items()]
    responses = [one['response'] for one in records if 'response' in one]
    return '  '.join(words + [f'response {one:.2f}' for one in responses[-1:]])


def report(args: argparse.Namespace, results: Results) -> Path:
    """Measure what the logs do not say, and write the report.

    Args:
        args (Namespace): The options.
        results (Results): What the runs have logged.

    Returns:
        Path: The page.
    """
    from semi_pose.study.report import write_report

    command = 'python tools/analysis/study.py ' + shlex.join(sys.argv[1:])
    folder = args.out or args.work_dir / 'report'
    return write_report(results, folder, command, measure(args, results))


def measure(args: argparse.Namespace, results: Results) -> Extras:
    """Measure the last checkpoints.

    Args:
        args (Namespace): The options.
        results (Results): What the runs have logged.

    Returns:
        Extras: Heatmaps, where not all methods have logged them, and the difficulty
        of augmentations, where asked for.
    """
    from semi_pose.study import checkpoints
    from semi_pose.study.measurements import histogram
    from semi_pose.study.report import Extras

    extras = Extras()
    outcomes = [one for method in results.methods for one in results.of(method)]
    if not all(histogram(one.records) for one in outcomes):
        extras.heatmaps = checkpoints.measure_heatmaps(results.plan.methods)
    if args.difficulty and outcomes:
        plain = [one for one in results.methods if one.kind == 'supervised']
        trial = results.of((plain or results.methods)[0])[0].trial
        extras.tested = trial.name
        extras.settings = checkpoints.find_augmentations(results.plan.methods)
        extras.difficulty = checkpoints.measure_difficulty(trial, extras.settings)
    return extras


def closing_words(args: argparse.Namespace, results: Results, page: Path) -> str:
    """Say where the report lies, and what to do next.

    Args:
        args (Namespace): The options.
        results (Results): What the runs have logged.
        page (Path): The page.

    Returns:
        str: Lines to print.
    """
    runs = len(results.outcomes)
    return f"""\
Report    {page}: {runs} of {len(results.plan.trials)} runs; no other file is needed
Markdown  {page.with_suffix('.md')}, with pictures beside it
Runs      {args.work_dir}
Next      open the page, or draw other curves: python tools/analysis/plot_curves.py \
{next(iter(results.outcomes)).run.folder} --keys loss"""


def failure_words(failures: dict[Trial, Exception]) -> str:
    """Say what failed.

    Args:
        failures (dict[Trial, UserError]): By run.

    Returns:
        str: The message.
    """
    listed = '\n'.join(f'{trial.name}: {error}' for trial, error in failures.items())
    return (
        f'{len(failures)} runs failed; the same command goes on with them once the '
        f'cause is mended.\n{listed}'
    )


if __name__ == '__main__':
    options = parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from semi_pose.cli.tool import run as run_tool

    run_tool(
        lambda: main(options), 'Interrupted. The same command goes on where it stopped.'
    )
