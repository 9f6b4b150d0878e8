"""Work in a process of its own: its memory, settings and crashes stay there."""

import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO
from math import inf
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

Result = TypeVar('Result')
A_DAY = 86_400.0  # poll() takes no infinite time


def in_new_process(
    function: Callable[..., Iterator[Result]], *arguments: object, seconds: float = inf
) -> Iterator[Result]:
    """Yield what a generator function yields in a fresh process.

    Raises:
        RuntimeError: If it fails there, with its traceback; if its process dies; if
            it is not done after so many seconds, when it is stopped.
    """
    context, end = get_context('spawn'), time.monotonic() + seconds
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        while receiver.poll(min(max(end - time.monotonic(), 0), A_DAY)):
            result, error, done = receiver.recv()
            if error:
                raise RuntimeError(error)
            if done:
                return
            yield result
        raise RuntimeError(f'stopped after {seconds:.0f} s')
    except EOFError:
        raise RuntimeError('its process died') from None
    finally:
        with suppress(ProcessLookupError):  # and what it has started
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.join()


def exit_when_terminated() -> None:
    """Let SIGTERM raise SystemExit here, so that the other process ends as well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _work(sender: Connection, function: Callable, arguments: tuple) -> None:
    os.setpgrp()
    warnings.simplefilter('ignore')
    sys.stdout = StringIO()  # what libraries say
    try:
        for result in function(*arguments):
            sender.send((result, None, False))
    except Exception:
        sender.send((None, traceback.format_exc(), True))
    sender.send((None, None, True))
