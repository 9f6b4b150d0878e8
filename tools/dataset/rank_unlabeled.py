"""Choose the unlabeled people whose labels would help most, and prepare them.

Ranks unlabeled people by three signs of doubt: how far the joints of the two networks
lie apart, how far they move on hard views, and how low the peaks of the heatmaps are.
The score is the mean of a person's ranks by each, from 0 to 1. Among those with the
highest scores it chooses people that look different. It copies their pictures and
writes a COCO file with the predicted joints, to be corrected in CVAT, Label Studio or
COCO Annotator and trained on.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from mmengine.config import Config

    from semi_pose.active_learning import Judged
    from semi_pose.datasets.people_to_label import PeopleToLabel
    from semi_pose.recipes.pseudo_labels import People

COLUMNS = 6
EXAMPLE = """example:
  python tools/dataset/rank_unlabeled.py \\
      configs/lsp/efflite0_lsp20_dual.py CHECKPOINT -n 30 --out data/to_label"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', help='config file of the model; its test pipeline is used')
    add('checkpoint', help='checkpoint file')
    add('-n', '--num', type=int, required=True, help='people to choose')
    add('--out', type=Path, required=True, metavar='DIR', help='folder to write')
    add('--fresh', action='store_true', help='replace what an earlier call wrote')
    add_people(parser)
    add('--views', type=int, default=4, help='hard views of each person (%(default)s)')
    add('--seed', type=int, default=0, help='seed of the hard views (%(default)s)')
    add('--batch-size', type=int, default=64, metavar='N', help='people (%(default)s)')
    add('--num-workers', type=int, default=2, metavar='N', help='loading (%(default)s)')
    return parser.parse_args(argv)


def add_people(parser: argparse.ArgumentParser) -> None:
    """Add the options on who is ranked and chosen."""
    add = parser.add_argument
    add(
        '--unlabeled',
        metavar='CONFIG',
        help='recipe whose unlabeled people are ranked, those with labels left out '
        '(default: the config)',
    )
    add('--data-root', metavar='DIR', help="take the recipe's data from here")
    add(
        '--pictures',
        default='*',
        metavar='PATTERN',
        help="rank people of these pictures, by path, such as '*/camera2/*' (all)",
    )
    add(
        '--candidates',
        type=int,
        default=5,
        metavar='N',
        help='choose among N times --num people with the highest scores; 1: by the '
        'score alone (%(default)s)',
    )
    add(
        '--group',
        metavar='REGEX',
        help='pictures in whose path this finds the same text belong together, as '
        "frames of a video: '[^/]*(?=_\\d+\\.jpg)'",
    )
    add(
        '--per-group',
        type=int,
        default=1,
        metavar='N',
        help='people of a group at most (%(default)s)',
    )


def main(args: argparse.Namespace) -> None:
    """Rank, choose, write, and say what to do next."""
    from mmengine.device import get_device
    from mmengine.registry import init_default_scope

    from semi_pose import analysis
    from semi_pose.active_learning import select_diverse
    from semi_pose.cli.tool import checked_data
    from semi_pose.datasets.annotation_check import uses_in
    from semi_pose.engine.checkpoints import check_checkpoint
    from semi_pose.recipes.pseudo_labels import recipe_people

    check_options(args)
    check_checkpoint(args.checkpoint)
    people = recipe_people(args.unlabeled or args.config, args.data_root)
    cfg = make_config(args, people)
    init_default_scope(cfg.default_scope)
    with checked_data(cfg, 'test', uses_in(people.labeled)):
        dataset, numbers = build_pool(args, cfg, people)
        model = analysis.load_networks(cfg, args.checkpoint).to(get_device())
        judged = judge(args, model, dataset, numbers)
    table = make_table(judged, dataset, people.root)
    groups = args.group and [group_of(args.group, name) for name in table.file]
    chosen = select_diverse(
        *(table.score, judged.features, args.num, groups),
        per_group=args.per_group,
        factor=args.candidates,
    )
    table.loc[chosen, 'chosen'] = range(1, len(chosen) + 1)
    write(args, judged, table, chosen, people, dataset.metainfo)
    print(closing_words(args, table, len(chosen)))


def check_options(args: argparse.Namespace) -> None:
    """Check that options make sense.

    Raises:
        UserError: If one does not.
    """
    from semi_pose.errors import UserError

    for name in ('num', 'views', 'batch_size', 'candidates', 'per_group'):
        if getattr(args, name) < 1:
            option = '--' + name.replace('_', '-')
            raise UserError(f'{option} is {getattr(args, name)}: take 1 or more.')
    try:
        re.compile(args.group or '')
    except re.error as error:
        raise UserError(f'--group {args.group} is no pattern: {error}.') from error
    if not args.fresh and (args.out / 'annotations').exists():
        raise UserError(
            f'{args.out} has annotations, perhaps corrected ones: name another --out, '
            'or replace them by --fresh.'
        )


def make_config(args: argparse.Namespace, people: People) -> Config:
    """Make a config of the model whose test set is the unlabeled people."""
    from semi_pose.recipes.data_root import TEST, check_files
    from semi_pose.recipes.pseudo_labels import labeling_config
    from semi_pose.recipes.reading import read_config

    cfg = labeling_config(read_config(args.config), people, {})
    cfg.load_from, cfg.work_dir = args.checkpoint, str(args.out)
    check_files(cfg, TEST)
    return cfg


def build_pool(
    args: argparse.Namespace, cfg: Config, people: People
) -> tuple[PeopleToLabel, list[int]]:
    """Build the unlabeled set, and find who in it may be chosen.

    Raises:
        UserError: If nobody may.
    """
    from mmpose.registry import DATASETS

    from semi_pose.active_learning import pool_numbers
    from semi_pose.errors import UserError

    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    labeled = DATASETS.build(people.labeled)
    numbers = pool_numbers(dataset, labeled, args.pictures)
    if not numbers:
        raise UserError(
            f'Nobody is left to rank: of {len(dataset)} unlabeled people of '
            f'{people.recipe} none has a picture that matches {args.pictures!r} and no '
            'label. Change --pictures or --unlabeled.'
        )
    return dataset, numbers


def judge(
    args: argparse.Namespace, model, dataset: PeopleToLabel, numbers: list[int]
) -> Judged:
    """Run the networks over the pool, batch by batch.

    Returns:
        Judged: Each person once; those whose pictures cannot be read are missing.
    """
    from mmengine.runner import Runner
    from rich.console import Console
    from torch.utils.data import Subset

    from semi_pose.active_learning import Judged, judge_people
    from semi_pose.cli.progress import progress_display

    loader = Runner.build_dataloader(
        dict(
            dataset=Subset(dataset, numbers),
            sampler=dict(type='DefaultSampler', shuffle=False),
            batch_size=args.batch_size,
            num_workers=args.num_workers,
        )
    )
    with progress_display(Console(soft_wrap=True, highlight=False)) as progress:
        task = progress.add_task('rank people', total=len(numbers), note='')

        def batches() -> Iterator[dict]:
            for batch in loader:
                yield batch
                progress.advance(task, len(batch['inputs']))

        judged = judge_people(model, batches(), args.views, args.seed)
    # Another person stands in for one whose picture cannot be read.
    seen, pool = set(), set(numbers)
    kept = [
        place
        for place, one in enumerate(judged.samples)
        if one['id'] in pool and not (one['id'] in seen or seen.add(one['id']))
    ]
    samples = [judged.samples[place] for place in kept]
    table = judged.table.iloc[kept].reset_index(drop=True)
    return Judged(samples, table, judged.features[kept])


def make_table(judged: Judged, dataset: PeopleToLabel, root: str) -> pd.DataFrame:
    """Lay out all people: picture, id in its annotation file, measures, score."""
    import os.path as osp

    from semi_pose.active_learning import combined_score

    table = judged.table.copy()
    table.insert(
        0, 'file', [osp.relpath(one['img_path'], root) for one in judged.samples]
    )
    ids = [dataset.get_data_info(one['id'])['ann_id'] for one in judged.samples]
    table.insert(1, 'id', ids)
    return table.assign(score=combined_score(judged.table), chosen=0)


def group_of(pattern: str, name: str) -> str:
    """Return the text that says which pictures belong together."""
    found = re.search(pattern, name)
    return found[0] if found else name


def write(
    args: argparse.Namespace,
    judged: Judged,
    table: pd.DataFrame,
    chosen: list[int],
    people: People,
    metainfo: dict,
) -> None:
    """Write the pictures with their labels, the contact sheet and the table."""
    from semi_pose.active_learning import write_labeling_set
    from semi_pose.analysis.people_pictures import DPI, contact_sheet, draw_person

    names = 'config', 'checkpoint', 'unlabeled', 'pictures', 'candidates', 'group'
    names += 'per_group', 'views', 'seed'
    info = dict(description='People to label next: joints are predicted')
    info |= {name: getattr(args, name) for name in names}
    picked = [judged.samples[place] for place in chosen]
    scores = table.score[chosen].tolist()
    where = people.root, metainfo, people.categories(), info
    write_labeling_set(args.out, picked, scores, *where)
    pictures = [
        draw_person(one['img_path'], found['bboxes'][0], found['keypoints'], metainfo)[
            0
        ]
        for one in picked
        for found in [one['pred_instances']]
    ]
    captions = [
        f'{number}: {table.score[place]:.2f}\n{Path(table.file[place]).name}'
        for number, place in enumerate(chosen, 1)
    ]
    sheet = contact_sheet(pictures, captions, COLUMNS)
    sheet.savefig(args.out / 'people.png', dpi=DPI)
    ranked = table.sort_values('score', ascending=False)
    ranked.round(4).to_csv(args.out / 'ranking.csv', index=False)


def closing_words(args: argparse.Namespace, table: pd.DataFrame, num: int) -> str:
    """Say what was chosen, where it lies, and what to do next."""
    from semi_pose.active_learning.labeling_set import ANN_FILE

    lowest = table.score[table.chosen > 0].min()
    return (
        f'{num} of {len(table)} people chosen, with scores from {lowest:.2f}\n'
        f'Labels to correct: {args.out / ANN_FILE}\nPictures:          '
        f'{args.out / "images"}\nContact sheet:     {args.out / "people.png"}\n'
        f'All people:        {args.out / "ranking.csv"}\n'
        'Next: import labels and pictures into CVAT, Label Studio or COCO Annotator, '
        'correct the joints, and add the exported file to your labeled set '
        '(docs/own_data.md, What to label next).'
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options))
