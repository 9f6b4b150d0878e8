"""What the plugin's own work costs, as ratios of two things timed in turn."""

from semi_pose.benchmark.hard_pipeline import measure_hard_pipeline
from semi_pose.benchmark.loading import measure_loading
from semi_pose.benchmark.monitor import measure_monitor
from semi_pose.benchmark.options import measure_options
from semi_pose.benchmark.scale import measure_scale
from semi_pose.benchmark.startup import measure_startup
from semi_pose.benchmark.step import measure_memory, measure_step
from semi_pose.benchmark.timing import Figure, compare

__all__ = [
    'Figure',
    'compare',
    'measure_hard_pipeline',
    'measure_loading',
    'measure_memory',
    'measure_monitor',
    'measure_options',
    'measure_scale',
    'measure_startup',
    'measure_step',
]
