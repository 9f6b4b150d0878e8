"""Drawing of articulated people, and a COCO-format data set of them."""

from semi_pose.synthetic.coco import draw_picture, write_dataset
from semi_pose.synthetic.drawing import Drawn, Lighting, Picture, Scene, Thing, render
from semi_pose.synthetic.figure import Person, View
from semi_pose.synthetic.scene import sample_scene
from semi_pose.synthetic.skeleton import KEYPOINTS, Body, Limb, Pose

__all__ = [
    'KEYPOINTS',
    'Body',
    'Drawn',
    'Lighting',
    'Limb',
    'Person',
    'Picture',
    'Pose',
    'Scene',
    'Thing',
    'View',
    'draw_picture',
    'render',
    'sample_scene',
    'write_dataset',
]
