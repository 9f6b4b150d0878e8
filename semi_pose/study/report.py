"""The report of a study: Markdown with pictures, and one page of HTML."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from matplotlib.figure import Figure

from semi_pose.analysis.curves import DPI
from semi_pose.study.figures import (
    draw_difficulty,
    draw_histogram,
    draw_sweeps,
    draw_training,
)
from semi_pose.study.findings import KEPT, find_all
from semi_pose.study.measurements import (
    MONITOR,
    Results,
    Spread,
    accuracy,
    end_response,
    histogram,
    spread,
)
from semi_pose.study.plan import Method, Sweep, Trial

NOTES = 3
ROWS = {
    'net1': 'network 1',
    'net2': 'network 2',
    'ensemble': 'ensemble',
    'ema': 'mean teacher',
}
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 62rem; margin: auto; padding: 1rem; }}
img {{ max-width: 100%; }}
table {{ border-collapse: collapse; }}
td, th {{ border-bottom: 1px solid #ccc; padding: .25rem .7rem; text-align: left; }}
pre {{ background: #f4f4f4; padding: .7rem; overflow-x: auto; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


@dataclass
class Extras:
    """What a report shows beyond the logs.

    Attributes:
        heatmaps (dict): What was measured on the last checkpoints, by run.
        difficulty (dict): accuracy of one network by augmentation.
        settings (dict): Configs of these augmentations.
        tested (str): The run whose network that is.
    """

    heatmaps: dict[Trial, dict[str, float]] = field(default_factory=dict)
    difficulty: dict[str, dict[str, float]] = field(default_factory=dict)
    settings: dict[str, dict] = field(default_factory=dict)
    tested: str = ''


def write_report(results: Results, folder: Path, command: str, extras: Extras) -> Path:
    """Write a report.

    Args:
        results (Results): What the finished runs have logged; one at least.
        folder (Path): Where to write.
        command (str): What made it.
        extras (Extras): What was measured on checkpoints.

    Returns:
        Path: The page; ``report.md`` and its pictures lie beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        '# Study',
        f'```\n{command}\n```',
        *_runs(results),
        '## Findings',
        *_findings(results, extras),
        '## Accuracy',
        *_accuracy(results, extras),
        '## Training',
        *_training(results, folder),
        *_histogram(results, extras, folder),
        *_difficulty(extras, folder),
        *_sweeps(results, folder),
    ]
    text = '\n\n'.join(parts) + '\n'
    (folder / 'report.md').write_text(text)
    page = folder / 'report.html'
    page.write_text(to_html(text, folder))
    return page


def to_html(text: str, folder: Path) -> str:
    """Turn a report into one page that needs no other file.

    Args:
        text (str): Markdown.
        folder (Path): Where its pictures lie.

    Returns:
        str: HTML with the pictures in it.
    """

    def embed(found: re.Match) -> str:
        data = base64.b64encode((folder / found[1]).read_bytes()).decode()
        return f'src="data:image/png;base64,{data}"'

    body = MarkdownIt('commonmark').enable('table').render(text)
    title = text.splitlines()[0].removeprefix('# ')
    return PAGE.format(title=title, body=re.sub(r'src="([^"]*)"', embed, body))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table in Markdown."""
    lines = [header, ['---'] * len(header), *rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def _save(figure: Figure, folder: Path, name: str, what: str) -> str:
    figure.savefig(folder / f'{name}.png', dpi=DPI)
    return f'![{what}]({name}.png)'


def _runs(results: Results) -> list[str]:
    parts = []
    missing = [one.name for one in results.plan.trials if one not in results.outcomes]
    if missing:
        parts.append(f'Not finished, and so not in here: {", ".join(missing)}.')
    noted = [one for one in results.outcomes if one.notes]
    if noted:
        parts.append('Trained with other settings than the recipes now have:')
        parts.append('\n'.join(map(_note, noted)))
    return parts


def _note(trial: Trial) -> str:
    rest = len(trial.notes) - NOTES
    more = f'; and {rest} more' if rest > 0 else ''
    return f'- `{trial.name}`: {"; ".join(trial.notes[:NOTES])}{more}'


def _findings(results: Results, extras: Extras) -> list[str]:
    rows = [
        (one.claim, '**held**' if one.held else '**not held**', one.numbers)
        for one in find_all(results, extras.difficulty)
    ]
    if not rows:
        return ['None of the comparisons of the paper has its runs in this study.']
    return [
        table(('finding of the paper', 'here', 'measured'), rows),
        'Means (and ranges) over seeds, of network 1 and the last validation; held '
        'means that the means say so. A response has fallen where it ends below '
        f'{KEPT:.0%} of its highest value.',
    ]


def _accuracy(results: Results, extras: Extras) -> list[str]:
    first, *_ = results.metrics
    header = ['method', 'network', 'seeds', *results.metrics, f'best {first}']
    rows = [row for method in results.methods for row in _method_rows(results, method)]
    for method in results.methods:
        row = next(one for one in rows if one[0] == method.title)
        row[-1] = _text(_response(method, results, extras), 3)
    where = 'the last one logged'
    if extras.heatmaps:
        where = 'measured on the last checkpoints, on the same images for all'
    return [
        table([*header, 'response'], rows),
        'Accuracy on validation people in percent: mean (and range) over seeds, at '
        'the last validation. AP ranks people by the peaks of their heatmaps (those '
        'below 0.2 do not count), AR and PCK judge places alone. '
        f'Best {first}: that of the best validation of each run. '
        f'Response: mean peak of the heatmaps on unlabeled people, {where}.',
    ]


def _method_rows(results: Results, method: Method) -> list[list[str]]:
    outcomes = results.of(method)
    names = list(outcomes[0].last)
    rows = []
    for number, name in enumerate(names):
        cells = [accuracy(outcomes, metric, name) for metric in results.metrics]
        cells.append(accuracy(outcomes, results.metrics[0], name, best=True))
        head = ['', ROWS[name], '']
        if number == 0:
            head = [method.title, ROWS[name], str(len(outcomes))]
        rows.append([*head, *map(_text, cells), ''])
    if len(names) == 1:
        rows[0][1] = ''
    return rows


def _text(value: Spread | None, digits: int = 1) -> str:
    return '' if value is None else value.text(digits)


def _response(method: Method, results: Results, extras: Extras) -> Spread | None:
    if not extras.heatmaps:
        return end_response(results.of(method))
    return spread(
        extras.heatmaps[one][MONITOR] for one in method.trials if one in extras.heatmaps
    )


def _training(results: Results, folder: Path) -> list[str]:
    logged = 'on training batches, while lambda is not 0'
    if results.response_key == MONITOR:
        logged = 'on the same images at each measurement'
    return [
        _save(draw_training(results), folder, 'training', 'response and accuracy'),
        'Response and accuracy of network 1 over the training (paper, Figures 3 and '
        '4); bands are ranges over seeds. The response is the mean peak of the '
        f"teachers' heatmaps on unlabeled people, {logged}.",
    ]


def _histogram(results: Results, extras: Extras, folder: Path) -> list[str]:
    shares, truth = {}, None
    for method in results.methods:
        outcome = results.of(method)[0]
        records = outcome.records
        if extras.heatmaps:
            records = [dict(extras.heatmaps.get(outcome.trial, {}), step=0)]
        values = histogram(records)
        if values is not None:
            shares[method.title] = values
            truth = truth or histogram(records, truth=True)
    if not shares:
        return []
    figure = draw_histogram(shares, truth)
    return [
        '## Values of heatmaps',
        _save(figure, folder, 'histogram', 'histogram of heatmap values'),
        'How many pixels of the heatmaps on unlabeled people have a high value, '
        'against the ground truth of labeled ones (paper, Figure 9); the first seed '
        'of each method. No bar: no such pixel.',
    ]


def _difficulty(extras: Extras, folder: Path) -> list[str]:
    if not extras.difficulty:
        return []
    figure = draw_difficulty(extras.difficulty)
    return [
        '## Difficulty of augmentations',
        _save(figure, folder, 'difficulty', 'accuracy under augmentations'),
        f'Network 1 of `{extras.tested}` on validation people under each augmentation '
        '(paper, Figure 5); heatmaps are warped back before joints are read. '
        f'Settings: {"; ".join(map(_setting, extras.settings.values()))}.',
    ]


def _setting(augmentation: dict) -> str:
    given = [f'{key} {value}' for key, value in augmentation.items() if key != 'type']
    return f'{augmentation["type"]}, {", ".join(given) or "as in the paper"}'


def _sweeps(results: Results, folder: Path) -> list[str]:
    parts = []
    for ablation in dict.fromkeys(sweep.ablation for sweep in results.sweeps):
        sweeps = [one for one in results.sweeps if one.ablation == ablation]
        figure = draw_sweeps(results, sweeps)
        titles = ', '.join(
            f'{sweep.method.title}, `{sweep.method.name}`' for sweep in sweeps
        )
        seeds = {one.seed for sweep in sweeps for one in sweep.points.values()}
        parts += [
            f'## Ablation: {ablation.label}',
            _save(figure, folder, f'ablation_{ablation.name}', ablation.label),
            f'{titles} (paper, {ablation.paper}); seed {", ".join(map(str, seeds))}, '
            "last validation. The dotted line is the recipe's own value.",
            *(_sweep_table(results, sweep) for sweep in sweeps),
        ]
    return parts


def _sweep_table(results: Results, sweep: Sweep) -> str:
    points = results.points(sweep)
    names = [name for name in ROWS if name in next(iter(points.values())).last]
    columns = [(name, metric) for name in names for metric in results.metrics]
    header = [f'{metric}, {ROWS[name]}' for name, metric in columns]
    rows = []
    for value, outcome in points.items():
        cells = [
            f'{outcome.last[name][metric]:.1f}' if metric in outcome.last[name] else ''
            for name, metric in columns
        ]
        response = outcome.response[1]
        cells.append(f'{response[-1]:.3f}' if response else '')
        rows.append((f'{value:g}', *cells))
    return table([sweep.ablation.label, *header, 'response'], rows)
