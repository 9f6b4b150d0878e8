"""Made-up people and predictions in the files of COCO, CrowdPose and COCO-WholeBody."""

import numpy as np

PARTS = {'keypoints': 17, 'foot_kpts': 6, 'face_kpts': 8, 'lefthand_kpts': 5}
PARTS['righthand_kpts'] = PARTS['lefthand_kpts']
NUM_IMAGES = 16


def make(with_area=True):
    """Return the annotation file's content and the results.

    There are crowds, scores of parts, people without keypoints, an annotation with the
    id 0, images without people or results, equal scores, and images with more than 20
    results.
    """
    rng = np.random.RandomState(0)  # the same numbers under every NumPy
    images = [
        dict(id=i + 1, width=640, height=480, crowdIndex=round(rng.rand(), 3))
        for i in range(NUM_IMAGES)
    ]
    annotations, results = [], []
    for image in images:
        for _ in range(rng.randint(0, 6)):
            person = make_person(rng, len(annotations), image['id'])
            annotations.append(person)
            for _ in range(rng.choice([0, 1, 1, 2, 8])):
                results.append(make_result(rng, person))
    if not with_area:
        for person in annotations:
            del person['area']
    categories = [dict(id=1, name='person', supercategory='person')]
    content = dict(images=images, annotations=annotations, categories=categories)
    return content, results


def make_person(rng, number, image_id):
    width, height = rng.uniform(20, 300, 2)
    left, top = rng.uniform(0, 300, 2)
    person = dict(id=number, image_id=image_id, category_id=1)
    person['bbox'] = [left, top, width, height]
    person['area'] = width * height * rng.uniform(0.4, 0.7)
    person['iscrowd'] = int(rng.rand() < 0.1)
    visible = rng.choice([0.0, 0.5, 0.9])
    for field, count in PARTS.items():
        points = rng.uniform([left, top], [left + width, top + height], (count, 2))
        flags = rng.choice([1, 2], (count, 1)) * (rng.rand(count, 1) < visible)
        person[field] = np.hstack([points * (flags > 0), flags]).ravel().tolist()
    person['num_keypoints'] = sum(flag == 2 for flag in person['keypoints'][2::3])
    return person


def make_result(rng, person):
    scale = rng.choice([0.02, 0.05, 0.1]) * np.sqrt(person['area'])
    score = round(rng.rand(), 1)
    result = dict(image_id=person['image_id'], category_id=1, score=score)
    result |= dict(foot_score=rng.rand(), wholebody_score=rng.rand())
    for field in PARTS:
        points = np.array(person[field]).reshape(-1, 3)
        points[:, :2] += rng.normal(0, scale, points[:, :2].shape)
        points[:, 2] = rng.rand() > 0.05
        result[field] = points.ravel().tolist()
    return result
