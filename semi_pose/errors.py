"""Exceptions that end a tool with a message."""


class UserError(ValueError):
    """A mistake in the user's files or settings.

    The message names the file or option and says how to fix it. The tools print it
    without a traceback and exit with status 1.
    """


class Collapsed(UserError):
    """The heatmaps have collapsed, and the run was told to end then."""


class Stopped(BaseException):
    """The run was told to end, and has saved its state.

    The tools print the message and exit with status 75 (``EX_TEMPFAIL``): run the
    same command again.
    """
