"""`search`: parts of one shop by number, cross-reference, typo and fitment, beside bare SQL.

Ours is `inventory.search.search`: a text read as a number in any form, as the beginning of one and as
words with typos, ranked, as Python objects. The limit is the least that answers the same task over the
same indexes: one statement (two for a typo: the words that may be meant, the parts that have them),
prepared, through the driver. Both go to the same server process, so that a busy machine treats them alike.

Ours may take twice as long, for each kind and number of parts; and its p95 may grow from the least to
the most parts by half more than that of bare SQL. Judged is processor time, ours and the server's: on an
idle machine the clock says the same, on a busy one it says little.

    manage.py bench search [PARTS…]      10,000 100,000 1,000,000 unless said
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection

from benchmarks import _parts
from benchmarks._beside import Taken, in_turns, judge, percentile, rates, ratio
from inventory.barcodes import barcode_key
from inventory.keys import part_key, words_of
from inventory.search import Filters, Vehicle, search
from shops.models import Shop

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, WANTED = 600, 20
AT_MOST, FLAT = 2.0, 1.5
KINDS = ("number", "cross-reference", "typo", "fitment")

NUMBER = """
(SELECT id, 0 AS rank, number FROM inventory_part
 WHERE shop_id = %(shop)s AND number_key = %(key)s LIMIT 21)
UNION ALL
(SELECT part_id, 1, number FROM inventory_partnumber WHERE shop_id = %(shop)s AND key = %(key)s LIMIT 21)
UNION ALL
(SELECT part_id, 2, code FROM inventory_barcode WHERE shop_id = %(shop)s AND key = %(code)s LIMIT 21)
UNION ALL
(SELECT id, 4, number FROM inventory_part
 WHERE shop_id = %(shop)s AND number_key > %(key)s AND number_key < %(end)s ORDER BY number_key, id LIMIT 21)
UNION ALL
(SELECT part_id, 4, number FROM inventory_partnumber
 WHERE shop_id = %(shop)s AND key > %(key)s AND key < %(end)s ORDER BY key, id LIMIT 21)
"""
# Each word as it stands in the shop, or else the eight most like it, as keys of the index on words.
WORDS = """
SELECT n, array_agg(hashtextextended(word, uuid_hash_extended(%(shop)s::uuid, 0)) & -32) FROM (
    SELECT a.n, near.word FROM unnest(%(words)s::text[]) WITH ORDINALITY AS a(word, n) CROSS JOIN LATERAL (
        SELECT w.word FROM inventory_word AS w WHERE w.shop_id = %(shop)s AND w.word %% a.word
        ORDER BY w.word <> a.word, similarity(w.word, a.word) DESC LIMIT 8) AS near
) AS meant GROUP BY n
"""
NAMED = """
SELECT id, name FROM (
    SELECT found.id, found.name, found.words
    FROM generate_series(0, 31) AS bucket CROSS JOIN LATERAL (
        SELECT p.id, p.name, p.words FROM inventory_part AS p
        WHERE {keys} AND (p.shop_id = %(shop)s) IS TRUE OFFSET 0
    ) AS found LIMIT 200
) AS candidate ORDER BY similarity(words, %(text)s) DESC, name, id LIMIT 21
"""
KEY = (
    "inventory_word_keys(p.shop_id, p.id, p.words, p.brand_key, p.category_id, p.is_universal)"
    " && (SELECT array_agg(k + bucket) FROM unnest(%(k{n})s::bigint[]) AS k)"
)
FITTING = """
SELECT part_id FROM (
    (SELECT DISTINCT f.part_id FROM inventory_fitment AS f
     WHERE f.shop_id = %(shop)s AND f.make_id = %(make)s AND f.model_id = %(model)s
     ORDER BY f.part_id LIMIT 21)
    UNION
    (SELECT DISTINCT f.part_id FROM inventory_fitment AS f
     WHERE f.shop_id = %(shop)s AND f.make_id = %(make)s AND f.model_id IS NULL ORDER BY f.part_id LIMIT 21)
    UNION
    (SELECT p.id FROM inventory_part AS p
     WHERE p.shop_id = %(shop)s AND p.is_universal ORDER BY p.id LIMIT 21)
) AS fitting ORDER BY part_id LIMIT 21
"""
Search = Callable[[int], Sequence[Any]]


class Task:
    """What is looked for in a shop of so many parts, each round something else."""

    def __init__(self, shop: Shop, parts: int) -> None:
        self.shop = shop.pk
        chance = random.Random(1)
        wanted = [chance.randint(1, parts) for _ in range(200)]
        self.numbers = [_parts.number_of(n) for n in wanted]
        self.crosses = [f"x{1 + n % 2} {n}" for n in wanted]
        self.typos = [
            f"{_slipped(_common(_parts.FIRST, chance), chance)} {_common(_parts.SECOND, chance)}"
            for _ in wanted
        ]
        self.vehicles = _parts.vehicle_ids()
        chance.shuffle(self.vehicles)

    def ours(self) -> dict[str, Search]:
        """Each kind through the search of the shop."""

        def by_text(texts: Sequence[str]) -> Search:
            return lambda n: search(self.shop, texts[n % len(texts)], limit=WANTED).hits

        def fitting(n: int) -> Sequence[Any]:
            make, model = self.vehicles[n % len(self.vehicles)]
            return search(self.shop, filters=Filters(vehicle=Vehicle(make, model)), limit=WANTED).hits

        ways = map(by_text, (self.numbers, self.crosses, self.typos))
        return dict(zip(KINDS, [*ways, fitting], strict=True))

    def bare(self) -> dict[str, Search]:
        """The same by the least statements, through the driver's own connection below Django's."""
        connection.ensure_connection()
        driver: psycopg.Connection = connection.connection

        def run(statement: str, params: dict[str, Any]) -> list[Any]:
            with psycopg.Cursor(driver) as cursor:
                return cursor.execute(statement, {"shop": self.shop, **params}, prepare=True).fetchall()

        def by_number(texts: Sequence[str]) -> Search:
            def look(n: int) -> list[Any]:
                text = texts[n % len(texts)]
                key = part_key(text)
                return run(NUMBER, {"key": key, "code": barcode_key(text), "end": key + chr(0x10FFFF)})

            return look

        def typo(n: int) -> list[Any]:
            text = self.typos[n % len(self.typos)]
            meant = [keys for _n, keys in run(WORDS, {"words": words_of(text)})]
            keys = " AND ".join(KEY.format(n=m) for m in range(len(meant)))
            params = {f"k{m}": each for m, each in enumerate(meant)}
            return run(NAMED.format(keys=keys), {"text": text, **params})

        def fitting(n: int) -> list[Any]:
            make, model = self.vehicles[n % len(self.vehicles)]
            return run(FITTING, {"make": make, "model": model})

        ways = [by_number(self.numbers), by_number(self.crosses), typo, fitting]
        return dict(zip(KINDS, ways, strict=True))


def _common(words: str, chance: random.Random) -> str:
    """One of the words, as often as parts are called so."""
    return words.split()[int(chance.random() ** 2 * len(words.split()))]


def _slipped(word: str, chance: random.Random) -> str:
    """The word with two letters swapped."""
    at = chance.randrange(1, len(word) - 1) if len(word) > 2 else 0
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _whole(task: Task) -> None:
    """Both sides must do the task; of what was slipped little may be beyond telling."""
    ours, bare = task.ours(), task.bare()
    for kind in KINDS:
        empty = sum(not ways[kind](n) for ways in (ours, bare) for n in range(100))
        if empty > (20 if kind == "typo" else 0):
            raise SystemExit(
                f"{empty} of 200 searches by {kind} found nothing: the figures would say nothing."
            )


def _measured(task: Task, server: int) -> dict[str, tuple[Taken, Taken]]:
    """Ours and bare for each kind."""
    found = {}
    ours, bare = task.ours(), task.bare()
    for kind in KINDS:
        taken = in_turns({"ours": ours[kind], "bare": bare[kind]}, rounds=ROUNDS, server=server)
        found[kind] = (taken["ours"], taken["bare"])
    return found


def _p95(taken: Taken) -> float:
    return percentile(taken.processor, 0.95)


def main() -> int:
    """Print a line for each kind and number of parts, and how flat each stays; 1 where a limit is passed."""
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:]] or list(SIZES)
    shop, have, within = _parts.new_shop(), 0, []
    connection.ensure_connection()
    server = connection.connection.info.backend_pid
    worst: list[dict[str, tuple[float, float]]] = []
    for size in sizes:
        began = time.monotonic()
        _parts.grow(shop, have, size)
        have = size
        print(f"{size:,} parts made in {time.monotonic() - began:.0f} s", flush=True)
        task = Task(shop, size)
        _whole(task)
        taken = _measured(task, server)
        for kind, (ours, bare) in taken.items():
            line = rates(f"by {kind} among {size:,}", ours.clock, bare.clock, limit_name="bare SQL")
            within.append(judge(line, ratio(ours.processor, bare.processor), at_most=AT_MOST))
        worst.append({kind: (_p95(ours), _p95(bare)) for kind, (ours, bare) in taken.items()})
    for kind in KINDS:
        (few, few_bare), (many, many_bare) = worst[0][kind], worst[-1][kind]
        line = (
            f"p95 by {kind}: {few * 1e3:.2f} ms among {sizes[0]:,}, {many * 1e3:.2f} ms among {sizes[-1]:,}"
            f" ({many / few:.2f} times; bare SQL {many_bare / few_bare:.2f}); beyond it"
        )
        within.append(judge(line, (many / few) / (many_bare / few_bare), at_most=FLAT))
    _parts.new_shop().delete()
    return 0 if all(within) else 1
