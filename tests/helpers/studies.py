"""Studies without training: fake tools, and logs written by hand."""

import json
from pathlib import Path

from semi_pose.study.plan import Method, Trial
from semi_pose.study.planner import Planner

ROOT = Path(__file__).parents[2]
LSP = ROOT / 'configs/lsp'
# Stands for tools/train.py: 2 steps, one log, one checkpoint; some seeds fail.
TRAIN = """
import json, os, pathlib, sys, time
work_dir = pathlib.Path(sys.argv[sys.argv.index('--work-dir') + 1])
seed = int([one for one in sys.argv if one.startswith('randomness.seed=')][0][16:])
if seed == 13:
    sys.exit('error: unlucky')
if seed == 60:
    time.sleep(60)
log = work_dir / '1/vis_data/scalars.json'
log.parent.mkdir(parents=True)
lines = [{'step': 2, 'loss': 1, 'threads': int(os.environ['OMP_NUM_THREADS'])},
         {'step': 2, 'coco/AP': seed / 10}]
log.write_text(chr(10).join(map(json.dumps, lines)))
(work_dir / 'iter_2.pth').write_text('weights')
print('trained', *sys.argv)
"""
# Stands for tools/dataset/make_pseudo_labels.py: its labels are its arguments.
LABEL = """
import json, pathlib, sys
assert pathlib.Path(sys.argv[2]).exists()
out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1])
out.write_text(json.dumps(sys.argv[1:]))
print('labeled')
"""


def write_tools(root: Path) -> None:
    """Put the fake tools where a repository has the real ones."""
    (root / 'tools/dataset').mkdir(parents=True)
    (root / 'tools/train.py').write_text(TRAIN)
    (root / 'tools/dataset/make_pseudo_labels.py').write_text(LABEL)


def planner(root: Path, **options) -> Planner:
    """A planner of runs of 2 steps below a folder with fake tools."""
    usual = dict(data_root=root / 'data', steps=2, threads=3)
    return Planner(root, root / 'work', **{**usual, **options})


def log_run(trial: Trial, records: list[dict], config: bool = False) -> None:
    """Write what a finished run has logged, with its config if asked for."""
    folder = trial.run.folder / '20260101_000000' / 'vis_data'
    folder.mkdir(parents=True)
    lines = '\n'.join(map(json.dumps, records))
    (folder / 'scalars.json').write_text(lines)
    trial.run.checkpoint.write_text('weights')
    if config:
        trial.run.cfg.dump(trial.run.recorded)


def accuracies(step: int, **networks: float) -> dict:
    """A validation: AP from 0 to 1 of each network, and PCK twice as high."""
    record = {'step': step}
    for name, value in networks.items():
        prefix = '' if name == 'stock' else f'{name}/'
        record |= {f'{prefix}coco/AP': value, f'{prefix}lsp/PCK': 2 * value}
    return record


def method(kind: str, title: str, trials: list[Trial], **changes) -> Method:
    """A method by hand."""
    easy_hard = kind in ('single', 'dual')
    fields = dict(kind=kind, easy_hard=easy_hard, labels=20, trials=trials)
    return Method(name=kind, title=title, **{**fields, **changes})


def lsp(name: str) -> Path:
    """One of the LSP recipes with 20 labels."""
    return LSP / f'efflite0_lsp20_{name}.py'


def derived(path: Path, name: str, change: str) -> Path:
    """Write a recipe that changes one of LSP's."""
    path.write_text(f"_base_ = '{lsp(name)}'\n{change}\n")
    return path


def write_split(root: Path) -> None:
    """Write as much of a split's folder as fitting a recipe to it reads."""
    (root / 'annotations').mkdir(parents=True)
    (root / 'annotations/train.json').write_text('{}')
    parts = {name: dict(annotation_ids=[1]) for name in ('train', 'unlabeled', 'val')}
    (root / 'manifest.json').write_text(json.dumps(dict(parts=parts)))
