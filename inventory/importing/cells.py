"""What a cell of a file can be besides text (`str`) and nothing (`None`)."""

from typing import NamedTuple


class Number(NamedTuple):
    """A number of a spreadsheet: `text` as it is stored, `shown` how its format alters the look.

    `shown` is "" for a plain look, "scientific" for 5.81E+10, "other" for words, percent or the
    like. `zeros` is how many digits a format like 0000000 fills up to.
    """

    text: str
    shown: str = ""
    zeros: int = 0


class Dated(NamedTuple):
    """A date of a spreadsheet, as it would be written (ISO 8601)."""

    text: str


class Fault(NamedTuple):
    """A formula without a value: `#REF!`, or one that was never calculated (empty text)."""

    text: str


class Spread(NamedTuple):
    """The value of a cell that is merged downwards, in a row below its first."""

    cell: "str | Number | Dated | Fault | None"


Cell = str | Number | Dated | Fault | Spread | None


def as_text(cell: Cell) -> str:
    """A cell as a person would read it: for headers, previews and messages."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Number):
        return plain_number(cell)
    return as_text(cell.cell) if isinstance(cell, Spread) else cell.text


def plain_number(number: Number) -> str:
    """12345.0 → "12345"; what the format fills with zeros is filled."""
    text = number.text
    if "E" in text or "e" in text or "." in text:
        value = float(text)
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    return text.zfill(number.zeros) if number.zeros else text
