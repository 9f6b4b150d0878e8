"""How a tool ends before its time."""


class UserError(ValueError):
    """A mistake in the user's files or settings.

    The message names the file or option at fault and the remedy; the tools
    print it without a traceback and exit with status 1.
    """


class Stopped(BaseException):
    """The run was told to end, and has saved what it had.

    The tools print the message and exit with status 75 (``EX_TEMPFAIL``): run the
    same command again.
    """
