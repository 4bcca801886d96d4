"""`import`: a price list of 1,000,000 rows as CSV and of 200,000 as XLSX, beside bare COPY + upsert.

Ours is the whole way of a shop's file: read, every cell checked, what all rows together show, parts
made or changed with what was there before kept for the undo, and their stock rows. The limit takes
values that need no check from a file that needs no mapping, copies them into a temporary table, and
upserts parts and stock in one statement each; a workbook it reads through calamine, as it comes.

Each file is imported twice: into an empty shop, and with other prices over what is there. Ours must
reach half the speed of the limit in all four, and its memory must not grow with the file.

    manage.py bench import [ROWS [XLSX_ROWS]]
"""

import argparse
import csv
import io
import os
import random
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

import psutil
import psycopg
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from python_calamine import CalamineWorkbook

from clutch.accounts.models import User
from clutch.feed.actor import Actor
from inventory import tasks
from inventory.actions import importing
from inventory.importing import staging
from inventory.keys import keys_of
from inventory.models import PartImport
from shops.models import Member, Shop

SLOWEST = 2.0
# Of memory, between a tenth of the rows and all of them.
MOST_GROWTH_MB = 64
HEADERS = ["Part No", "Part name", "Brand", "Price", "Cost"]
KINDS = [
    "Front brake pads",
    "Oil filter",
    "Air filter",
    "Spark plug",
    "Water pump",
    "Timing belt",
    "Wheel bearing",
]
BRANDS = ["Bosch", "TRW", "Hankook Frixa", "Mann", "NGK", "SKF", "Valeo", "Denso"]

STAGE = """
CREATE TEMPORARY TABLE bare (number text, name text, brand text, price numeric, cost numeric,
    number_key text, name_key text, brand_key text, words text)
"""
UPSERT = """
WITH given AS (
    INSERT INTO inventory_part ({columns}) SELECT {values} FROM bare
    ON CONFLICT (shop_id, number_key, brand_key, part_type) DO UPDATE SET
        name = excluded.name, name_key = excluded.name_key, words = excluded.words,
        selling_price = excluded.selling_price, cost_price = excluded.cost_price
    RETURNING id, shop_id
)
INSERT INTO inventory_stock (part_id, shop_id, on_hand, value, average_cost)
SELECT id, shop_id, 0, 0, 0 FROM given ON CONFLICT (part_id) DO NOTHING
"""


def rows(count: int, price: int) -> Iterator[list[str]]:
    """The rows of a price list, always the same but for the prices."""
    chance = random.Random(7)
    for n in range(count):
        name = f"{chance.choice(KINDS)} {n % 4999}"
        cost = price + n % 900
        yield [
            f"{chance.randrange(10**5):05d}-{n:07d}",
            name,
            chance.choice(BRANDS),
            f"{cost * 1.3:.2f}",
            f"{cost}",
        ]


def write_csv(path: Path, count: int, price: int) -> None:
    """The file as a shop has it."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(rows(count, price))


def write_bare(path: Path, count: int, price: int) -> None:
    """The same with the forms in which parts are compared, for COPY as it stands."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        for row in rows(count, price):
            writer.writerow([*row, *keys_of(row[0], row[1], row[2]).values()])


def write_xlsx(path: Path, count: int, price: int) -> None:
    """A workbook as spreadsheets write it: shared strings, prices as numbers."""
    strings: dict[str, int] = {}

    def text(value: str) -> str:
        return f'<c t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'

    def row(cells: list[str], numbers: int) -> str:
        edge = len(cells) - numbers
        return "".join(
            ["<row>", *map(text, cells[:edge]), *(f"<c><v>{cell}</v></c>" for cell in cells[edge:]), "</row>"]
        )

    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"<worksheet {main}><sheetData>{row(HEADERS, 0)}".encode())
            for cells in rows(count, price):
                sheet.write(row(cells, 2).encode())
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w") as shared:
            shared.write(f"<sst {main}>".encode())
            for value in strings:
                shared.write(f"<si><t>{escape(value)}</t></si>".encode())
            shared.write(b"</sst>")
        book.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="Prices" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        relations = "http://schemas.openxmlformats.org/package/2006/relationships"
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
        )
        types = "http://schemas.openxmlformats.org/package/2006/content-types"
        book.writestr("[Content_Types].xml", f'<Types xmlns="{types}"/>')
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )


def new_shop() -> tuple[Shop, Actor]:
    """An empty shop and its owner."""
    name = f"bench {time.time_ns()}"
    user = User.objects.create(email=f"{time.time_ns()}@example.org", name=name)
    shop = Shop.objects.create(name=name, phone="", address="", latitude=30, longitude=31, status="active")
    Member.objects.create(shop=shop, user=user, role="owner")
    return shop, Actor.user(user, "portal", shop_id=shop.pk)


def ours(path: Path, shop: Shop, actor: Actor) -> float:
    """Seconds from the uploaded file to the last part."""
    file = SimpleUploadedFile(path.name, b"")
    begin = time.perf_counter()
    with path.open("rb") as content:
        file.file, file.size = content, path.stat().st_size
        source = importing.upload_import(shop.pk, kind="price_list", file=file, actor=actor)
    importing.map_import(
        source.pk, shop_id=shop.pk, mapping=source.mapping, options=importing.Options(), actor=actor
    )
    while PartImport.objects.get(pk=source.pk).status == "checking":
        # A run of the job stops after a minute and leaves the rest to the next.
        tasks.check_import(str(source.pk))
    importing.run_import(source.pk, shop_id=shop.pk, actor=actor)
    while PartImport.objects.get(pk=source.pk).status == "running":
        tasks.run_import(str(source.pk))
    seconds = time.perf_counter() - begin
    source.refresh_from_db()
    assert source.status == "done", source.failure
    assert not source.rows_bad
    staging.clear(source.pk)
    return seconds


def bare(fill: Callable[[psycopg.Cursor], None], shop: Shop) -> float:
    """Seconds of COPY and upsert through the driver."""
    at = settings.DATABASES["default"]
    given = {
        "id": "gen_random_uuid()", "version": "1", "created_at": "now()", "updated_at": "now()",
        "shop_id": f"'{shop.pk}'::uuid", "number": "number", "name": "name", "brand": "brand",
        "selling_price": "price", "cost_price": "cost", "part_type": "'aftermarket'", "status": "'active'",
        "tax_class": "'standard'", "number_key": "number_key", "name_key": "name_key",
        "brand_key": "brand_key", "words": "words",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'inventory_part' AND is_nullable = 'NO' AND column_default IS NULL"
        )
        for name, kind in cursor.fetchall():
            given.setdefault(name, {"boolean": "false", "integer": "0"}.get(kind, "''"))
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"] or None, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
    ) as other, other.cursor() as cursor:  # fmt: skip
        begin = time.perf_counter()
        cursor.execute(STAGE)
        fill(cursor)
        cursor.execute(UPSERT.format(columns=", ".join(given), values=", ".join(given.values())))
        other.commit()
        return time.perf_counter() - begin


def copy_csv(path: Path, cursor: psycopg.Cursor) -> None:
    """The file as it stands."""
    with cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy, path.open("rb") as file:
        while chunk := file.read(1 << 20):
            copy.write(chunk)


def copy_xlsx(path: Path, keys: Path, cursor: psycopg.Cursor) -> None:
    """The rows of a workbook through calamine; the compared forms beside them cost nothing."""
    book = CalamineWorkbook.from_path(str(path))
    with cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy, keys.open() as beside:
        cells = book.get_sheet_by_index(0).iter_rows()
        next(cells)
        out = io.StringIO()
        for row, known in zip(cells, csv.reader(beside), strict=True):
            csv.writer(out).writerow([*row, *known[5:]])
            if out.tell() > 1 << 20:
                copy.write(out.getvalue())
                out = io.StringIO()
        copy.write(out.getvalue())


class Memory(threading.Thread):
    """The most memory that this process has held while it ran, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.most = 0.0

    def __enter__(self) -> "Memory":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        """Look twenty times a second."""
        process = psutil.Process()
        while not self.over.wait(0.05):
            self.most = max(self.most, process.memory_info().rss / 2**20)


def measured(folder: Path, kind: str, count: int) -> tuple[list[float], float]:
    """Ratios of ours to the limit, new and again, and the most memory that ours held."""
    shop, actor = new_shop()
    other, _actor = new_shop()
    ratios: list[float] = []
    with Memory() as memory:
        for step, price in (("new", 100), ("again", 101)):
            path, keys = folder / f"{kind}-{count}.{kind}", folder / f"{kind}-{count}.keys"
            (write_csv if kind == "csv" else write_xlsx)(path, count, price)
            write_bare(keys, count, price)
            memory.most = 0
            seconds = ours(path, shop, actor)
            held = memory.most
            fill = partial(copy_csv, keys) if kind == "csv" else partial(copy_xlsx, path, keys)
            limit = bare(fill, other)
            ratios.append(seconds / limit)
            print(
                f"{kind} {count:,} rows, {step}: {count / seconds:,.0f}/s; bare COPY + upsert: "
                f"{count / limit:,.0f}/s; ratio {ratios[-1]:.2f}; memory {held:.0f} MB",
                flush=True,
            )
            _settle()
    return ratios, held


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE inventory_part, inventory_stock, inventory_importrow")


def main() -> int:
    """Print a line per import and say whether the limits hold."""
    parser = argparse.ArgumentParser(prog="bench import")
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("xlsx_rows", type=int, nargs="?", default=200_000)
    options = parser.parse_args()
    settings.UPLOAD_MAX_BYTES = 1 << 30
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        settings.PRIVATE_ROOT = Path(folder) / "private"
        os.makedirs(settings.PRIVATE_ROOT)
        for kind, count in (("csv", options.rows), ("xlsx", options.xlsx_rows)):
            if not count:
                continue
            _ratios, little = measured(Path(folder), kind, max(count // 10, 1))
            ratios, most = measured(Path(folder), kind, count)
            growth = most - little
            print(f"{kind}: memory grows by {growth:.0f} MB from a tenth of the rows to all", flush=True)
            wrong = wrong or max(ratios) > SLOWEST or growth > MOST_GROWTH_MB
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shops_shop CASCADE")
    print("slower than half the limit, or memory grows" if wrong else "within the limits")
    return int(wrong)
