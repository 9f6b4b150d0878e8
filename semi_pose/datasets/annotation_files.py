"""Annotation files: read once, checked, and handed to MMPose."""

import gc
import logging
import os.path as osp
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mmengine.logging import print_log
from mmpose.datasets.datasets.base import base_coco_style_dataset
from mmpose.evaluation.metrics import coco_metric

from semi_pose.datasets.annotation_check import Use, check_coco, check_detections
from semi_pose.datasets.coco_file import load_json

Uses = Iterable[tuple[str, Use]]


class SharedFiles:
    """Files that are read once, whoever asks for them.

    Args:
        uses (Iterable[tuple[str, Use]]): Files, and how each will be read.
    """

    def __init__(self, uses: Uses) -> None:
        self.uses: dict[str, list[Use]] = defaultdict(list)
        self.paths: list[str] = []
        for path, use in uses:
            self.paths.append(path)
            self.uses[osp.realpath(path)].append(use)
        self.contents: dict[str, dict] = {}
        self.notes: list[str] = []

    def __contains__(self, path: str) -> bool:
        """Say whether a file is among them."""
        return osp.realpath(path) in self.uses

    def read(self, path: str, use: Use | None = None) -> dict:
        """Return the content of a file, which must not be changed.

        Args:
            path (str): The file.
            use (Use, optional): How it is read, if that was not foreseen.

        Returns:
            dict: A COCO data set, checked.

        Raises:
            UserError: If it cannot be read or is faulty.
        """
        key = osp.realpath(path)
        uses = self.uses[key]
        foreseen = use is None or any(
            use.boxes <= one.boxes and use.joints <= one.joints for one in uses
        )
        if not foreseen:
            uses.append(use)
        if key not in self.contents or not foreseen:
            with _no_collection():
                content = self.contents.get(key) or load_json(path)
                self.notes += check_coco(content, path, uses)
            self.contents[key] = content
        return self.contents[key]

    def read_boxes(self, path: str, ann_file: str) -> list[dict]:
        """Return a detector's boxes, which must not be changed.

        Args:
            path (str): The file.
            ann_file (str): The annotation file whose images they are of.

        Returns:
            list[dict]: The boxes, checked.

        Raises:
            UserError: If the file cannot be read or is faulty.
        """
        key = osp.realpath(path)
        if key not in self.contents:
            with _no_collection():
                boxes = load_json(path)
                images = self.read(ann_file)['images']
                self.notes += check_detections(boxes, path, images)
            self.contents[key] = boxes
        return self.contents[key]

    def read_all(self) -> None:
        """Read and check all files.

        Raises:
            UserError: If one cannot be read or is faulty.
        """
        for path in self.paths:
            self.read(path)
            for use in self.uses[osp.realpath(path)]:
                if use.bbox_file:
                    self.read_boxes(use.bbox_file, path)

    def release(self) -> None:
        """Forget what was read, which is large."""
        self.contents.clear()

    def first(self, path: str) -> int | None:
        """Return how many people MMPose's data sets read at most; None: all."""
        numbers = [use.first for use in self.uses[osp.realpath(path)] if use.dataset]
        return None if None in numbers else max(numbers, default=None)

    def say(self) -> None:
        """Log what was read in another way than written, once."""
        for note in self.notes:
            print_log(note, 'current', level=logging.WARNING)
        self.notes.clear()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage: among millions of new objects that takes long."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_shared: SharedFiles | None = None


@contextmanager
def shared_files(uses: Uses) -> Iterator[SharedFiles]:
    """Read files once for all data sets and metrics that are built meanwhile.

    MMPose's are given what was checked and corrected. Within another such context this
    one changes nothing.

    Args:
        uses (Iterable[tuple[str, Use]]): Files, and how each will be read.

    Yields:
        SharedFiles: The files.
    """
    global _shared
    if _shared is not None:
        yield _shared
        return
    _shared = SharedFiles(uses)
    datasets, metrics = base_coco_style_dataset, coco_metric
    stock = datasets.COCO, datasets.load, metrics.COCO, metrics.load
    datasets.COCO = _opener(datasets.COCO, _for_dataset)
    datasets.load = _loader(datasets.load)
    metrics.COCO = _opener(metrics.COCO, _for_metric)
    metrics.load = _loader(metrics.load)
    try:
        yield _shared
    finally:
        datasets.COCO, datasets.load, metrics.COCO, metrics.load = stock
        _shared.say()
        _shared = None


def load_coco(path: str, use: Use | None = None) -> dict:
    """Read a COCO annotation file, checked.

    Args:
        path (str): The JSON file.
        use (Use, optional): How it is read; all boxes by default.

    Returns:
        dict: The data set, which must not be changed.

    Raises:
        UserError: If the file is missing, is not JSON, or is faulty.
    """
    use = use or Use(boxes=True)
    with shared_files([(path, use)]) as files:
        return files.read(path, use)


def load_boxes(path: str, ann_file: str, use: Use) -> list[dict]:
    """Read a detector's boxes, checked.

    Args:
        path (str): The JSON file, a list in COCO's format of results.
        ann_file (str): The annotation file whose images they are of.
        use (Use): How that is read.

    Returns:
        list[dict]: The boxes, which must not be changed.

    Raises:
        UserError: If a file is missing, is not JSON, or is faulty.
    """
    with shared_files([(ann_file, use)]) as files:
        return files.read_boxes(path, ann_file)


def _opener(stock: type, select: Callable[[dict, str], dict]) -> Callable:
    """Make what takes the place of the class COCO: it opens files that are shared."""

    def open_coco(path: str | None = None, *args: Any, **kwargs: Any) -> Any:
        if path is None or path not in _shared:
            return stock(path, *args, **kwargs)
        coco = stock()
        coco.dataset = select(_shared.read(path), path)
        coco.anno_file = [path]
        coco.createIndex()
        return coco

    return open_coco


def _loader(stock: Callable) -> Callable:
    def load(path: str, *args: Any, **kwargs: Any) -> Any:
        if osp.realpath(path) in _shared.contents:
            return _shared.contents[osp.realpath(path)]
        return _shared.read(path) if path in _shared else stock(path, *args, **kwargs)

    return load


def _for_metric(content: dict, path: str) -> dict:
    """Return copies, since COCO's evaluation writes into the entries.

    It wants joints of everybody: where nobody has labeled any, it takes 0, 0, 0, and
    the person counts neither as found nor as missed.
    """
    boxed = [one for one in content.get('annotations', ()) if one.get('bbox')]
    width = next((len(one['keypoints']) for one in boxed if 'keypoints' in one), 0)
    blank = dict(keypoints=[0] * width, num_keypoints=0)
    annotations = [
        dict(one) if 'keypoints' in one else dict(one, **blank) for one in boxed
    ]
    images = [dict(one) for one in content['images']]
    return dict(content, images=images, annotations=annotations)


def _for_dataset(content: dict, path: str) -> dict:
    """Return the part that is read; each person knows the size of the picture."""
    if (number := _shared.first(path)) is not None:
        content = first_people(content, number)
    shapes = {one['id']: (one['height'], one['width']) for one in content['images']}
    annotations = [
        dict(one, img_shape=shapes.get(one['image_id']))
        for one in content.get('annotations', ())
    ]
    images = [dict(one) for one in content['images']]
    return dict(content, images=images, annotations=annotations)


def first_people(content: dict, number: int) -> dict:
    """Cut a data set after so many people, in the order in which MMPose reads them.

    MMPose makes a record of every person before it takes the first ``indices``.

    Args:
        content (dict): A COCO data set, checked.
        number (int): So many people with keypoints are kept, or more.

    Returns:
        dict: Whole images with all their annotations.
    """
    people = defaultdict(list)
    for annotation in content['annotations']:
        people[annotation['image_id']].append(annotation)
    images, annotations = [], []
    for image in content['images']:
        if number <= 0:
            break
        images.append(image)
        annotations += people[image['id']]
        number -= sum(_is_taken(one, image) for one in people[image['id']])
    return dict(content, images=images, annotations=annotations)


def _is_taken(annotation: Mapping, image: Mapping) -> bool:
    """Say whether MMPose takes a person for sure."""
    if annotation.get('iscrowd') or not annotation.get('num_keypoints'):
        return False
    if not annotation.get('keypoints') or max(annotation['keypoints'][::3]) <= 0:
        return False
    x, y, width, height = annotation['bbox']
    right, bottom = image['width'] - 1, image['height'] - 1
    return (
        min(x + width, right) - max(x, 0) > 0.1
        and min(y + height, bottom) - max(y, 0) > 0.1
    )
