"""Memory of training on a CPU."""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # names and values of glibc's malloc.h
LARGE = 2**30


def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of returning it to the system.

    A training step frees and asks for the same feature maps again and again; by
    default glibc maps large ones anew each time, and the system fills them with
    zeros: a tenth to a fifth of a step's time on a CPU. Elsewhere than on glibc this
    does nothing.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, LARGE)
