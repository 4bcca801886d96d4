"""An Excel workbook as a package: its sheets, its formats, its strings, and how its parts are parsed."""

import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import join, normpath
from typing import IO, BinaryIO, Generic, TypeVar
from xml.etree import ElementTree
from xml.parsers import expat

from django.utils.translation import gettext as _

from clutch.core.errors import Invalid

MOST_COLUMNS = 200
# Of one part of the package, unpacked; and between two rows or strings, so that none fills the memory.
MOST_UNPACKED = 512 * 1024 * 1024
MOST_STRINGS = 128 * 1024 * 1024
MOST_BETWEEN = 8 * 1024 * 1024
MOST_MEMBERS = 2000
MOST_MERGED = 50_000
CHUNK = 128 * 1024

Element = ElementTree.Element
T = TypeVar("T")


class Damaged(Exception):
    """What the package says of itself does not hold."""


def refused(message: str, code: str) -> Invalid:
    """The refusal of a workbook, at its field."""
    return Invalid(message, code=code, fields={"file": [message]})


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# --- formats ------------------------------------------------------------------------------------

# 18.8.30: the dates and powers of ten among the formats that every spreadsheet knows by number.
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_POWERS = {11, 48}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True)
class Look:
    """How a format shows a number: see `cells.Number`; "date" for a date."""

    shown: str = ""
    zeros: int = 0


PLAIN = Look()


def look_of(number: int, code: str) -> Look:
    """The look of a number format by its id and its code."""
    if number in _DATES:
        return Look("date")
    if number in _POWERS:
        return Look("scientific")
    first = code.partition(";")[0]
    bare = _LITERAL.sub("", first)
    lower = bare.lower()
    if not bare or lower in ("general", "@"):
        return PLAIN
    if re.search(r"e[+-]", lower):
        return Look("scientific")
    if re.search(r"[ymdhs]", lower):
        return Look("date")
    if re.fullmatch(r"0{2,}", bare) and bare == first:
        return Look(zeros=len(bare))
    words = any(
        part[0] in '"\\' and part.strip('"\\ -') for part in _LITERAL.findall(first) if part[0] in '"\\'
    )
    if words or "%" in bare or "/" in bare or "?" in bare:
        return Look("other")
    return PLAIN


# --- the package --------------------------------------------------------------------------------


@dataclass
class Strings:
    """The distinct strings of a workbook: one after another as UTF-8, with the end of each."""

    packed: bytearray = field(default_factory=bytearray)
    ends: "array[int]" = field(default_factory=lambda: array("Q"))

    def add(self, text: str) -> None:
        """Keep one more."""
        self.packed += text.encode("utf-8", "replace")
        self.ends.append(len(self.packed))
        if len(self.packed) > MOST_STRINGS:
            raise refused(_("This workbook holds too much text."), "file_unpacks")

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self.ends):
            raise Damaged("no such string")
        begin = self.ends[index - 1] if index else 0
        return self.packed[begin : self.ends[index]].decode()


class Workbook:
    """An .xlsx file. Raises Invalid for one that is damaged, protected, or unpacks to too much."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            self._check()
            self.sheets = self._sheets()
        except READING as error:
            raise damaged() from error

    def _check(self) -> None:
        members = self._zip.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise refused(_("This file is protected by a password. Save it without one."), "file_protected")
        # zipfile reads no more of a member than it is declared to hold.
        if len(members) > MOST_MEMBERS or any(member.file_size > MOST_UNPACKED for member in members):
            raise too_much()

    def _sheets(self) -> dict[str, str]:
        """Name → path of each sheet that holds cells; hidden ones come last."""
        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in self._tree("xl/_rels/workbook.xml.rels").iter()
            if _local(relation.tag) == "Relationship" and relation.get("Type", "").endswith("/worksheet")
        }
        found: list[tuple[bool, str, str]] = []
        for sheet in self._tree("xl/workbook.xml").iter():
            if _local(sheet.tag) != "sheet":
                continue
            key = next((value for name, value in sheet.items() if _local(name) == "id"), None)
            if key in targets:
                path = normpath(join("/xl", targets[key])).lstrip("/")
                found.append((sheet.get("state", "visible") != "visible", sheet.get("name", ""), path))
        if not found:
            raise Damaged("no sheets")
        return {name: path for _hidden, name, path in sorted(found, key=lambda item: item[0])}

    def _tree(self, path: str) -> Element:
        """A small part of the package as a whole."""
        with self._zip.open(path) as stream:
            content = stream.read(MOST_BETWEEN + 1)
        if b"<!DOCTYPE" in content or len(content) > MOST_BETWEEN:
            raise Damaged("not a plain part")
        return ElementTree.fromstring(content)  # noqa: S314  (no DOCTYPE, and of bounded size)

    @cached_property
    def looks(self) -> list[Look]:
        """The look of each cell format, by its index."""
        if "xl/styles.xml" not in self._zip.namelist():
            return []
        root = self._tree("xl/styles.xml")
        codes = {
            int(one.get("numFmtId", 0)): one.get("formatCode", "")
            for one in root.iter()
            if _local(one.tag) == "numFmt"
        }
        formats = next((one for one in root.iter() if _local(one.tag) == "cellXfs"), ())
        numbers = [int(one.get("numFmtId", 0)) for one in formats]
        return [look_of(number, codes.get(number, "")) for number in numbers]

    @cached_property
    def strings(self) -> Strings:
        """All distinct strings; rich text without its formats, phonetic hints left out."""
        found = Strings()
        path = next((name for name in self._zip.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
        if path is None:
            return found
        with self._zip.open(path) as stream:
            for text in found_in(stream, _StringParser()):
                found.add(text)
        return found

    def merged(self, path: str) -> dict[int, list[tuple[int, int]]]:
        """Cells that are merged downwards: first row → (column, last row) of each."""
        found: dict[int, list[tuple[int, int]]] = {}
        count, rest = 0, b""
        with self._zip.open(path) as stream:
            while chunk := stream.read(CHUNK):
                if b"mergeCell" in chunk or b"merge" in rest:
                    for match in _MERGED.finditer(rest + chunk):
                        count += 1
                        first, last = int(match[2]), int(match[4])
                        if last > first and count <= MOST_MERGED:
                            found.setdefault(first, []).append((column_index(match[1].decode()), last))
                    rest = (rest + chunk).rpartition(b">")[2][-200:]
                else:
                    rest = chunk[-200:]
        return found

    def open(self, path: str) -> IO[bytes]:
        """A part of the package as a stream."""
        return self._zip.open(path)

    def size(self, path: str) -> int:
        """The unpacked size of a part, in bytes."""
        return self._zip.getinfo(path).file_size


_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
READING = (
    Damaged, zipfile.BadZipFile, zlib.error, ElementTree.ParseError, expat.ExpatError, KeyError, EOFError,
    NotImplementedError, ValueError, OSError,
)  # fmt: skip


def damaged() -> Invalid:
    """The refusal of a file that is no workbook after all."""
    return refused(_("This file cannot be read as a workbook: it is damaged."), "file_damaged")


class Parser(Generic[T]):
    """Expat with what it has found so far in `ready`. Subclasses name what they do at each tag."""

    def __init__(self) -> None:
        self.ready: list[T] = []
        self.finished = False
        self.text: list[str] | None = None
        self.length = 0
        self.expat = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._data
        self.expat.StartDoctypeDeclHandler = self._refuse
        self.starts: dict[str, Callable[[dict[str, str]], None] | None] = {}
        self.ends: dict[str, Callable[[], None] | None] = {}
        self.at_start: dict[str, Callable[[dict[str, str]], None]] = {}
        self.at_end: dict[str, Callable[[], None]] = {}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        try:
            act = self.starts[name]
        except KeyError:
            # Prefixes are the writer's choice: row and x:row are one.
            act = self.starts[name] = self.at_start.get(name.rpartition(":")[2])
        if act is not None:
            act(attributes)

    def _end(self, name: str) -> None:
        try:
            act = self.ends[name]
        except KeyError:
            act = self.ends[name] = self.at_end.get(name.rpartition(":")[2])
        if act is not None:
            act()

    def _data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)
            self.length += len(data)
            if self.length > MOST_BETWEEN:
                raise too_much()

    def _refuse(self, *_arguments: object) -> None:
        raise Damaged("a document type")

    def begin_text(self, _attributes: dict[str, str]) -> None:
        """Collect what stands in the element that begins."""
        self.text = []

    def end_text(self) -> str:
        """What was collected."""
        found = "" if self.text is None else self.text[0] if len(self.text) == 1 else "".join(self.text)
        self.text, self.length = None, 0
        return found


def found_in(stream: IO[bytes], parser: Parser[T]) -> Iterator[T]:
    """What a parser finds, chunk by chunk; nothing is read beyond what it asks for."""
    since = 0
    while not parser.finished and (chunk := stream.read(CHUNK)):
        parser.expat.Parse(chunk, False)
        since = 0 if parser.ready else since + len(chunk)
        if since > MOST_BETWEEN:
            raise too_much()
        ready, parser.ready = parser.ready, []
        yield from ready


def too_much() -> Invalid:
    """The refusal of a file that would fill the memory."""
    return refused(_("This file unpacks to more than is taken here."), "file_unpacks")


class _StringParser(Parser[str]):
    """Strings of a workbook: each `si`, its `t` or those of its runs, phonetic hints left out (18.4.8)."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.phonetic = False
        self.at_start = {"t": self.begin_text, "rPh": self._hint}
        self.at_end = {"t": self._end_t, "si": self._end_item, "rPh": self._end_hint}

    def _hint(self, _attributes: dict[str, str]) -> None:
        self.phonetic = True

    def _end_hint(self) -> None:
        self.phonetic = False

    def _end_t(self) -> None:
        text = self.end_text()
        if not self.phonetic:
            self.pieces.append(text)

    def _end_item(self) -> None:
        self.ready.append(unescaped("".join(self.pieces)))
        self.pieces = []


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """What XML cannot hold is written as _x000D_ (22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


_LETTERS: dict[str, int] = {}


def column_index(letters: str) -> int:
    """A is 0, AA is 26."""
    found = _LETTERS.get(letters)
    if found is None:
        found = 0
        for letter in letters:
            found = found * 26 + ord(letter) - 64
        found -= 1
        if len(_LETTERS) < 20_000:
            _LETTERS[letters] = found
    return found
