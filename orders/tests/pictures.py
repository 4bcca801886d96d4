"""Pictures for tests."""

import io

from PIL import Image


def jpeg(width: int = 40, height: int = 30) -> bytes:
    """A small photo that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Example maker"
    Image.new("RGB", (width, height), "steelblue").save(out, "JPEG", exif=exif)
    return out.getvalue()
