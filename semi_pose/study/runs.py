"""Training of a study's runs, several at a time."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event

from rich.progress import Progress, TaskID

from semi_pose.errors import UserError
from semi_pose.runs.logs import is_validation, network_metrics, read_scalars
from semi_pose.runs.run import end_of_log, follow
from semi_pose.study.plan import PseudoLabels, Trial

OnChange = Callable[[Trial, list[dict], str], object]


class Stopped(Exception):
    """The study was interrupted."""


def cores() -> int:
    """Count the processor's cores that this process may use."""
    return len(os.sched_getaffinity(0))


def settle(trials: Sequence[Trial], fresh: bool) -> None:
    """Make sure that what the folders hold was trained with the plan's settings.

    Args:
        trials (Sequence[Trial]): The runs, teachers before their students.
        fresh (bool): Remove runs that were trained otherwise, and all that came of
            them: labels, and students of these labels.

    Raises:
        UserError: If runs were trained otherwise, unless ``fresh``.
    """
    other = {one: lines for one in trials if (lines := one.run.differences())}
    if fresh:
        gone: set[Trial] = set()
        for trial in trials:  # teachers before their students
            has_old_labels = not gone.isdisjoint(trial.teachers) or any(
                line.startswith('pseudo_labels') for line in other.get(trial, ())
            )
            if has_old_labels:
                trial.pseudo_labels.file.unlink(missing_ok=True)
            if has_old_labels or trial in other:
                trial.run.remove()
                gone.add(trial)
        return
    if other:
        trial, lines = next(iter(other.items()))
        listed = '\n  '.join(lines[:5])
        raise UserError(
            f'{len(other)} runs were trained with other settings, first '
            f'{trial.run.folder}:\n  {listed}\nAdd --fresh to train these anew, or '
            'name another --work-dir. study.py --report-only reports them as they are.'
        )


def train_all(
    trials: Sequence[Trial],
    jobs: int,
    on_change: OnChange,
    on_end: Callable[[Trial], object] = lambda trial: None,
) -> dict[Trial, UserError]:
    """Train what is not trained yet; a run that fails does not stop the others.

    Args:
        trials (Sequence[Trial]): The runs, teachers before their students.
        jobs (int): How many at a time.
        on_change (Callable): Called with a run, its scalars so far and what it does,
            from several threads.
        on_end (Callable): Called with a run that has ended, one way or another.

    Returns:
        dict[Trial, UserError]: What failed, and why.
    """
    stop = Event()
    futures: dict[Trial, Future] = {}

    def work(trial: Trial) -> None:
        def changed(records: list[dict], doing: str = '') -> None:
            if stop.is_set():
                raise Stopped
            on_change(trial, records, doing)

        changed([])
        try:
            if trial.pseudo_labels and not trial.done:
                for teacher in trial.teachers:
                    if futures[teacher].exception() is not None:
                        raise UserError(f'Its teacher {teacher.name} failed.')
                doing = 'making pseudo labels'
                make_labels(trial.pseudo_labels, lambda: changed([], doing))
            trial.run.train(changed)
        finally:
            on_end(trial)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for trial in trials:
                futures[trial] = pool.submit(work, trial)
            # In turns, so that a signal is heard whichever thread it comes to.
            while wait(futures.values(), timeout=1).not_done:
                pass
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    failures = {trial: future.exception() for trial, future in futures.items()}
    for error in failures.values():
        if not isinstance(error, UserError | None):
            raise error
    return {trial: error for trial, error in failures.items() if error is not None}


def train_and_show(
    trials: Sequence[Trial], jobs: int, progress: Progress
) -> dict[Trial, UserError]:
    """Train as :func:`train_all` does; the display's tasks have a field ``note``."""
    total = progress.add_task('runs', total=len(trials), note='')
    tasks: dict[Trial, TaskID] = {}

    def show(trial: Trial, records: list[dict], doing: str) -> None:
        if trial not in tasks:
            steps = trial.run.steps
            tasks[trial] = progress.add_task(trial.name, total=steps, note='')
        note = doing or newest_note(records)
        done = trial.run.progress(records)
        progress.update(tasks[trial], completed=done, note=note)

    def end(trial: Trial) -> None:
        # A line that stays, with the last validation, in place of the bar.
        note = newest_note(read_scalars(trial.run.folder))
        progress.console.print(f'{trial.name} ended', note)
        progress.update(tasks[trial], visible=False)
        progress.advance(total)

    return train_all(trials, jobs, show, end)


def newest_note(records: list[dict]) -> str:
    """Write the newest accuracy and response that a run has logged; empty if none."""
    words = []
    if validations := [*filter(is_validation, records)]:
        values = next(iter(network_metrics(validations[-1]).values()))
        words += [f'{key} {100 * value:.1f}' for key, value in values.items()]
    responses = [one['response'] for one in records if 'response' in one]
    return '  '.join(words + [f'response {one:.2f}' for one in responses[-1:]])


def make_labels(labels: PseudoLabels, on_change: Callable[[], object]) -> None:
    """Make pseudo labels by their trained teachers, unless they are there.

    Raises:
        UserError: If that fails.
    """
    with labels.lock:
        # A study that was stopped before the student began leaves no other record.
        made_by, settings = labels.file.with_suffix('.txt'), ' '.join(labels.settings)
        are_others = made_by.exists() and made_by.read_text() != settings
        if labels.file.exists() and not are_others:
            return
        labels.file.unlink(missing_ok=True)
        labels.file.parent.mkdir(parents=True, exist_ok=True)
        log = labels.file.with_suffix('.log')
        runs = [teacher.run for teacher in labels.teachers]
        tool, *options = labels.command
        command = [sys.executable, tool, str(runs[0].recorded)]
        command += [*(str(run.checkpoint) for run in runs), *options, *labels.settings]
        failed = follow(command, log, on_change, runs[0].threads)
        if failed or not labels.file.exists():
            raise UserError(f'Making pseudo labels failed. {end_of_log(log)}')
        made_by.write_text(settings)
