"""The summary of a run: what it trained on, what came out, and what to do next."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.logging import print_log
from mmpose.registry import DATASETS
from torch.utils.data import Dataset

from semi_pose.analysis.accuracy import (
    NEAR,
    Predicted,
    describe_person,
    evaluate_people,
    labeled_joints,
    labeled_validation,
    person_table,
)
from semi_pose.analysis.curves import draw_panels, run_panels
from semi_pose.analysis.networks import load_networks
from semi_pose.analysis.pages import as_png, data_uri, render
from semi_pose.analysis.people_pictures import as_jpeg, draw_person, side_by_side
from semi_pose.cli.tool import tool_command
from semi_pose.datasets import SemiDataset
from semi_pose.datasets.base_sets import base_datasets
from semi_pose.engine.whole_files import write_whole
from semi_pose.errors import UserError
from semi_pose.evaluation.collapse import (
    THRESHOLD,
    judge_collapse,
    measure_collapse,
)
from semi_pose.evaluation.samples import draw_batch, seeded_batches
from semi_pose.models.members import find_member, member_title
from semi_pose.recipes.kinds import describe, is_semi
from semi_pose.recipes.reading import recorded_config
from semi_pose.runs.checkpoints import Best, best_checkpoint, chosen_checkpoint
from semi_pose.runs.logs import in_steps, is_validation, network_metrics, read_scalars

NUM_PEOPLE = 200  # validation people that are predicted
NUM_SHOWN = 4  # best and worst ones of each network
NUM_PEAKS = 32  # unlabeled people for the verdict, where the run has not measured
SEED = 0


def try_summary(work_dir: str, train_set: Dataset | None = None) -> Path | None:
    """Write the summary of a run that has just ended; never fail.

    Args:
        work_dir (str): Work dir of the run.
        train_set (Dataset, optional): Its training set.

    Returns:
        Path, optional: The page; None, and a warning in the log, if there is none.
    """
    try:
        folder = Path(work_dir)
        return write_summary(recorded_config(folder), folder, train_set)
    except Exception as error:  # drawing must not spoil a training
        print_log(
            f'No summary was written ({type(error).__name__}: {error}). Try again by '
            f'{tool_command("analysis/summarize_run")} {work_dir}',
            'current',
            level=logging.WARNING,
        )
        return None


def write_summary(
    cfg: Config, work_dir: Path, train_set: Dataset | None = None
) -> Path:
    """Write ``summary.html`` and ``summary.md`` into a run's work dir.

    Args:
        cfg (Config): The config of the run.
        work_dir (Path): Its work dir.
        train_set (Dataset, optional): Its training set; built by default.

    Returns:
        Path: The page of HTML, which needs no other file.

    Raises:
        UserError: If the folder holds no log, or the data is missing.
    """
    records = in_steps(read_scalars(work_dir))
    if not records:
        raise UserError(f'{work_dir} holds no log: train first.')
    if train_set is None:
        train_set = DATASETS.build(cfg.train_dataloader.dataset)
    content = summarize(cfg, work_dir, records, train_set)
    for name in ('summary.md', 'summary.html'):
        write_whole(work_dir / name, render(name, **content).encode())
    return work_dir / 'summary.html'


def summarize(
    cfg: Config, work_dir: Path, records: list[dict], train_set: Dataset
) -> dict[str, Any]:
    """Collect what the templates of the summary show.

    Args:
        cfg (Config): The config of the run.
        work_dir (Path): Its work dir.
        records (list[dict]): Its scalars, in steps.
        train_set (Dataset): Its training set.

    Returns:
        dict: By the names in the templates.
    """
    checkpoint = chosen_checkpoint(work_dir)
    model = checkpoint and load_networks(cfg, checkpoint).to(get_device())
    val_set = None
    if cfg.get('val_dataloader'):
        val_set = DATASETS.build(labeled_validation(cfg).val_dataloader.dataset)
    examined, networks = 0, []
    if model and val_set:
        batches = seeded_batches(val_set, NUM_PEOPLE, SEED)
        people = evaluate_people(model, batches, val_set.metainfo)
        examined = len(people.samples)
        if not people.joints.empty:
            tested = find_member(model)
            networks = list(show_networks(people, val_set.metainfo, tested))
    collapsed, verdict = judge(cfg, records, model, train_set)
    return dict(
        title=describe(cfg).title,
        recipe=Path(cfg.filename).name,
        folder=str(work_dir),
        seed=(cfg.get('randomness') or {}).get('seed'),
        steps=f'{max(one["step"] for one in records)} steps',
        collapsed=collapsed,
        verdict=verdict,
        results=list(result_rows(records)),
        best=describe_best(best_checkpoint(work_dir), checkpoint),
        data=list(data_rows(train_set, val_set)),
        curves=list(draw_all_curves(records)),
        examined=examined,
        checkpoint=checkpoint,
        near=f'{NEAR:.0%}',
        networks=networks,
        commands=next_commands(cfg, work_dir, checkpoint),
    )


def result_rows(records: list[dict]) -> Iterator[dict]:
    """Lay out the metrics of validations: a row for each network."""
    by_network: dict[str, list[dict[str, float]]] = {}
    for record in filter(is_validation, records):
        for name, values in network_metrics(record).items():
            by_network.setdefault(name, []).append(values)
    for name, found in by_network.items():
        row: dict[str, Any] = dict(network=member_title(name))
        for metric in found[-1]:
            values = [100 * one[metric] for one in found if metric in one]
            row[metric] = round(values[-1], 1)
            row[f'best {metric}'] = round(max(values), 1)
        yield row


def describe_best(best: Best | None, last: str | None) -> str:
    """Name the checkpoint that is to be used."""
    if best is None:
        return f'Last checkpoint: {last}' if last else 'There is no checkpoint.'
    value = '' if best.value is None else f' {best.value:.4f}'
    return f'Best checkpoint: {best.path.name} ({best.metric}{value} at {best.when})'


def data_rows(train_set: Dataset, val_set: Dataset | None) -> Iterator[dict]:
    """Count the people of each annotation file, by what they are for."""
    parts = dict(labeled=train_set)
    if isinstance(train_set, SemiDataset):
        parts = dict(labeled=train_set.labeled, unlabeled=train_set.unlabeled)
    if val_set is not None:
        parts['validation'] = val_set
    for role, dataset in parts.items():
        for base in base_datasets(dataset):
            file = getattr(base, 'bbox_file', None) or base.ann_file
            file = file or base.data_prefix['img']  # a folder of crops
            yield {'set': role, 'people': len(base), 'file': str(file)}


def judge(
    cfg: Config, records: list[dict], model: Any, train_set: Dataset
) -> tuple[bool, str]:
    """Say whether the heatmaps have collapsed, as the run measured or as measured now.

    Returns:
        tuple[bool, str]: Whether they have, and a sentence on it.
    """
    hooks = [one for one in cfg.get('custom_hooks') or [] if 'Collapse' in one.type]
    limits = {
        k: v for k, v in (hooks or [{}])[0].items() if k in ('threshold', 'ratio')
    }
    measured = [one for one in records if 'collapse/labeled_response' in one]
    if not measured and model and isinstance(train_set, SemiDataset):
        sets = train_set.unlabeled, train_set.labeled
        samples = [draw_batch(part, NUM_PEAKS, SEED) for part in sets]
        measured = [measure_collapse(model, *samples)]
    if not measured:
        return False, 'The peaks on unlabeled images were not measured in this run.'
    # The peaks of an untrained network are noise.
    trained = [one for one in measured if one.get('step', 1) > 0] or measured
    found = judge_collapse(trained, **limits)
    collapsed = found.collapsed and is_semi(cfg)
    verdict = 'The heatmaps have collapsed' if collapsed else 'No collapse'
    if found.labeled < limits.get('threshold', THRESHOLD):
        verdict = 'The networks show no joints yet, so none can be lost'
    if not is_semi(cfg):
        verdict = 'Trained on labels alone, so nothing can collapse'
    return collapsed, (
        f'{verdict}: the mean peak on unlabeled images is {found.response:.3f}, '
        f'{found.response / max(found.labeled, 1e-9):.0%} of the {found.labeled:.3f} '
        f'that labeled images show (docs/collapse.md).'
    )


def draw_all_curves(records: list[dict]) -> Iterator[dict[str, str]]:
    """Draw each curve as a picture of its own, for narrow pages."""
    for panel in run_panels(records):
        figure = draw_panels([panel])
        picture = data_uri(as_png(figure), 'png')
        yield dict(name=panel.ylabel, picture=picture)


def show_networks(
    people: Predicted, metainfo: dict, tested: str
) -> Iterator[dict[str, Any]]:
    """Draw the people that each network finds best and worst, the tested one first."""
    found = person_table(people.joints)
    for name in sorted(people.keypoints, key=lambda name: name != tested):
        own = found.loc[name].sort_values(['OKS', 'PCK'], ascending=False)
        number = min(NUM_SHOWN, max(len(own) // 2, 1))
        best, worst = (
            [_show(people, name, metainfo, *row) for row in rows.itertuples(name=None)]
            for rows in (own[:number], own[::-1][:number])
        )
        yield dict(
            title=member_title(name),
            mean=describe_person(own.OKS.mean(), own.PCK.mean()),
            best=best,
            worst=worst,
        )


def _show(
    people: Predicted, network: str, metainfo: dict, person: int, oks: float, pck: float
) -> dict[str, str]:
    sample = people.samples[person]
    poses = sample.gt_instances.keypoints[0], people.keypoints[network][person]
    drawn = draw_person(
        *(sample.img_path, sample.gt_instances.bboxes[0], poses, metainfo),
        shown=labeled_joints(sample),
    )
    picture = as_jpeg(side_by_side(drawn))
    caption = f'{Path(sample.img_path).name}: {describe_person(oks, pck)}'
    return dict(picture=data_uri(picture, 'jpeg'), caption=caption)


def next_commands(
    cfg: Config, work_dir: Path, checkpoint: str | None
) -> dict[str, str]:
    """Write out the commands that use a run."""
    config = f'{work_dir / Path(cfg.filename).name}'
    commands = {}
    if checkpoint:
        model = f'{config} {checkpoint}'
        commands['Test it'] = f'{tool_command("test")} {model}'
        if is_semi(cfg):
            views = tool_command('analysis/show_views')
            commands['See what teacher and student see'] = f'{views} {model}'
            rank = tool_command('dataset/rank_unlabeled')
            commands['Choose what to label next'] = (
                f'{rank} {model} -n 50 --out data/to_label'
            )
    commands['Continue, if it was interrupted'] = (
        f'{tool_command("train")} {config} --work-dir {work_dir} --resume'
    )
    return commands
