"""Detect people in a folder of pictures or in videos, for an unlabeled set.

Writes a COCO file of person boxes that UnlabeledDataset reads. Of videos, frames are
written as pictures first. An interrupted run goes on with the same command.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from semi_pose.detection import Detector, Journal

EXAMPLE = """examples:
  python tools/dataset/detect_persons.py photos/ --out photos.json \\
      --detector fasterrcnn_mobilenet_v3_large_320_fpn --pretrained
  python tools/dataset/detect_persons.py walk.mp4 jump.mp4 --fps 2 \\
      --out clips/boxes.json --config mmdet::rtmdet/rtmdet_m_8xb32-300e_coco.py \\
      --checkpoint rtmdet_m.pth --device cuda"""
DECIMALS = 2  # of pixels
SCORE_DECIMALS = 4


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        'source',
        nargs='+',
        metavar='FOLDER|VIDEO',
        help='a folder of pictures, or one video or several',
    )
    add('--out', type=Path, required=True, metavar='FILE', help='JSON file to write')
    add(
        '--fresh',
        action='store_true',
        help='replace the file and the frames of videos; interrupted, the same command '
        'goes on',
    )
    add_detector(parser)
    add_video(parser)
    return parser.parse_args(argv)


def add_detector(parser: argparse.ArgumentParser) -> None:
    """Add the options on what detects."""
    add = parser.add_argument
    add('--config', help="config of one of MMDetection's detectors")
    add('--checkpoint', metavar='FILE', help='its weights, or those of --detector')
    add('--detector', metavar='NAME', help="instead: one of torchvision's detectors")
    weights = parser.add_mutually_exclusive_group()
    weights.add_argument(
        '--pretrained',
        action='store_true',
        help="torchvision's weights for --detector, downloaded the first time",
    )
    weights.add_argument(
        '--random-weights',
        action='store_true',
        help='a --detector that has learned nothing, to try the rest',
    )
    add('--category', default='person', help='what to detect (%(default)s)')
    add(
        '--score-thr',
        type=float,
        default=0.5,
        metavar='S',
        help='leave out boxes of a lower score (%(default)s)',
    )
    add('--device', help='cpu, cuda, cuda:1 ... (default: cuda if there is one)')


def add_video(parser: argparse.ArgumentParser) -> None:
    """Add the options on videos."""
    add = parser.add_argument
    add(
        '--fps',
        type=float,
        default=2,
        help='frames to take from a second of video (%(default)s)',
    )
    add(
        '--frames',
        type=Path,
        metavar='DIR',
        help='folder for the frames (default: frames next to --out)',
    )
    add(
        '--same-bits',
        type=int,
        default=2,
        metavar='N',
        help='drop a frame whose hash differs from that of the last one kept by N of '
        '64 bits or less; -1 keeps all (%(default)s)',
    )


def main(args: argparse.Namespace) -> None:
    """Detect people, and say where the boxes lie.

    Raises:
        UserError: If the user can fix what went wrong.
    """
    from rich.console import Console

    from semi_pose.detection import Journal, to_coco
    from semi_pose.engine.whole_files import write_whole

    check_options(args)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    detector = build_detector(args)
    path = args.out.with_name(args.out.name + '.journal')
    sources = check_sources(args)
    goes_on = Journal.is_begun(path, settings(args))
    # Beside a finished file, a journal is of an interrupted --fresh.
    if args.fresh and not (goes_on and args.out.exists()):
        path.unlink(missing_ok=True)
        goes_on = False
    if not goes_on and not args.fresh:
        check_frames(args, sources)
    journal = Journal(path, settings(args))
    # Detection begins when all frames are written.
    folder, pictures = find_pictures(args, sources, bool(journal.results), console)
    detect(detector, folder, pictures, journal, args.score_thr, console)
    good = [one for one in journal.results if 'boxes' in one]
    content = json.dumps(to_coco(good, settings(args))).encode()
    write_whole(args.out, content)
    journal.close()
    path.unlink()
    console.print(summary(args, folder, journal.results))


def check_options(args: argparse.Namespace) -> None:
    """Check that options fit each other."""
    from semi_pose.errors import UserError

    if bool(args.config) == bool(args.detector):
        raise UserError(
            "Name a detector: MMDetection's by --config and --checkpoint, or one of "
            "torchvision's by --detector."
        )
    given = [args.checkpoint, args.pretrained, args.random_weights]
    if args.config and (not args.checkpoint or any(given[1:])):
        raise UserError(
            '--config goes with --checkpoint: name the file of its weights.'
        )
    if args.detector and sum(map(bool, given)) != 1:
        raise UserError(
            '--detector needs weights: a file by --checkpoint, or --pretrained, which '
            'may download them, or --random-weights.'
        )
    if args.fps <= 0:
        raise UserError(f'--fps {args.fps:g}: take more than 0 frames a second.')
    if args.out.exists() and not args.fresh:
        raise UserError(
            f'{args.out} exists: replace it by --fresh, or name another --out.'
        )


def build_detector(args: argparse.Namespace) -> Detector:
    """Build the detector that the options name."""
    from mmengine.device import get_device

    from semi_pose.detection import mmdet_detector, torchvision_detector

    device = args.device or get_device()
    if args.config:
        return mmdet_detector(args.config, args.checkpoint, device, args.category)
    weights = args.checkpoint, args.pretrained
    wanted = args.category, args.score_thr
    return torchvision_detector(args.detector, *weights, device, *wanted)


def check_sources(args: argparse.Namespace) -> list[Path]:
    """Return the folder, or the videos.

    Raises:
        UserError: If there is none, or they do not go together.
    """
    from semi_pose.detection.frames import count_frames
    from semi_pose.errors import UserError

    sources = [Path(source) for source in args.source]
    for source in sources:
        if not source.exists():
            raise UserError(f'There is no {source}: name a folder or videos.')
    if sources[0].is_dir() and len(sources) == 1:
        return sources
    if any(source.is_dir() for source in sources):
        raise UserError(
            'Name one folder of pictures, or videos: not both, nor several.'
        )
    if len({source.stem for source in sources}) < len(sources):
        raise UserError(
            'Two videos have the same name: rename one, frames are named so.'
        )
    for source in sources:
        count_frames(source)  # fails if it is no video
    return sources


def check_frames(args: argparse.Namespace, sources: list[Path]) -> None:
    """Check that no frames of other videos would be replaced.

    Raises:
        UserError: If a folder for frames is there.
    """
    from semi_pose.errors import UserError

    for source in sources:
        folder = frames_folder(args) / source.stem
        if source.is_file() and folder.exists():
            raise UserError(
                f'{folder} is there, with frames of {source.stem} or of another video '
                'of this name: replace them by --fresh, or name another --frames.'
            )


def frames_folder(args: argparse.Namespace) -> Path:
    """Return the folder for the frames of videos."""
    return args.frames or args.out.with_name('frames')


def find_pictures(
    args: argparse.Namespace, sources: list[Path], are_written: bool, console: Console
) -> tuple[Path, list[dict]]:
    """List the pictures; of videos, write the frames first.

    Args:
        args (Namespace): The options.
        sources (list[Path]): A folder, or videos.
        are_written (bool): Whether the frames were written before an interruption.
        console (Console): For the progress.

    Returns:
        tuple[Path, list[dict]]: The folder, and ``file_name`` of each picture, below
        it; of frames also ``video`` and ``frame``.

    Raises:
        UserError: If there are none.
    """
    from semi_pose.datasets.picture_folder import list_pictures

    if sources[0].is_dir():
        names = list_pictures(str(sources[0]))
        return sources[0], [dict(file_name=name) for name in names]
    folder = frames_folder(args)
    return folder, write_frames(args, sources, folder, are_written, console)


def write_frames(
    args: argparse.Namespace,
    videos: list[Path],
    folder: Path,
    are_written: bool,
    console: Console,
) -> list[dict]:
    """Write the frames of videos, unless they are, and say how many."""
    from semi_pose.cli.progress import progress_display
    from semi_pose.detection import extract_frames
    from semi_pose.detection.frames import count_frames

    counts = [count_frames(video) for video in videos]
    frames = []
    with progress_display(console) as progress:
        task = progress.add_task('Reading frames', total=sum(counts) or 1, note='')
        for video in videos:
            frames += extract_frames(
                *(video, folder, args.fps, args.same_bits),
                advance=lambda: progress.advance(task),
                fresh=not are_written,
            )
    console.print(f'{len(frames)} frames are kept, in {folder}')
    return [frame._asdict() for frame in frames]


def settings(args: argparse.Namespace) -> dict:
    """Return all that the boxes depend on."""
    names = 'config', 'checkpoint', 'detector', 'pretrained', 'random_weights'
    names += 'category', 'score_thr', 'fps', 'same_bits'
    return dict(
        description='People found by tools/dataset/detect_persons.py',
        source=[str(Path(source).absolute()) for source in args.source],
        frames=str(frames_folder(args).absolute()),
        **{name: getattr(args, name) for name in names},
    )


def detect(
    detector: Detector,
    folder: Path,
    pictures: list[dict],
    journal: Journal,
    score_thr: float,
    console: Console,
) -> None:
    """Detect people in all pictures that the journal does not have yet.

    Args:
        detector (Detector): The detector.
        folder (Path): Of the pictures.
        pictures (list[dict]): With ``file_name``.
        journal (Journal): Gets for each picture its fields, ``width``, ``height`` and
            ``boxes``, or ``broken``.
        score_thr (float): The least score.
        console (Console): For the progress.
    """
    from semi_pose.cli.progress import progress_display

    done = {one['file_name'] for one in journal.results}
    if done:
        console.print(f'Going on after {len(done)} pictures, as {journal.path} says')
    people = sum(len(one.get('boxes', ())) for one in journal.results)
    with progress_display(console) as progress:
        task = progress.add_task('Detecting people', total=len(pictures), note='')
        progress.update(task, completed=len(done))
        for picture in pictures:
            if picture['file_name'] in done:
                continue
            found = detect_one(detector, folder / picture['file_name'], score_thr)
            if 'broken' in found:
                console.print(f'Skipped {folder / picture["file_name"]}: no picture')
            journal.add({**picture, **found})
            people += len(found.get('boxes', ()))
            progress.update(task, advance=1, note=f'{people} people')


def detect_one(detector: Detector, path: Path, score_thr: float) -> dict:
    """Detect people in one picture, which is turned by EXIF as when training."""
    import cv2
    import numpy as np

    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        return dict(broken=True)
    height, width = picture.shape[:2]
    boxes = np.asarray(detector(picture), float)
    boxes = boxes[boxes[:, 4] >= score_thr]
    boxes[:, :4] = boxes[:, :4].clip(0, [width, height] * 2).round(DECIMALS)
    boxes[:, 4] = boxes[:, 4].round(SCORE_DECIMALS)
    return dict(width=width, height=height, boxes=boxes.tolist())


def summary(args: argparse.Namespace, folder: Path, results: list[dict]) -> str:
    """Count what was found, and say where it lies and what to do next."""
    from semi_pose.datasets.picture_folder import name_some

    broken = [one['file_name'] for one in results if 'broken' in one]
    people = sum(len(one.get('boxes', ())) for one in results)
    with_people = sum(bool(one.get('boxes')) for one in results)
    lines = [
        f'{people} people in {with_people} of {len(results) - len(broken)} pictures, '
        f'with a score of {args.score_thr:g} or more'
    ]
    if broken:
        lines.append(f'{len(broken)} skipped, no pictures: {name_some(broken)}')
    lines.append(f'Boxes: {args.out}, file names relative to {folder}')
    if not people:
        return '\n'.join([*lines, 'Next: lower --score-thr, or take another detector.'])
    dataset = (
        f"dict(type='UnlabeledDataset', ann_file='{args.out}', "
        f"data_prefix=dict(img='{folder}/'))"
    )
    return '\n'.join(
        [
            *lines,
            'Next: train on them, by a recipe with the unlabeled set',
            f'  {dataset}',
            'and its pipeline (docs/own_data.md, Unlabeled people).',
        ]
    )


if __name__ == '__main__':
    options = parse_args()
    from semi_pose.cli.tool import run

    run(lambda: main(options), 'Interrupted: the same command goes on from here.')
