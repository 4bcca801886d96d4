"""A shop with any number of parts, for benchmarks: names of real words, numbers, fitments, stock.

Every part has two other numbers, two fitments and a stock row. Names are a place, two words of what it
is, a make, a model, and in two of a hundred a code that no other has; frequent words are as frequent as
in a catalogue (one name in seven has "brake").

`write_catalogue` makes the same kind of shop as a file, as a shop would bring it from elsewhere.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from inventory.keys import keys_of
from shops.models import Make, Shop, VehicleModel

FIRST = (
    "brake oil air fuel cabin water timing wheel clutch engine gearbox door window head tail fog steering"
    " suspension shock ball tie control drive spark ignition starter alternator radiator thermostat exhaust"
    " catalytic turbo intake camshaft crankshaft piston valve cylinder rocker mirror bumper fender bonnet"
    " trunk wiper horn battery lambda knock throttle"
)
SECOND = (
    "pad disc filter pump belt bearing kit mount seal gasket lamp sensor hose arm joint rod shaft plug coil"
    " motor switch relay cap cover bracket bush spring link rack fan tank lock handle regulator glass"
    " moulding grille panel cable valve"
)
PLACES = "front rear left right upper lower inner outer"
MAKES = 40
BRANDS = 80

GROW = """
WITH drawn AS MATERIALIZED (
    SELECT n, 'brand' || floor(random() ^ 2 * %(brands)s) AS brand,
           1 + (hashint4(n::int) & 1048575) %% cardinality(%(names)s::text[]) AS k,
           concat_ws(' ', CASE WHEN random() < 0.9 THEN (%(places)s::text[])[1 + floor(random() * 8)] END,
                     (%(first)s::text[])[1 + floor(random() ^ 2 * 50)],
                     (%(second)s::text[])[1 + floor(random() ^ 2 * 40)],
                     CASE WHEN random() < 0.02 THEN 'k' || n END) AS kind
    FROM generate_series(%(begin)s, %(end)s) AS n
), given AS MATERIALIZED (
    SELECT n, gen_random_uuid() AS id, now() AS at, brand,
           kind || ' ' || (%(names)s::text[])[k] AS name,
           kind || ' ' || (%(words)s::text[])[k] || ' ' || brand AS words,
           (%(makes)s::bigint[])[k] AS make_id, (%(models)s::bigint[])[k] AS model_id,
           upper(substr(md5(n::text), 1, 5)) || '-' || n AS number
    FROM drawn
), part AS (
    INSERT INTO inventory_part (
        id, version, created_at, updated_at, shop_id, number, number_key, number_generated, name, name_key,
        words, description, brand, brand_key, part_type, origin, status, selling_price, cost_price,
        tax_class, warranty, min_level, reorder_point, reorder_quantity, is_universal)
    SELECT id, 1, at, at, %(shop)s, number, replace(number, '-', ''), false, name, replace(name, ' ', ''),
           words, '', brand, brand, 'aftermarket', '', 'active', 100, 60,
           'standard', '', 0, 0, 0, random() < 0.005
    FROM given
), stock AS (
    INSERT INTO inventory_stock (part_id, shop_id, on_hand, value, average_cost)
    SELECT id, %(shop)s, (n %% 5)::int, 0, 0 FROM given
), numbers AS (
    INSERT INTO inventory_partnumber (
        id, version, created_at, updated_at, shop_id, part_id, kind, number, key, brand)
    SELECT gen_random_uuid(), 1, at, at, %(shop)s, id, 'cross', 'X' || k || n, 'X' || k || n, ''
    FROM given, generate_series(1, 2) AS k
)
INSERT INTO inventory_fitment (
    id, version, created_at, updated_at, shop_id, part_id, make_id, model_id, year_from, year_to,
    engine, position, notes)
SELECT gen_random_uuid(), 1, at, at, %(shop)s, id, make_id, model_id, 2000 + n %% 10 + k, 2006 + n %% 10 + k,
       '', k::text, ''
FROM given, generate_series(1, 2) AS k
"""


def models() -> list[VehicleModel]:
    """The models that the parts are for: of the common makes, at most 500."""
    makes = Make.objects.order_by("-is_common", "pk")[:MAKES]
    rows = VehicleModel.objects.filter(make__in=[make.pk for make in makes]).select_related("make")
    return list(rows.order_by("pk")[:500])


def grow(shop: Shop, have: int, want: int) -> None:
    """Give a shop that has `have` parts the rest up to `want`."""
    rows = models()
    names = [f"{row.make.name} {row.name}" for row in rows]
    params: dict[str, Any] = {
        "shop": shop.pk, "places": PLACES.split(), "first": FIRST.split(), "second": SECOND.split(),
        "brands": BRANDS, "names": names, "words": [keys_of("", name, "")["words"] for name in names],
        "makes": [row.make_id for row in rows], "models": [row.pk for row in rows],
    }  # fmt: skip
    with connection.cursor() as cursor:
        for begin in range(have + 1, want + 1, 50_000):
            cursor.execute(GROW, {**params, "begin": begin, "end": min(begin + 49_999, want)})
        for table in ("part", "stock", "partnumber", "fitment", "word"):
            cursor.execute(f"VACUUM ANALYZE inventory_{table}")


def number_of(n: int) -> str:
    """The number of the n-th part, as somebody might type it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(substr(md5(%s::text), 1, 5)) || ' ' || %s", [n, n])
        return str(cursor.fetchone()[0])


def new_shop() -> Shop:
    """An empty shop; whatever shops there were are gone."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shops_shop CASCADE")
    return Shop.objects.create(
        name="Benchmark", phone="+201110000000", address="1 Example Street", latitude=30, longitude=31
    )


def vehicle_ids() -> list[tuple[int, int]]:
    """Make and model of each vehicle that parts fit."""
    return [(row.make_id, row.pk) for row in models()]


def shop_id(shop: Shop) -> UUID:
    """The key of a shop."""
    return shop.pk


# --- a shop's file ----------------------------------------------------------------------------------

CATALOGUE = 50_000
HEADERS = [
    "Part No", "Part name", "Brand", "Part type", "Category", "Price", "Cost", "Qty", "Bin", "Barcode",
    "OEM number", "Cross reference",
]  # fmt: skip
# Above the headers, as programs write it; it also says what the rows are.
TITLE = "Demo data: made-up parts for tests; not a real catalogue"


def catalogue(count: int = CATALOGUE) -> Iterator[list[str]]:
    """The rows of a shop's file with opening stock, always the same ones.

    Numbers and barcodes (EAN-13 of the range 29, which no product has) are all different. One part in
    ten has nothing on the shelf; costs are three quarters of the price.
    """
    chance = random.Random(2026)
    first, second, places = FIRST.split(), SECOND.split(), PLACES.split()
    for n in range(1, count + 1):
        group = chance.choice(first)
        price = chance.randrange(40, 9000) * 4
        yield [
            f"{chance.randrange(16**5):05X}-{n:06d}",
            f"{chance.choice(places)} {group} {chance.choice(second)}".capitalize(),
            f"Brand {chance.randrange(BRANDS):02d}",
            chance.choice(("genuine", "oes", "aftermarket", "aftermarket", "used")),
            group.capitalize(),
            f"{price / 4:.2f}",
            f"{price * 3 / 16:.2f}",
            str(chance.randrange(1, 40) if n % 10 else 0),
            f"{chr(65 + n % 20)}-{n % 50:02d}",
            ean13(2_900_000_000_000 // 10 + n),
            f"OE{n:07d}",
            f"X{n:07d}; Y{n:07d}" if n % 3 else "",
        ]


def ean13(digits: int) -> str:
    """Twelve digits with their check digit (GS1 General Specifications, 7.9)."""
    text = f"{digits:012d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(text))
    return f"{text}{-total % 10}"


def write_catalogue(path: Path, count: int = CATALOGUE) -> None:
    """The file as CSV: a title, an empty line, the headers, the rows."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerows([[TITLE], [], HEADERS])
        writer.writerows(catalogue(count))
