"""Photos people send: really images, of bearable size, and without what the camera wrote into them."""

import io
import warnings
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from clutch.core.errors import Invalid

R = TypeVar("R")

LONGEST_SIDE = 2000
# 60 megapixels: more than phones make, and at most 180 MB while it is decoded.
MOST_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def accept_photo(file: Any) -> "ContentFile[bytes]":
    """Return the photo as a new JPEG (WebP where it is transparent), at most 2000 px a side.

    Orientation is applied, EXIF (place, camera) and every other extra is dropped. Raises Invalid
    for more than 10 MB, for what is no JPEG, PNG or WebP, and for an image that unpacks to too much.
    """
    return _read(file, _cleaned)


def small_photo(photo: "ContentFile[bytes]", side: int) -> "ContentFile[bytes]":
    """Return an accepted photo in a smaller form, at most `side` px a side; the photo stays as it is."""
    with Image.open(io.BytesIO(photo.read())) as image:
        kept = image.copy()
    photo.seek(0)
    kept.thumbnail((side, side))
    out = io.BytesIO()
    is_jpeg = str(photo.name).endswith("jpg")
    kept.save(out, "JPEG" if is_jpeg else "WEBP", quality=80)
    return ContentFile(out.getvalue(), name=photo.name)


def open_photo(file: Any) -> Image.Image:
    """Return the upright picture of a photo, at most 2000 px a side. Raises Invalid as `accept_photo`."""
    return _read(file, _upright)


def _read(file: Any, read: Callable[[Any], R]) -> R:
    if file.size > settings.PHOTO_MAX_BYTES:
        megabytes = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Invalid(_("A photo can have at most %(mb)s MB.") % {"mb": megabytes}, code="photo_too_big")
    if not file.size:
        raise Invalid(_("This file is empty."), code="photo_empty")
    try:
        with warnings.catch_warnings():
            # Pillow only warns between one and two times its limit; ours is checked below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return read(file)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        # What Pillow raises for files that only begin like an image is not documented as one type.
        raise Invalid(
            _("This file is not a photo that can be read (JPEG, PNG or WebP)."), code="not_a_photo"
        ) from error


def _upright(file: Any) -> Image.Image:
    file.seek(0)
    with Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return upright


def _cleaned(file: Any) -> "ContentFile[bytes]":
    upright = _upright(file)
    transparent = upright.has_transparency_data
    kept = upright.convert("RGBA" if transparent else "RGB")
    kept.info.clear()
    out = io.BytesIO()
    if transparent:
        kept.save(out, "WEBP", quality=85)
    else:
        kept.save(out, "JPEG", quality=85, optimize=True)
    return ContentFile(out.getvalue(), name=f"{uuid4().hex}.{'webp' if transparent else 'jpg'}")


def _too_many_pixels() -> Invalid:
    return Invalid(_("This photo has too many pixels. Make it smaller."), code="photo_too_large")
