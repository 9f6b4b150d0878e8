"""The report of a study: Markdown with pictures, and one page of HTML."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from markdown_it import MarkdownIt
from matplotlib.figure import Figure

from semi_pose.analysis.accuracy import NEAR
from semi_pose.analysis.curves import DPI
from semi_pose.analysis.pages import data_uri, render, table
from semi_pose.models.members import member_title
from semi_pose.study import figures
from semi_pose.study.difficulty import Difficulty
from semi_pose.study.findings import KEPT, find_all, worth_in_labels
from semi_pose.study.gain import (
    SEEN,
    Gain,
    calibration,
    shares_correct,
    with_groups,
)
from semi_pose.study.plan import Trial
from semi_pose.study.results import (
    BINS,
    MEASURED,
    MONITOR,
    RESPONSE,
    TEACHERS,
    TRUE_BINS,
    Results,
    spread,
)

NOTES = 3


def write_report(
    results: Results,
    folder: Path,
    command: str,
    difficulty: Difficulty | None = None,
    gain: Gain | None = None,
) -> Path:
    """Write a report.

    Args:
        results (Results): What the finished runs have logged; one at least.
        folder (Path): Where to write.
        command (str): What made it.
        difficulty (Difficulty, optional): What was measured on augmented pictures.
        gain (Gain, optional): What was measured joint by joint.

    Returns:
        Path: The page; ``report.md`` and its pictures lie beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        '# Study',
        f'```\n{command}\n```',
        *_overview(results, folder),
        *_runs(results),
        *_findings(results, difficulty),
        *_accuracy(results),
        *_sweeps(results, folder),
        *(_gain(gain, results, folder) if gain else ()),
        *_training(results, folder),
        *_histogram(results, folder),
        *(_difficulty(difficulty, folder) if difficulty else ()),
    ]
    text = '\n\n'.join(parts) + '\n'
    (folder / 'report.md').write_text(text)
    page = folder / 'report.html'
    page.write_text(to_html(text, folder))
    return page


def to_html(text: str, folder: Path) -> str:
    """Turn Markdown into one page that needs no other file: its pictures are in it."""

    def embed(found: re.Match) -> str:
        return f'src="{data_uri((folder / found[1]).read_bytes(), "png")}"'

    body = MarkdownIt('commonmark').enable('table').render(text)
    title = text.splitlines()[0].removeprefix('# ')
    body = re.sub(r'src="([^"]*)"', embed, body)
    return render('page.html', title=title, body=body)


def _save(figure: Figure, folder: Path, name: str, what: str) -> str:
    figure.savefig(folder / f'{name}.png', dpi=DPI)
    return f'![{what}]({name}.png)'


def _overview(results: Results, folder: Path) -> list[str]:
    compared = [one.ablation for one in results.plan.sweeps if one.ablation.of_all]
    sweeps = {one: results.sweep(one.name) for one in dict.fromkeys(compared)}
    sweeps = {one: ends for one, ends in sweeps.items() if not ends.empty}
    if not sweeps:
        return []
    figure = figures.draw_overview(sweeps, results.plan)
    return [_save(figure, folder, 'overview', f'{results.metrics[0]} of all methods')]


def _runs(results: Results) -> list[str]:
    parts, trials = [], results.plan.trials
    missing = [trial.name for trial in trials if trial.name not in results.runs]
    if missing:
        parts.append(f'Not finished, and so not in here: {", ".join(missing)}.')
    noted = [one for one in trials if one.notes and one.name in results.runs]
    if noted:
        parts.append('Trained with other settings than the recipes now have:')
        parts.append('\n'.join(map(_note, noted)))
    return parts


def _note(trial: Trial) -> str:
    rest = len(trial.notes) - NOTES
    more = f'; and {rest} more' if rest > 0 else ''
    return f'- `{trial.name}`: {"; ".join(trial.notes[:NOTES])}{more}'


def _findings(results: Results, difficulty: Difficulty | None) -> list[str]:
    rows = [
        {
            'finding of the papers': one.claim,
            'here': '**held**' if one.held else '**not held**',
            'measured': one.numbers,
        }
        for one in find_all(results, difficulty and difficulty.accuracy)
    ]
    if not rows:
        nothing = 'None of the comparisons of the papers has its runs in this study.'
        return ['## Findings', nothing]
    return [
        '## Findings',
        table(rows),
        'Means (and ranges) over seeds, of the tested network (network 1 where the '
        'recipe names none) and the last validation. A method beats another where its '
        'mean is at least 0.05 higher, and higher with at least half of the seeds that '
        'both have. A response has fallen where it ends below '
        f'{KEPT:.0%} of its highest value.',
    ]


def _accuracy(results: Results) -> list[str]:
    first, *_ = results.metrics
    measured = bool(results.table.metric.eq(MEASURED + RESPONSE).any())
    response = MEASURED + RESPONSE if measured else RESPONSE
    rows = []
    for method in results.methods:
        networks = results.networks(method)
        for network in networks:
            row = dict(method='', network='', seeds='')
            if network == networks[0]:
                row |= dict(method=method.title, seeds=len(results.trials(method)))
            if len(networks) > 1:
                row['network'] = member_title(network)
            for metric in results.metrics:
                row[metric] = spread(results.end(method, metric, network))
            row[f'best {first}'] = spread(results.end(method, first, network, True))
            if network == networks[0]:
                row['response'] = spread(results.end(method, response), 3)
            rows.append(row)
    where = 'the last one logged'
    if measured:
        where = 'measured on the last checkpoints, on the same images for all'
    return [
        '## Accuracy',
        table(rows),
        'Accuracy on validation people in percent: mean (and range) over seeds, at '
        'the last validation. AP ranks people by the peaks of their heatmaps (those '
        f'below {SEEN} do not count), AR and PCK judge places alone. '
        f'Best {first}: that of the best validation of each run. '
        f'Response: mean peak of the heatmaps on unlabeled people, {where}.',
    ]


def _training(results: Results, folder: Path) -> list[str]:
    logged = 'on training batches, while lambda is not 0'
    if results.response_key == MONITOR:
        logged = 'on the same images at each measurement'
    figure = figures.draw_training(results)
    return [
        '## Training',
        _save(figure, folder, 'training', 'response and accuracy'),
        'Response and accuracy of the tested network over the training (paper, Figures '
        '3 and 4); bands are ranges over seeds. The response is the mean peak of the '
        f"teachers' heatmaps on unlabeled people, {logged}.",
    ]


def _histogram(results: Results, folder: Path) -> list[str]:
    is_measured = results.table.metric.str.startswith(MEASURED).any()
    prefix = MEASURED if is_measured else ''

    def first_seed(names: tuple[str, ...]) -> pd.DataFrame:
        ends = {
            method.title: [results.end(method, prefix + name) for name in names]
            for method in results.methods
        }
        found = {title: bins for title, bins in ends.items() if not bins[0].empty}
        return pd.DataFrame({key: [one.iloc[0] for one in found[key]] for key in found})

    shares = first_seed(BINS)
    if shares.empty:
        return []
    figure = figures.draw_histogram(
        shares, first_seed(TRUE_BINS).iloc[:, 0], figures.looks_of(results)
    )
    return [
        '## Values of heatmaps',
        _save(figure, folder, 'histogram', 'histogram of heatmap values'),
        'How many pixels of the heatmaps on unlabeled people have a high value, '
        'against the ground truth of labeled ones (paper, Figure 9); the first seed '
        'of each method. No bar: no such pixel.',
    ]


def _difficulty(difficulty: Difficulty, folder: Path) -> list[str]:
    figure = figures.draw_difficulty(difficulty.accuracy)
    return [
        '## Difficulty of augmentations',
        _save(figure, folder, 'difficulty', 'accuracy under augmentations'),
        f'Network 1 of `{difficulty.tested}` on validation people under each '
        'augmentation (paper, Figure 5); heatmaps are warped back before joints are '
        f'read. Settings: {"; ".join(map(_setting, difficulty.settings.values()))}.',
    ]


def _setting(augmentation: dict) -> str:
    given = [f'{key} {value}' for key, value in augmentation.items() if key != 'type']
    return f'{augmentation["type"]}, {", ".join(given) or "as in the paper"}'


def _sweeps(results: Results, folder: Path) -> list[str]:
    parts = []
    for name in dict.fromkeys(sweep.ablation.name for sweep in results.plan.sweeps):
        ends = results.sweep(name)
        sweeps = [
            sweep
            for sweep in results.plan.sweeps
            if sweep.ablation.name == name and sweep.method.title in set(ends.method)
        ]
        if not sweeps:
            continue
        ablation = sweeps[0].ablation
        listed = ', '.join(
            f'{one.method.title} (`{one.method.name}`)' for one in sweeps
        )
        paper = f'; paper: {ablation.paper}' if ablation.paper else ''
        seeds = ', '.join(map(str, ends.seed.unique()))
        parts += [
            f'## Ablation: {ablation.label}',
            _save(
                figures.draw_sweep(ends, sweeps),
                folder,
                f'ablation_{name}',
                ablation.label,
            ),
            f'{listed}{paper}; seed {seeds}, last validation. Dotted lines are the '
            "recipes' own values.",
            _sweep_table(ends, [*results.metrics, RESPONSE]),
            *(_worth(ends, results) if name == 'labels' else ()),
        ]
    return parts


def _sweep_table(ends: pd.DataFrame, metrics: list[str]) -> str:
    """Lay out an ablation: its values are the columns."""
    rows, settings = [], sorted(ends.setting.unique())
    for metric in metrics:
        digits, found = 3 if metric == RESPONSE else 1, ends[ends.metric == metric]
        for (method, network), group in found.groupby(
            ['method', 'network'], sort=False
        ):
            name = '' if network == TEACHERS else member_title(network)
            values = {
                f'{setting:.10g}': spread(group.value[group.setting == setting], digits)
                for setting in settings
            }
            rows.append(dict(metric=metric, method=method, network=name) | values)
    return table(rows)


def _worth(ends: pd.DataFrame, results: Results) -> list[str]:
    metric = results.metrics[0]
    plain = [one.title for one in results.methods if one.kind == 'supervised']
    picked = ends[(ends.metric == metric) & ends.tested]
    means = picked.pivot_table('value', 'setting', 'method', sort=False).sort_index()
    if not (plain and plain[0] in means and means.shape[1] > 1):
        return []
    worth = worth_in_labels(means, plain[0]).rename_axis('labeled people')
    return [
        f'How many labels the unlabeled people are worth: {plain[0]} reaches the mean '
        f'{metric} of each method with so many (between measured numbers: '
        'interpolated).',
        table(worth.reset_index()),
    ]


def _gain(gain: Gain, results: Results, folder: Path) -> list[str]:
    rows, shares = [], {}
    for title, joints in with_groups(gain).items():
        found = shares_correct(joints)
        if not found.empty:
            shares[title] = found
            sizes = 100 * joints.group.value_counts(normalize=True)
            rows += _gain_rows(title, found, sizes, gain.reference)
    parts = ['## Where the gain comes from']
    if gain.joints.method.nunique() > 1:
        looks = figures.looks_of(results)
        figure = figures.draw_gain(shares, gain.reference, looks)
        parts.append(_save(figure, folder, 'gain', 'gain in correct joints'))
    runs = calibration(gain)
    columns = [name for name in runs if name not in ('method', 'seed')]
    peaks = [
        {'method': method} | {name: spread(one[name]) for name in columns}
        for method, one in runs.groupby('method', sort=False)
    ]
    return [
        *parts,
        table(rows),
        f'Correct joints of validation people in percent, those within {NEAR:.0%} of '
        "the box's longer side, and in brackets the difference to "
        f'{gain.reference}: the tested network of the last checkpoints, means over '
        'seeds. Joints (%): how many are in the group. Tilt: between the torso and the '
        'vertical.',
        table(peaks),
        f'MMPose leaves joints with a peak below {SEEN} out when it ranks people for '
        'AP: where "all peaks counted" is higher, the network knows more than its '
        'peaks say.',
    ]


def _gain_rows(
    title: str, shares: pd.DataFrame, sizes: pd.Series, reference: str
) -> Iterator[dict[str, str]]:
    means = shares.T.groupby(level='method', sort=False).mean().T
    for group, values in means.iterrows():
        cells = {
            method: f'{value:.1f} ({value - values[reference]:+.1f})'
            for method, value in values.items()
        }
        cells[reference] = f'{values[reference]:.1f}'
        yield {'by': title, '': group, 'joints (%)': f'{sizes[group]:.0f}'} | cells
