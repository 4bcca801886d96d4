"""Where private files lie: outside the public media, served only through a view that checks."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage


class PrivateStorage(FileSystemStorage):
    """Files under settings.PRIVATE_ROOT; they have no public address."""

    @property
    def base_location(self) -> str:
        """Read at each use, so that tests keep their files apart."""
        return str(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:
        """The absolute path of the folder."""
        return str(Path(self.base_location).absolute())

    def url(self, name: str | None) -> str:
        """Refuse: whoever shows a private file goes through its view."""
        raise ValueError("This file is not accessible via a URL.")


def private_storage() -> Storage:
    """Return the storage of verification documents and of the photos of requests."""
    return PrivateStorage()
