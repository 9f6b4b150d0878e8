"""Drawing of articulated people, and a COCO-format data set of them."""

from semi_pose.synthetic.coco import draw_picture, write_dataset
from semi_pose.synthetic.skeleton import KEYPOINTS

__all__ = ['KEYPOINTS', 'draw_picture', 'write_dataset']
