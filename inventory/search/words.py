"""Parts by the words of their names and brands, forgiving how they are typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from inventory.keys import words_of
from inventory.search.filters import Conditions, Vehicle, details_condition, vehicle_params, with_vehicle

# Beyond these a person adds a word rather than reads on.
MOST_CANDIDATES = 200
MOST_ASKED = 10
MOST_VARIANTS = 8
# So alike that the number of wrong letters does not matter (pg_trgm).
ALIKE = 0.5
BUCKETS = 32
SHORT = 4
LATIN = "abcdefghijklmnopqrstuvwxyz"
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويء"

LIKE = "SELECT n, word, how, likeness, key FROM inventory_words_like(%s, %s::text[], %s::text[], %s)"
# Bucket after bucket of the index (migration 0008), until there are enough. The shop is in the keys;
# it is compared once more in a form that no other index answers, or the planner might walk the shop.
NAMED = """
SELECT found.id, found.name, found.words
FROM generate_series(0, {last}) AS bucket CROSS JOIN LATERAL (
    SELECT p.id, p.name, p.words FROM inventory_part p
    WHERE {keys} AND (p.shop_id = %(shop)s) IS TRUE{conditions} OFFSET 0
) AS found LIMIT %(most)s
"""
KEYS = "inventory_word_keys(p.shop_id, p.id, p.words, p.brand_key, p.category_id, p.is_universal)"
FACET = "(hashtextextended(%({name})s, uuid_hash_extended(%(shop)s, 0)) & -32)"
# What fits a model is far less than what has a word: from the vehicle to its parts.
FITTING = """
SELECT p.id, p.name, p.words FROM (
    SELECT f.part_id FROM inventory_fitment f
    WHERE f.shop_id = %(shop)s AND f.make_id = %(make)s AND f.model_id = %(model)s{details}
    UNION
    SELECT f.part_id FROM inventory_fitment f
    WHERE f.shop_id = %(shop)s AND f.make_id = %(make)s AND f.model_id IS NULL{details}
) AS fitting JOIN inventory_part p ON p.id = fitting.part_id
WHERE {words}{conditions} ORDER BY p.id LIMIT %(most)s
"""


# id, name, words
Candidate = tuple[UUID, str, str]


@dataclass(frozen=True)
class Variant:
    """A word of the shop that may have been meant; `cost` is 0 for the word itself."""

    word: str
    cost: int
    key: int


@dataclass(frozen=True)
class Named:
    """A part that has the words; `cost` says how far they are from what was typed."""

    part_id: UUID
    name: str
    cost: int


def by_words(shop_id: UUID, text: str, narrowed: Conditions, vehicle: Vehicle | None = None) -> list[Named]:
    """The parts that have every word of a text, or one like it; the closest first, then by name.

    A last word that is still being typed may be the beginning of one. Words that the shop does not
    know are left aside as long as it knows half of them. `narrowed` leaves the `vehicle` out: a
    model is looked up from its own side. Two statements, three with a model.
    """
    asked = words_of(text)[:MOST_ASKED]
    if not asked:
        return []
    known = [found for found in _variants(shop_id, asked, not text[-1:].isspace()) if found]
    if 2 * len(known) < len(asked):
        return []
    if vehicle is None or vehicle.model_id is None:
        rows = _named(shop_id, known, with_vehicle(narrowed, vehicle))
    else:
        universal = replace(narrowed, facets=[*narrowed.facets, ["is universal"]])
        rows = [*_fitting(shop_id, vehicle, known, narrowed), *_named(shop_id, known, universal)]
    found = [Named(part_id, name, _cost(words, known)) for part_id, name, words in rows]
    return sorted(found, key=lambda row: (row.cost, row.name, row.part_id))


def _variants(shop_id: UUID, asked: Sequence[str], unfinished: bool) -> list[list[Variant]]:
    found: list[list[Variant]] = [[] for _ in asked]
    with connection.cursor() as cursor:
        cursor.execute(LIKE, [shop_id, list(asked), [" ".join(near(word)) for word in asked], unfinished])
        for n, word, how, likeness, key in cursor.fetchall():
            cost = how if how < 2 else 1 + distance(asked[n - 1], word)
            if how < 2 or likeness >= ALIKE or cost <= 2 + (len(asked[n - 1]) > 5):
                found[n - 1].append(Variant(word, cost, key))
    return [_closest(variants) for variants in found]


def _closest(variants: Sequence[Variant]) -> list[Variant]:
    return sorted(set(variants), key=lambda variant: (variant.cost, variant.word))[:MOST_VARIANTS]


def _named(shop_id: UUID, known: Sequence[Sequence[Variant]], narrowed: Conditions) -> list[Candidate]:
    """Candidates in no order of their own, but always the same."""
    groups = [[str(variant.key) for variant in variants] for variants in known]
    params: dict[str, Any] = {"shop": shop_id, "most": MOST_CANDIDATES, **narrowed.params}
    for n, facet in enumerate(narrowed.facets):
        names = {f"facet_{n}_{m}": value for m, value in enumerate(facet)}
        params |= names
        groups.append([FACET.format(name=name) for name in names])
    if not all(groups):
        return []
    statement = NAMED.format(last=BUCKETS - 1, keys=_keys(groups), conditions=narrowed.sql)
    return _rows(statement, params)


def _keys(groups: Sequence[Sequence[str]]) -> str:
    """One key of each group; the keys are numbers that the database gave, or expressions of it."""
    sure = [group[0] for group in groups if len(group) == 1]
    arrays = [("@>", sure)] if sure else []
    arrays += [("&&", list(group)) for group in groups if len(group) > 1]
    return " AND ".join(
        f"{KEYS} {operator} ARRAY[{', '.join(f'{key} + bucket' for key in keys)}]::bigint[]"
        for operator, keys in arrays
    )


def _fitting(
    shop_id: UUID, vehicle: Vehicle, known: Sequence[Sequence[Variant]], narrowed: Conditions
) -> list[Candidate]:
    """Of what fits a vehicle by its own fitments, what has the words."""
    words = {f"words_{n}": [variant.word for variant in variants] for n, variants in enumerate(known)}
    statement = FITTING.format(
        details="".join(f" AND {condition}" for condition in details_condition(vehicle)),
        words=" AND ".join(f"string_to_array(p.words, ' ') && %({name})s::text[]" for name in words),
        conditions=narrowed.sql,
    )
    params = {"shop": shop_id, "most": MOST_CANDIDATES, **narrowed.params, **vehicle_params(vehicle), **words}
    return _rows(statement, params)


def _rows(statement: str, params: dict[str, Any]) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _cost(words: str, known: Sequence[Sequence[Variant]]) -> int:
    held = set(words.split(" "))
    return sum(next((v.cost for v in variants if v.word in held), 9) for variants in known)


def near(word: str) -> list[str]:
    """The words that one slip turns into this one, as far as trigrams would miss them.

    Two letters swapped; in a short word also one too many, one missing, or another one.
    """
    pairs = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    found = [a + b[1] + b[0] + b[2:] for a, b in pairs if len(b) > 1]
    if len(word) <= SHORT:
        letters = ARABIC if "\u0600" <= word[:1] <= "\u06ff" else LATIN
        found += [a + b[1:] for a, b in pairs if b and len(word) > 2]
        found += [a + letter + b[1:] for a, b in pairs if b for letter in letters]
        found += [a + letter + b for a, b in pairs for letter in letters]
    return found


def distance(one: str, other: str) -> int:
    """How many letters to add, drop, change, or swap with their neighbour, from one word to the other.

    Optimal string alignment: a pair that was swapped is not edited again.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
