"""Errors that a user can mend."""


class UserError(ValueError):
    """A mistake in the user's files or settings.

    The message names the file or option at fault and the remedy; the tools
    print it without a traceback and exit with status 1.
    """
