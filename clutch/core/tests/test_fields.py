"""Every field refuses what it should, with a message; models and forms share the rules."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.exceptions import ValidationError

from clutch.core import validators
from clutch.core.errors import Invalid
from clutch.core.fields import (
    LatitudeField,
    LineField,
    LongitudeField,
    MoneyField,
    PhotoField,
    ProseField,
)
from clutch.core.photos import accept_photo


def refusal(field, value):
    with pytest.raises((ValidationError, DjangoValidationError)) as caught:
        field.run_validation(value)
    return caught.value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Brake pads ", "Brake pads"),
        ("Cafe\u0301", "Café"),
        ("وسادات فرامل", "وسادات فرامل"),
        ("رقم \u200e58101-1RA00\u200f", "رقم \u200e58101-1RA00\u200f"),
    ],
)
def test_line_is_stripped_and_normalised(given, kept):
    assert LineField(max_length=40).run_validation(given) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "a\x00b",
        "a\nb",
        "a\tb",
        "a\x1bb",
        "a\u202eb",
        "a\u2028b",
        "a\ud800b",
        "x" * 41,
        "",
        "  ",
        [],
        {},
        True,
    ],
)
def test_line_refuses(wrong):
    refusal(LineField(max_length=40), wrong)


def test_line_counts_after_normalising():
    assert LineField(max_length=4).run_validation("cafe\u0301") == "café"


def test_prose_keeps_lines_and_refuses_other_controls():
    assert ProseField(max_length=20).run_validation("a\r\nb\tc\rd") == "a\nb\tc\nd"
    refusal(ProseField(max_length=20), "a\x07")


@pytest.mark.parametrize(
    ("given", "kept"), [("850.00", "850.00"), (850, "850"), (0.1, "0.1"), ("1E+2", "1E+2"), ("٨٥٠", "850")]
)
def test_money_accepts(given, kept):
    assert MoneyField().run_validation(given) == Decimal(kept)


@pytest.mark.parametrize(
    "wrong", ["-1", "-0.01", "1.001", "NaN", "Infinity", "1e400", "100000000", "9" * 50, "", True, [], "12,5"]
)
def test_money_refuses(wrong):
    refusal(MoneyField(), wrong)


def test_money_shows_the_decimals_of_the_currency(settings):
    assert MoneyField().to_representation(Decimal("850")) == "850.00"
    settings.CURRENCY = "KWD"
    assert MoneyField().to_representation(Decimal("850.5")) == "850.500"
    assert MoneyField().run_validation("1.001") == Decimal("1.001")


@pytest.mark.parametrize("field", [LatitudeField, LongitudeField])
@pytest.mark.parametrize("wrong", ["nan", "inf", float("nan"), 181, -181, True, "north", None, []])
def test_coordinates_refuse(field, wrong):
    refusal(field(), wrong)


def test_latitude_ends_at_90():
    refusal(LatitudeField(), 90.001)
    assert LatitudeField().run_validation(-90) == -90
    assert LongitudeField().run_validation("179.5") == 179.5


@pytest.mark.parametrize(
    ("validator", "wrong"),
    [
        (validators.no_control_characters, "a\nb"),
        (validators.no_control_characters_but_lines, "a\x00"),
        (validators.latitude, 91.0),
        (validators.longitude, float("nan")),
        (validators.money, Decimal("-1")),
        (validators.money, Decimal("1.001")),
        (validators.money, Decimal("NaN")),
    ],
)
def test_models_and_forms_have_the_same_rules(validator, wrong):
    with pytest.raises(DjangoValidationError):
        validator(wrong)


def picture(kind="JPEG", size=(60, 40), mode="RGB", **extra):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else (255, 0, 0, 60)).save(out, kind, **extra)
    return SimpleUploadedFile(f"x.{kind.lower()}", out.getvalue())


def opened(file):
    return Image.open(io.BytesIO(file.read()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_becomes_a_jpeg(kind):
    kept = accept_photo(picture(kind))
    assert str(kept.name).endswith(".jpg")
    assert opened(kept).format == "JPEG"


def test_transparent_photo_becomes_a_webp():
    kept = opened(accept_photo(picture("PNG", mode="RGBA")))
    assert (kept.format, kept.has_transparency_data) == ("WEBP", True)


def test_photo_is_made_smaller_and_upright_and_loses_its_exif():
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90°
    exif[0x010F] = "a camera"
    kept = opened(accept_photo(picture(size=(3000, 1500), exif=exif)))
    assert kept.size == (1000, 2000)
    assert not kept.getexif()


def broken_jpeg():
    return SimpleUploadedFile("x.jpg", picture().read()[:200])


def bomb():
    # A PNG of a few hundred bytes that unpacks to 100 megapixels.
    return _one_bit(10_000)


def _one_bit(side):
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: SimpleUploadedFile("x.jpg", b"hello"), "not_a_photo"),
        (lambda: SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "not_a_photo"),
        (lambda: picture("GIF"), "not_a_photo"),
        (broken_jpeg, "not_a_photo"),
        (lambda: SimpleUploadedFile("x.jpg", b""), "photo_empty"),
        (lambda: SimpleUploadedFile("x.jpg", b"\xff" * (10 * 1024 * 1024 + 1)), "photo_too_big"),
        (bomb, "photo_too_large"),
        (lambda: _one_bit(20_000), "photo_too_large"),
    ],
)
def test_photo_refuses(make, code):
    with pytest.raises(Invalid) as caught:
        accept_photo(make())
    assert caught.value.code == code


def test_photo_field_tells_at_its_field():
    error = refusal(PhotoField(), SimpleUploadedFile("x.jpg", b"hello"))
    assert error.detail[0].code == "not_a_photo"
