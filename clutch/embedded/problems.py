"""What the two commands tell a person when they cannot go on."""


class Problem(Exception):
    """A situation outside the code, told in full: what happened, and what to do about it.

    `manage.py` prints the text without a traceback and exits with status 1.
    """


NO_SPACE = "No space left on device"


def disk_full(where: object) -> Problem:
    """The same sentence wherever the disk turns out to be full."""
    return Problem(f"The disk is full ({where}). Free some space, then run the same command again.")
