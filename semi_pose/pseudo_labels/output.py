"""Pseudo labels on disk: what is labeled so far, and the COCO file in the end."""

import json
import os
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

from semi_pose.errors import UserError
from semi_pose.pseudo_labels.people import joint_names


class PartialLabels:
    """The people that are labeled so far, in a file that outlives an interruption.

    The first line holds the options, each further one a person, in JSON. A line that
    was cut off is dropped.

    Args:
        path (Path): The file; gone on with, or begun if there is none.
        options (dict): What the labels depend on.

    Raises:
        UserError: If the file is of other options, is broken or cannot be written.

    Attributes:
        people (list[dict]): The people, as the labeler describes them.
    """

    def __init__(self, path: Path, options: dict) -> None:
        self.path = path
        self.people = []
        try:
            lines = self._whole_lines()
            if not lines:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(options) + '\n')
                return
        except OSError as error:
            raise UserError(
                f'{path} cannot be written ({error}): name another place by --out.'
            ) from error
        self.people = self._parse(lines, options)

    def _whole_lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b'\n'):
            lines.pop()
            os.truncate(self.path, sum(map(len, lines)))
        return lines

    def _parse(self, lines: list[bytes], options: dict) -> list[dict]:
        try:
            header, *people = map(json.loads, lines)
        except ValueError as error:
            raise UserError(
                f'{self.path} is broken ({error}): begin anew with --fresh.'
            ) from error
        check_same_options(self.path, header, options)
        return people

    def append(self, people: Sequence[dict]) -> None:
        """Add people, whole lines at a time.

        Args:
            people (Sequence[dict]): As the labeler describes them.
        """
        with self.path.open('a') as file:
            file.writelines(json.dumps(person) + '\n' for person in people)
        self.people.extend(people)


def check_same_options(path: Path, found: dict, wanted: dict) -> None:
    """Check that a file was made with the options of this call.

    Args:
        path (Path): The file, for the message.
        found (dict): Its options.
        wanted (dict): Those of this call.

    Raises:
        UserError: If they differ.
    """
    for key in {**wanted, **found}:
        if found.get(key) != wanted.get(key):
            raise UserError(
                f'{path} was made with {key}={found.get(key)}, now it is '
                f'{wanted.get(key)}: begin anew with --fresh, or name another --out.'
            )


def to_coco(
    people: Sequence[dict], score_thr: float, categories: list[dict], info: dict
) -> dict:
    """Make a COCO data set of labeled people.

    A picture is known by its file name, so that people of several sets share it.

    Args:
        people (Sequence[dict]): As the labeler describes them, in any order.
        score_thr (float): Joints of a lower score are left unlabeled (v = 0).
        categories (list[dict]): COCO's, of which 1 is a person.
        info (dict): How the labels were made.

    Returns:
        dict: Images and people in the order of the unlabeled set, ids from 1. People
        without a labeled joint are in it; stock data sets leave them out.

    Raises:
        UserError: If there is nobody.
    """
    if not people:
        raise UserError(
            'Nobody has a picture that can be read: check the folder of the images, or '
            'name it by --data-root or --img-dir.'
        )
    images, annotations = {}, []
    for person in sorted(people, key=itemgetter('person')):
        name = person['file_name']
        image = dict(id=len(images) + 1, file_name=name)
        image.update(width=person['width'], height=person['height'])
        image = images.setdefault(name, image)
        ids = dict(id=len(annotations) + 1, image_id=image['id'], category_id=1)
        annotations.append({**ids, **_annotation(person, score_thr)})
    return dict(
        info=info,
        licenses=[],
        images=list(images.values()),
        annotations=annotations,
        categories=categories,
    )


def _annotation(person: dict, score_thr: float) -> dict:
    scores = person['keypoint_scores']
    keypoints = [
        [*point, 2] if score >= score_thr else [0, 0, 0]
        for point, score in zip(person['keypoints'], scores, strict=True)
    ]
    _, _, width, height = person['bbox']
    return dict(
        iscrowd=0,
        bbox=person['bbox'],
        area=round(width * height, 2),
        num_keypoints=sum(v > 0 for _, _, v in keypoints),
        keypoints=sum(keypoints, []),
        keypoint_scores=scores,
    )


def person_category(metainfo: dict) -> dict:
    """Describe the joints in COCO's form.

    Args:
        metainfo (dict): Of the joints, parsed.

    Returns:
        dict: Category 1, whose skeleton counts joints from 1.
    """
    links = metainfo['skeleton_links']
    return dict(
        id=1,
        name='person',
        supercategory='person',
        keypoints=joint_names(metainfo),
        skeleton=[[start + 1, end + 1] for start, end in links],
    )


def write_json(content: dict, path: Path) -> None:
    """Write a JSON file, whole or not at all.

    Args:
        content (dict): What to write.
        path (Path): The file.
    """
    draft = path.with_name(f'{path.name}.draft')
    draft.write_text(json.dumps(content))
    draft.replace(path)
