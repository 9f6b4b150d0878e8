"""What our own work costs, as ratios of two things measured side by side.

``python -m tests.benchmarks`` compares it with the work that cannot be left out;
``python -m tests.benchmarks.gpu_check`` says what a GPU makes of it.
"""
