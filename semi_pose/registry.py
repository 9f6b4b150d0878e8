"""The scope `semi_pose`, so that a config may build on `semi_pose::semi/...`.

MMEngine builds the parts of such a base from registries of the base's scope. semi_pose
registers everything in MMPose's registries; the ones here only refer to them.
"""

import mmpose.registry
from mmengine.config.utils import MODULE2PACKAGE
from mmengine.registry import Registry

# MMEngine looks for a package next to its metadata, which is elsewhere in an editable
# install; for a module it asks Python. The recipes are in .mim/configs next to it.
MODULE2PACKAGE['semi_pose'] = 'semi_pose.version'

for parent in list(vars(mmpose.registry).values()):
    if isinstance(parent, Registry) and parent.scope == 'mmpose':
        Registry(parent.name, parent=parent, scope='semi_pose', locations=['semi_pose'])
