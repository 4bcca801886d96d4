"""From a cell to a value: text, part numbers, amounts, whole numbers, words of a list.

Shops' files hold Arabic-Indic digits, no-break spaces, currencies beside amounts, commas for
points. What has one meaning is read; what could have two is refused with its fix (`Bad`).
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from clutch.core.money import MAX_AMOUNT, minor_units
from clutch.core.spreadsheets import unguarded
from clutch.core.validators import is_control
from inventory.importing.cells import Cell, Dated, Fault, Number, as_text, plain_number
from inventory.importing.issues import Bad
from shops.keys import name_key

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
# Left by word processors and right-to-left pages, seen by nobody.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u061c\ufeff\u2060\u00ad"))
_SPACES = re.compile(r"[\t\n\r\v\f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_FAULTS = {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
# ="00123": how some programs keep a spreadsheet from changing a number.
_KEPT_AS_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
# 'text: the mark for text of a spreadsheet before a number; before a sign it is our own export's.
_MARKED_AS_TEXT = re.compile(r"^'(?=\d)")


def line(cell: Cell, most: int) -> str:
    """One line of text: stripped, NFC, spaces and line breaks as one space each. Raises Bad."""
    text = _text(cell)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text)
        if "\ufffd" in text:
            raise Bad("unreadable")
        text = _SPACES.sub(" ", text)
        if any(is_control(character) for character in text):
            raise Bad("control_characters")
    text = text.strip()
    if len(text) > most:
        raise Bad("too_long", length=len(text), most=most)
    return text


def prose(cell: Cell, most: int) -> str:
    """As `line`, with the line breaks kept. Raises Bad."""
    lines = [line(one, most) for one in _text(cell).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    text = "\n".join(lines).strip()
    if len(text) > most:
        raise Bad("too_long", length=len(text), most=most)
    return text


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        text = cell
        if text[:1] in "='#":
            if (kept := _KEPT_AS_TEXT.match(text)) is not None:
                return kept[1].replace('""', '"')
            if text.strip() in _FAULTS:
                raise Bad("formula")
            bare = unguarded(text)
            return bare if bare != text else _MARKED_AS_TEXT.sub("", text)
        return text
    if cell is None:
        return ""
    if isinstance(cell, Fault):
        raise Bad("formula")
    return as_text(cell)


# --- part numbers -------------------------------------------------------------------------------

# Spreadsheets write the sign: 5.81E+10. Without it, 12E5 is a number that somebody printed.
_SCIENTIFIC = re.compile(r"^\d+(?:[.,٫]\d+)?E\+\d+$", re.IGNORECASE)
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"
    "يناير|فبراير|مارس|[أا]بريل|مايو|يونيو|يوليو|[أا]غسطس|سبتمبر|[أا]كتوبر|نوفمبر|ديسمبر"
)
_DATE = re.compile(
    rf"^(?:\d{{1,2}}[-/ ](?:{_MONTHS})(?:[-/ ]\d{{2,4}})?|(?:{_MONTHS})[-/ ]\d{{1,4}}"
    r"|\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?|\d{1,2}/\d{1,2}/(?:\d{2}|\d{4}))$",
    re.IGNORECASE,
)
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")


def part_number(cell: Cell, *, dates_meant: bool = False) -> str:
    """A part number as printed. Raises Bad for what a spreadsheet has made of one; never guesses.

    `dates_meant` says that the shop has looked: 10/05/81 is a number of its own, not a date.
    """
    if isinstance(cell, Number):
        return _number_of_spreadsheet(cell)
    if isinstance(cell, Dated):
        raise Bad("number_date")
    text = line(cell, 60)
    if not text.isascii():
        text = text.translate(_INVISIBLE).strip()
    latin = text if text.isascii() else text.translate(DIGITS)
    if "+" in latin and _SCIENTIFIC.match(latin):
        raise Bad("number_scientific")
    if not dates_meant and len(latin) <= 20 and _DATE.match(latin):
        raise Bad("number_date")
    if text and not _NOT_LETTERS_OR_DIGITS.sub("", latin):
        raise Bad("number_empty")
    return text


def barcode(cell: Cell) -> str:
    """A code as it is scanned. Raises Bad for one whose digits a spreadsheet has lost."""
    if isinstance(cell, Number):
        # Up to 15 digits are exact, however few of them the spreadsheet shows.
        return _number_of_spreadsheet(cell._replace(shown=""))
    text = line(cell, 120)
    if _SCIENTIFIC.match(text.translate(DIGITS)):
        raise Bad("number_scientific")
    return text


_BETWEEN_NUMBERS = re.compile(r"[,;/|\n،؛]+")


def split_numbers(cell: Cell) -> list[Cell]:
    """The numbers of a cell that holds several, e.g. "58101-1RA00; 58101-0UA00"."""
    if not isinstance(cell, str):
        return [cell]
    return [part for part in map(str.strip, _BETWEEN_NUMBERS.split(cell)) if part]


def _number_of_spreadsheet(cell: Number) -> str:
    if cell.shown == "scientific":
        raise Bad("number_scientific")
    if cell.shown:
        raise Bad("number_format")
    value = float(cell.text)
    if abs(value) >= 1e15:
        raise Bad("number_precision")
    if not value.is_integer():
        raise Bad("number_decimal")
    return plain_number(cell)


# --- numbers ------------------------------------------------------------------------------------

_PLAIN = re.compile(r"\d{1,8}(?:\.\d{1,3})?")
# What stands before and behind an amount, and which currencies it can mean.
_BESIDE = re.compile(r"^([^\d(+\-.,]*)(.*?)([^\d)\-]*)$", re.DOTALL)
_CURRENCY_WORDS = {
    "EGP": "egp|le|e£|£|جم|جنيه|جنيه مصري",
    "SAR": "sar|sr|﷼|رس|ريال|ريال سعودي",
    "AED": "aed|dh|dhs|دإ|درهم",
    "KWD": "kwd|kd|دك|دينار",
    "JOD": "jod|jd|دا|دينار",
    "QAR": "qar|qr|رق|ريال",
    "BHD": "bhd|bd|دب|دينار",
    "OMR": "omr|رع|ريال",
    "IQD": "iqd|دع|دينار",
    "LYD": "lyd|دل|دينار",
    "TND": "tnd|دت|دينار",
    "USD": "usd|$|us$|دولار",
    "EUR": "eur|€|يورو",
    "GBP": "gbp|£",
    "TRY": "try|tl|₺",
}
_CURRENCIES = {
    word.replace(" ", ""): {code for code, listed in _CURRENCY_WORDS.items() if word in listed.split("|")}
    for words in _CURRENCY_WORDS.values()
    for word in words.split("|")
}
_SIGNED = re.compile(r"^\((.+)\)$|^(.+)-$")
_POINT = re.compile(r"^[+-]?(?:\d{1,3}(?:[, '’]\d{3})+|\d+)?(?:\.\d+)?$")
_COMMA = re.compile(r"^[+-]?(?:\d{1,3}(?:[. '’]\d{3})+|\d+)?(?:,\d+)?$")
_NOT_NUMBER = re.compile(r"[, '’]")


def decimal(cell: Cell, mark: str = ".", currency: str = "") -> Decimal:
    """A number, with "." or "," before its decimals, perhaps with `currency` beside it. Raises Bad."""
    if isinstance(cell, Number):
        # 15 digits are what a spreadsheet shows; behind them stands what binary fractions leave.
        return Decimal(f"{float(cell.text):.15g}")
    if isinstance(cell, Dated):
        raise Bad("not_a_number")
    text = line(cell, 60)
    if not text.isascii():
        text = text.translate(_INVISIBLE).translate(DIGITS).replace("٬", "'").replace("−", "-").strip()
        if "٫" in text:
            text, mark = text.replace(",", "'").replace("٫", "."), "."
    bare = _without_currency(text, currency)
    if (signed := _SIGNED.match(bare)) is not None:
        bare = f"-{(signed[1] or signed[2]).strip()}"
    if not any(character.isdigit() for character in bare):
        raise Bad("not_a_number")
    if not (_COMMA if mark == "," else _POINT).match(bare):
        raise Bad("decimal_mark" if (_POINT if mark == "," else _COMMA).match(bare) else "not_a_number")
    if mark == ",":
        bare = bare.replace(".", "").replace(",", ".")
    return Decimal(_NOT_NUMBER.sub("", bare))


def _without_currency(text: str, currency: str) -> str:
    beside = _BESIDE.match(text)
    assert beside is not None
    for word in (beside[1], beside[3]):
        key = re.sub(r"[\s.]", "", word).casefold()
        if key and currency not in _CURRENCIES.get(key, ()):
            raise Bad("other_currency" if key in _CURRENCIES else "not_a_number", currency=currency)
    return beside[2].strip()


def amount(cell: Cell, *, mark: str, currency: str, rounded: bool = False) -> str:
    """An amount in a currency, as text for the database. Raises Bad.

    One with more decimals than the currency has is refused, or rounded where the shop said so.
    """
    decimals = minor_units(currency)
    if isinstance(cell, str) and mark == "." and _PLAIN.fullmatch(cell):
        dot = cell.find(".")
        if dot < 0 or len(cell) - dot - 1 <= decimals:
            return cell
    value = decimal(cell, mark, currency)
    if value < 0:
        raise Bad("negative")
    if value > MAX_AMOUNT:
        raise Bad("too_large", most=str(MAX_AMOUNT))
    exact = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if exact != value and not rounded:
        raise Bad("too_precise", decimals=decimals, rounded=str(exact))
    return str(exact)


def whole(cell: Cell, *, mark: str, most: int) -> str:
    """A whole number from 0 to `most`, as text for the database. Raises Bad."""
    if isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) < 7:
        return str(int(cell))
    value = decimal(cell, mark)
    if value < 0:
        raise Bad("negative")
    if value != value.to_integral_value():
        raise Bad("not_whole")
    if value > most:
        raise Bad("too_large", most=most)
    return str(int(value))


def choice(cell: Cell, known: Mapping[str, str], labels: str) -> str:
    """The value that a word means; `known` is by `name_key`. Raises Bad with the words that are known."""
    word = name_key(line(cell, 60))
    if word not in known:
        raise Bad("unknown_choice", known=labels)
    return known[word]


def decimal_mark(samples: list[Cell]) -> str:
    """The decimal mark that amounts of a column are written with: "," where that is certain, else "."."""
    commas = points = 0
    for cell in samples:
        if not isinstance(cell, str):
            continue
        text = cell.strip().translate(DIGITS)
        last = max(text.rfind(","), text.rfind("."))
        if last < 0:
            continue
        decimals = len(re.match(r"\d*", text[last + 1 :])[0])  # type: ignore[index]
        both = "," in text and "." in text
        if both or decimals != 3 or text.count(text[last]) > 1:
            if text.count(text[last]) > 1:
                commas, points = commas + (text[last] == "."), points + (text[last] == ",")
            else:
                commas, points = commas + (text[last] == ","), points + (text[last] == ".")
    return "," if commas > points else "."
