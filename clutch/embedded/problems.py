"""What the two commands tell a person when they cannot go on."""

from __future__ import annotations

import shutil
from pathlib import Path


class Problem(Exception):
    """A situation outside the code, told in full: what happened, and what to do about it.

    `manage.py` prints the text without a traceback and exits with status 1.
    """


NO_SPACE = "No space left on device"


def disk_full(where: object) -> Problem:
    """The same sentence wherever the disk turns out to be full."""
    return Problem(f"The disk is full ({where}). Free some space, then run the same command again.")


def check_space(folder: Path, needed: int, *, what: str) -> None:
    """Raise Problem when the disk of a folder has less than `needed` bytes left for `what`.

    Asked beforehand where the failure itself would be hard to tell: a program on a full disk cannot even
    write why it failed.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Problem(
            f"The disk of {folder} has {free // 1024**2} MB free, and {what} needs"
            f" {needed // 1024**2} MB. Free some space, then run the same command again."
        )
