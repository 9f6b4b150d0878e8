"""The scope `semi_pose`, so that a config may build on `semi_pose::semi/...`.

MMEngine builds what such a base names from registries of the base's scope. All that
semi_pose adds lies in MMPose's registries; the ones here only lead to them.
"""

import mmpose.registry
from mmengine.config.utils import MODULE2PACKAGE
from mmengine.registry import Registry

# MMEngine looks for a package where its metadata lie, which is elsewhere in an editable
# install; of a module it asks Python. The recipes are in .mim/configs beside it.
MODULE2PACKAGE['semi_pose'] = 'semi_pose.version'

for parent in list(vars(mmpose.registry).values()):
    if isinstance(parent, Registry) and parent.scope == 'mmpose':
        Registry(parent.name, parent=parent, scope='semi_pose', locations=['semi_pose'])
