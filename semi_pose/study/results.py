"""What a study's runs have logged, in one long table."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from semi_pose.evaluation.collapse import EDGES
from semi_pose.runs.logs import in_steps, is_validation, network_metrics, read_scalars
from semi_pose.study.plan import Method, Plan, Trial

MONITOR = 'collapse/response'
RESPONSE = 'response'
# Of the teachers' heatmaps; with this prefix: measured on the last checkpoint.
TEACHERS = 'teachers'
MEASURED = 'measured '
BINS = tuple(f'hist_{number}' for number in range(len(EDGES) + 1))
TRUE_BINS = tuple(f'gt_{name}' for name in BINS)
RUN = ['ablation', 'setting', 'method', 'labels', 'seed', 'run']
SCALAR = ['network', 'metric', 'step', 'value']


@dataclass(frozen=True, eq=False)
class Results:
    """What the finished runs of a study have logged.

    Attributes:
        plan (Plan): The study.
        table (DataFrame): A row for each logged value: ``method`` (title),
            ``labels``, ``seed``, ``run``, ``network`` (a member's name, or
            ``teachers``), ``metric`` (``AP``, ``AR``, ``PCK`` in percent,
            ``response``, ``hist_0``, ...), ``step``, ``value``. Runs of an ablation
            have its name as ``ablation`` and the value of it as ``setting``.
        response_key (str): Which scalar the responses are.
    """

    plan: Plan
    table: pd.DataFrame
    response_key: str

    @cached_property
    def runs(self) -> set[str]:
        """set[str]: The names of the finished runs."""
        return set(self.table.run)

    @property
    def methods(self) -> list[Method]:
        """list[Method]: Those with a finished run."""
        return [method for method in self.plan.methods if self.trials(method)]

    @property
    def metrics(self) -> list[str]:
        """list[str]: Metrics of the validations, AP first."""
        return list(self.table.metric[self.table.network != TEACHERS].unique())

    def trials(self, method: Method) -> list[Trial]:
        """Return a method's finished runs, by seed as named."""
        return [trial for trial in method.trials if trial.name in self.runs]

    def networks(self, method: Method) -> list[str]:
        """Return the members of a method that were validated."""
        found = self._of_study(method).network.unique()
        return [name for name in found if name != TEACHERS]

    def pick(
        self, method: Method, metric: str, network: str | None = None
    ) -> pd.DataFrame:
        """Pick one quantity of a method's runs, over seeds and steps.

        By default of the tested network; what is measured on the teachers' heatmaps is
        theirs, whatever the network.
        """
        own = self._of_study(method)
        networks = [network or method.tested, TEACHERS]
        return own[own.network.isin(networks) & (own.metric == metric)]

    def _of_study(self, method: Method) -> pd.DataFrame:
        is_own = self.table.run.isin([trial.name for trial in method.trials])
        return self.table[is_own & (self.table.ablation == '')]

    def end(
        self,
        method: Method,
        metric: str,
        network: str | None = None,
        best: bool = False,
    ) -> pd.Series:
        """Return the last value of a quantity, or the best on the way, by seed."""
        seeds = self.pick(method, metric, network).groupby('seed', sort=False).value
        return seeds.max() if best else seeds.last()

    def sweep(self, ablation: str) -> pd.DataFrame:
        """Return the last values of the runs of an ablation.

        Returns:
            DataFrame: Metric, method, network, setting, seed, value, of methods with
            several finished settings; ``tested`` says whether it is the network that
            is compared.
        """
        sweeps = [one for one in self.plan.sweeps if one.ablation.name == ablation]
        tested = {one.method.title: one.method.tested for one in sweeps}
        runs = self.table[self.table.ablation == ablation]
        several = runs.groupby('method').setting.transform('nunique') > 1
        keys = ['metric', 'method', 'network', 'setting', 'seed']
        ends = runs[several].groupby(keys, sort=False).value.last().reset_index()
        is_tested = ends.network == ends.method.map(tested)
        return ends.assign(tested=is_tested | (ends.network == TEACHERS))

    def with_measured(self, measured: dict[Trial, dict[str, float]]) -> 'Results':
        """Add scalars of last checkpoints, under metrics that begin with MEASURED."""
        rows = [
            (trial.name, TEACHERS, MEASURED + metric, 0, value)
            for trial, scalars in measured.items()
            for _, metric, value in _of_heatmaps(scalars, MONITOR)
        ]
        added = _long(self.plan, rows).astype(self.table.dtypes)
        return replace(self, table=pd.concat([self.table, added]))


def read_results(plan: Plan) -> Results:
    """Read the logs of a study's finished runs.

    Returns:
        Results: The response is CollapseMonitor's, of the same images at each
        measurement, where most runs have logged it, else that of training batches.
    """
    logs = {
        trial.name: in_steps(read_scalars(trial.run.folder))
        for trial in plan.trials
        if trial.done
    }

    def times_logged(key: str) -> int:
        return sum(any(key in record for record in log) for log in logs.values())

    key = max((MONITOR, RESPONSE), key=times_logged)
    rows = [
        (run, network, metric, record['step'], value)
        for run, log in logs.items()
        for record in log
        for network, metric, value in _scalars(record, key)
    ]
    return Results(plan, _long(plan, rows), key)


def _long(plan: Plan, rows: list[tuple]) -> pd.DataFrame:
    """Put scalars of runs beside what the runs are."""
    runs = pd.DataFrame(_runs(plan), columns=RUN)
    return runs.merge(pd.DataFrame(rows, columns=['run', *SCALAR]), on='run')


def _runs(plan: Plan) -> Iterator[tuple]:
    for method in plan.methods:
        for trial in method.trials:
            yield '', 0, method.title, method.labels, trial.seed, trial.name
    for sweep in plan.sweeps:
        name, method = sweep.ablation.name, sweep.method
        for value, trials in sweep.points.items():
            labels = value if name == 'labels' else method.labels
            for trial in trials:
                yield name, value, method.title, labels, trial.seed, trial.name


def _scalars(record: dict, response_key: str) -> Iterator[tuple[str, str, float]]:
    if is_validation(record):
        for network, values in network_metrics(record).items():
            for metric, value in values.items():
                yield network, metric, 100 * value
    yield from _of_heatmaps(record, response_key)


def _of_heatmaps(record: dict, response_key: str) -> Iterator[tuple[str, str, float]]:
    keys = {name: f'collapse/{name}' for name in BINS + TRUE_BINS}
    for metric, key in {RESPONSE: response_key, **keys}.items():
        if key in record:
            yield TEACHERS, metric, record[key]


def spread(values: pd.Series, digits: int = 1) -> str:
    """Write the mean and, for several values, the range; empty if there is none."""
    if values.empty:
        return ''
    mean, low, high = (
        f'{value:.{digits}f}' for value in (values.mean(), values.min(), values.max())
    )
    return mean if len(values) == 1 else f'{mean} ({low} to {high})'
