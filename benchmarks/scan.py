"""`scan`: from a code to its JSON through the API, by barcode and by number, beside bare SQL.

Ours is a POST to /inventory/barcode/scan by a cashier with a session: sign-in, role, what the code means,
price, stock, bins. The limit reads the same rows by one prepared statement and no question asked; Postgres
makes the JSON. Statements of a scan, and its p95 beside that of the limit, must not grow with the shop.

    manage.py bench scan [FEW [MANY]]      10,000 and 100,000 parts unless said
"""

import argparse
import random
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import _city, _parts
from benchmarks._beside import Taken, in_turns, judge, percentile, rates, ratio
from clutch.accounts.models import User
from inventory.barcodes import read_scan
from inventory.keys import part_key
from shops.enums import Role
from shops.models import Member, Shop

ROUNDS, FLAT = 300, 1.5
KINDS = ("barcode", "number")

CODES = """
INSERT INTO inventory_barcode (
    id, version, created_at, updated_at, shop_id, part_id, code, key, symbology, units)
SELECT gen_random_uuid(), 1, now(), now(), p.shop_id, p.id, 'LBL' || p.number_key, 'LBL' || p.number_key,
       'code128', 1
FROM inventory_part AS p WHERE p.shop_id = %s
  AND NOT EXISTS (SELECT FROM inventory_barcode AS b WHERE b.part_id = p.id)
"""
BARE = """
SELECT json_agg(json_build_object('partId', p.id, 'version', p.version, 'number', p.number, 'name', p.name,
    'brand', p.brand, 'partType', p.part_type, 'status', p.status, 'units', found.units,
    'unitPrice', p.selling_price, 'coreCharge', p.core_charge, 'taxClass', p.tax_class, 'onHand', s.on_hand,
    'held', (SELECT json_object_agg(kind, units) FROM (
        SELECT h.kind, sum(h.quantity) AS units FROM inventory_hold AS h
        WHERE h.part_id = p.id AND h.status = 'open' AND (h.expires_at IS NULL OR h.expires_at > now())
        GROUP BY h.kind) AS promised),
    'tiers', (SELECT json_agg(t) FROM inventory_pricetier AS t WHERE t.part_id = p.id),
    'bins', (SELECT json_agg(json_build_object('id', b.id, 'code', b.code, 'quantity', i.quantity))
             FROM inventory_binstock AS i JOIN inventory_bin AS b ON b.id = i.bin_id
             WHERE i.part_id = p.id AND i.quantity <> 0),
    'supersededBy', r.number))
FROM ({found}) AS found JOIN inventory_part AS p ON p.id = found.part_id
JOIN inventory_stock AS s ON s.part_id = p.id LEFT JOIN inventory_part AS r ON r.id = p.superseded_by_id
"""
FOUND = {
    "barcode": """SELECT part_id, units FROM inventory_barcode
        WHERE shop_id = %(shop)s AND key = ANY(%(keys)s)""",
    "number": """SELECT id AS part_id, 1 AS units FROM inventory_part
        WHERE shop_id = %(shop)s AND number_key = %(key)s
        UNION SELECT part_id, 1 FROM inventory_partnumber WHERE shop_id = %(shop)s AND key = %(key)s""",
}
Scan = Callable[[int], Any]


def _codes(parts: int) -> dict[str, list[str]]:
    """What is scanned, each round another."""
    chance = random.Random(1)
    numbers = [_parts.number_of(chance.randint(1, parts)) for _ in range(200)]
    return {"barcode": [f"LBL{part_key(number)}" for number in numbers], "number": numbers}


def _ours(client: Client, codes: Sequence[str]) -> Scan:
    def scan(n: int) -> Any:
        body = {"code": codes[n % len(codes)]}
        response = client.post("/api/v1/inventory/barcode/scan", body, content_type="application/json")
        found = response.json()
        assert len(found["candidates"]) == 1, found
        return found

    return scan


def _bare(shop: Shop, kind: str, codes: Sequence[str]) -> Scan:
    connection.ensure_connection()
    driver: psycopg.Connection = connection.connection
    statement = BARE.format(found=FOUND[kind])

    def scan(n: int) -> Any:
        code = codes[n % len(codes)]
        params = {"shop": shop.pk, "keys": list(read_scan(code).keys), "key": part_key(code)}
        with psycopg.Cursor(driver) as cursor:
            found = cursor.execute(statement, params, prepare=True).fetchall()
        assert len(found[0][0]) == 1, found
        return found

    return scan


def _measured(shop: Shop, client: Client, parts: int) -> dict[str, tuple[Taken, Taken, int]]:
    """Ours, bare, and how many statements ours takes, for each kind."""
    found = {}
    server = connection.connection.info.backend_pid
    for kind, codes in _codes(parts).items():
        ours = _ours(client, codes)
        taken = in_turns({"ours": ours, "bare": _bare(shop, kind, codes)}, rounds=ROUNDS, server=server)
        with CaptureQueriesContext(connection) as captured:
            ours(0)
        found[kind] = (taken["ours"], taken["bare"], len(captured))
        line = rates(
            f"{kind} among {parts:,}", taken["ours"].clock, taken["bare"].clock, limit_name="bare SQL"
        )
        judge(f"{line}; {len(captured)} statements", ratio(taken["ours"].processor, taken["bare"].processor))
    return found


def main() -> int:
    """Print a line for each kind and number of parts; 1 where statements or p95 grow with the shop."""
    parser = argparse.ArgumentParser(prog="bench scan")
    parser.add_argument("few", type=int, nargs="?", default=10_000)
    parser.add_argument("many", type=int, nargs="?", default=100_000)
    options = parser.parse_args()
    _city.empty()
    shop = _parts.new_shop()
    Shop.objects.update(status="active")
    user = User.objects.create_user(email="benchmark.cashier@demo.invalid", name="Benchmark cashier")
    Member.objects.create(shop=shop, user=user, role=Role.CASHIER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    measured, have = [], 0
    for parts in (options.few, options.many):
        _parts.grow(shop, have, parts)
        have = parts
        with connection.cursor() as cursor:
            cursor.execute(CODES, [shop.pk])
            cursor.execute("VACUUM ANALYZE inventory_barcode")
        measured.append(_measured(shop, client, parts))
    within = []
    for kind in KINDS:
        (few, few_bare, before), (many, many_bare, after) = measured[0][kind], measured[1][kind]
        ours = percentile(many.processor, 0.95) / percentile(few.processor, 0.95)
        bare = percentile(many_bare.processor, 0.95) / percentile(few_bare.processor, 0.95)
        line = (
            f"p95 by {kind}: {ours:.2f} times from {options.few:,} to {options.many:,}; bare SQL {bare:.2f}"
        )
        within.append(judge(f"{line}; beyond it", ours / bare, at_most=FLAT))
        if after > before:
            print(
                f"{kind}: {before} statements among {options.few:,}, {after} among {options.many:,}: TOO MANY"
            )
        within.append(after <= before)
    _city.empty()
    return 0 if all(within) else 1
