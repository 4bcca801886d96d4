"""Files that belong to rows: kept only where the row is."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from django.core.files.base import File
from django.db import transaction
from django.db.models.fields.files import FieldFile

Row = TypeVar("Row")


def is_pdf(file: "File[bytes]") -> bool:
    """Whether a file says of itself that it is a PDF; what its name says does not matter."""
    head = file.read(5)
    file.seek(0)
    return bool(head == b"%PDF-")


def with_file(file: FieldFile, content: "File[bytes]", act: Callable[[], Row]) -> Row:
    """Store a file, then run the act that writes its row; without the row the file goes again.

    So a retried act does not write it twice, and one that is refused, also at its commit, leaves nothing.
    """
    file.save(content.name or "file", content, save=False)
    try:
        return act()
    except BaseException:
        file.storage.delete(str(file.name))
        raise


def delete_after_commit(files: Iterable[FieldFile]) -> None:
    """Delete files whose rows the act under way removes; empty ones are left out."""
    for file in files:
        if file.name:
            transaction.on_commit(partial(file.storage.delete, str(file.name)))
