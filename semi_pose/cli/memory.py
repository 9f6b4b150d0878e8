"""Memory of training on a CPU."""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # names and values of glibc's malloc.h
LARGE = 2**30


def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of returning it to the system.

    Each training step frees its feature maps and allocates them again. By default
    glibc returns large ones to the system, which fills new ones with zeros: a tenth
    to a fifth of a step's time on a CPU. Without glibc this does nothing.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, LARGE)
