"""Search: exact numbers first, then beginnings, then words with typos; filters, pages, shops apart."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clutch.core.errors import Invalid
from inventory.barcodes import barcode_key
from inventory.enums import PartStatus
from inventory.keys import keys_of, words_of
from inventory.models import Barcode, Fitment, Part, PartNumber, Stock, Word
from inventory.search import Filters, Page, Vehicle, search
from inventory.search.words import distance
from inventory.tests.factories import (
    BinFactory,
    CategoryFactory,
    PartFactory,
    PartNumberFactory,
    received,
)
from shops.models import Shop
from shops.tests.factories import MakeFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


def part(shop: Shop, number: str = "", **kwargs: Any) -> Part:
    return PartFactory(shop=shop, **({"number": number} if number else {}), **kwargs)


def found(page: Page) -> list[tuple[Any, str]]:
    return [(hit.part_id, str(hit.matched_by)) for hit in page.hits]


def names(page: Page) -> list[str]:
    known = {row.pk: row.name for row in Part.objects.all()}
    return [known[hit.part_id] for hit in page.hits]


@pytest.mark.parametrize(
    "text", ["58101-1RA00", "581011ra00", " 58101 1RA00 ", "58101.1.RA-00", "٥٨١٠١-1RA00"]
)
def test_number_is_found_in_any_form(shop: Shop, text: str) -> None:
    wanted = part(shop, "58101-1RA00")
    part(shop, "58101-1RA01", name="58101-1RA00 lookalike")
    part(ShopFactory(), "58101-1RA00")
    assert found(search(shop.pk, text)) == [(wanted.pk, "number")]
    assert search(shop.pk, text).hits[0].matched == "58101-1RA00"


def test_order_is_own_number_other_number_barcode_replacement_beginning(shop: Shop) -> None:
    newest = part(shop, "NEW-2")
    newer = part(shop, "NEW-1", superseded_by=newest)
    own, cross, coded = part(shop, "1234", superseded_by=newer), part(shop, "B"), part(shop, "C")
    PartNumberFactory(part=cross, number="12-34")
    Barcode.objects.create(shop=shop, part=coded, code="1234", key=barcode_key("1234"))
    longer, longest = part(shop, "1234-5"), part(shop, "D")
    PartNumberFactory(part=longest, number="1234-56")
    page = search(shop.pk, "1234")
    assert found(page) == [
        (own.pk, "number"), (cross.pk, "cross"), (coded.pk, "barcode"), (newer.pk, "supersession"),
        (newest.pk, "supersession"), (longer.pk, "prefix"), (longest.pk, "prefix"),
    ]  # fmt: skip
    assert [hit.replaces for hit in page.hits[3:5]] == [own.pk, newer.pk]
    assert page.hits[-1].matched == "1234-56"


def test_replacement_is_found_where_the_old_part_is_filtered_out(shop: Shop) -> None:
    new = part(shop, "NEW")
    part(shop, "OLD 1", superseded_by=new, status="discontinued")
    assert found(search(shop.pk, "old-1", filters=Filters(statuses=["active"]))) == [(new.pk, "supersession")]


def test_function_without_filters_answers_as_the_statement_with_them(shop: Shop) -> None:
    """The search for a number is written twice: kept plans for the common way, conditions for the other."""
    one, other = part(shop, "1234"), part(shop, "B", status="inactive")
    PartNumberFactory(part=other, number="1234")
    PartNumberFactory(part=one, number="1234-9")
    Barcode.objects.create(shop=shop, part=part(shop, "C"), code="1234", key=barcode_key("1234"))
    for n in range(3):
        part(shop, f"1234-{n}")
    for limit in (2, 20):
        bare = search(shop.pk, "1234", limit=limit)
        assert bare == search(shop.pk, "1234", limit=limit, filters=Filters(statuses=list(PartStatus.values)))
        assert len(bare.hits) == min(limit, 6)


def test_part_is_found_once_by_the_best_that_leads_to_it(shop: Shop) -> None:
    one = part(shop, "5W30", name="Engine oil 5W30")
    PartNumberFactory(part=one, number="5W-30")
    PartNumberFactory(part=one, number="5W-30-4L")
    assert found(search(shop.pk, "5w30")) == [(one.pk, "number")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brake pads", {"Front brake pads", "Rear brake pad"}),
        ("pads, BRAKE front", {"Front brake pads"}),
        ("brke pad", {"Front brake pads", "Rear brake pad"}),
        ("pda braek", {"Front brake pads", "Rear brake pad"}),
        ("pds rer", {"Rear brake pad"}),
        ("barke pad", {"Front brake pads", "Rear brake pad"}),
        ("brakepad rear", {"Rear brake pad"}),
        ("thermostaat", {"Thermostat housing"}),
        ("therm", {"Thermostat housing"}),
        ("hous thermostat", {"Thermostat housing"}),
        ("فرامل", {"تيل فرامل أمامي"}),
        ("الفرامل الامامى", {"تيل فرامل أمامي"}),
        ("فرمل", {"تيل فرامل أمامي"}),
        ("تلي", {"تيل فرامل أمامي"}),
        ("تيل امامي", {"تيل فرامل أمامي"}),
        ("bosch brake", {"Rear brake pad"}),
        ("bosh", {"Rear brake pad"}),
        ("thermostat 2018", {"Thermostat housing"}),
        ("thermostat xyzzy plugh", set()),
        ("_", set()),
    ],
)
def test_words_are_found_with_typos_in_both_languages(shop: Shop, text: str, expected: set[str]) -> None:
    part(shop, name="Front brake pads", brand="TRW")
    part(shop, name="Rear brake pad", brand="Bosch")
    part(shop, name="Thermostat housing", brand="Mahle")
    part(shop, name="تيل فرامل أمامي", brand="TRW")
    part(ShopFactory(), name="Front brake pads")
    page = search(shop.pk, text)
    assert set(names(page)) == expected
    assert {hit.matched_by for hit in page.hits} <= {"name"}


def test_word_as_typed_comes_before_one_like_it(shop: Shop) -> None:
    for name in ("Brakes kit", "Brace", "Brake", "Brakelight switch"):
        part(shop, name=name, brand="")
    assert names(search(shop.pk, "brake")) == ["Brake", "Brakes kit", "Brakelight switch"]
    assert names(search(shop.pk, "brake ")) == ["Brake", "Brakes kit"]


def test_renamed_part_is_found_by_its_new_words_alone(shop: Shop) -> None:
    one = part(shop, name="Alternator", brand="")
    Part.objects.filter(pk=one.pk).update(name="Starter", **keys_of(one.number, "Starter", ""))
    assert names(search(shop.pk, "starter")) == ["Starter"]
    assert names(search(shop.pk, "alternator")) == []
    assert set(Word.objects.values_list("word", flat=True)) == {"alternator", "starter"}


def test_filters_narrow_every_way_of_finding(shop: Shop) -> None:
    brakes = CategoryFactory(shop=shop)
    shelf, other = BinFactory(shop=shop), BinFactory(shop=shop)
    wanted = part(
        shop, "7001", name="Brake pads", brand="TRW", category=CategoryFactory(shop=shop, parent=brakes),
        default_bin=shelf, on_hand=2,
    )  # fmt: skip
    PartNumberFactory(part=wanted, number="7002")
    Stock.objects.filter(part=wanted).update(low_since=timezone.now())
    lying = part(shop, "7001", name="Brake pads", brand="Bosch", status="inactive")
    received(lying, 1, Decimal(5), bin_id=shelf.pk)
    part(shop, "7001", name="Brake pads", brand="Brembo", default_bin=other)
    both = {wanted.pk, lying.pk}
    cases: list[tuple[Filters, set[Any]]] = [
        (Filters(brand="t.r.w"), {wanted.pk}),
        (Filters(category_id=brakes.pk), {wanted.pk}),
        (Filters(category_id=CategoryFactory().pk), set()),
        (Filters(bin_id=shelf.pk), both),
        (Filters(in_stock=True), both),
        (Filters(in_stock=True, brand="brembo"), set()),
        (Filters(low=True), {wanted.pk}),
        (Filters(statuses=["inactive"]), {lying.pk}),
        (Filters(in_stock=False, low=False, statuses=["active"]), set(
            Part.objects.filter(brand="Brembo").values_list("pk", flat=True))),
    ]  # fmt: skip
    for filters, expected in cases:
        for text in ("7001", "700", "brake pads", "braek", ""):
            assert {hit.part_id for hit in search(shop.pk, text, filters=filters).hits} == expected, text
    assert [hit.part_id for hit in search(shop.pk, "7002", filters=Filters(brand="TRW")).hits] == [wanted.pk]
    assert search(shop.pk, "7002", filters=Filters(brand="Bosch")).hits == []


def test_vehicle_finds_what_fits_it_and_what_fits_any(shop: Shop) -> None:
    make = MakeFactory(name="Hyundai")
    accent = VehicleModelFactory(make=make, name="Accent")
    other = VehicleModelFactory(make=make, name="Tucson")
    kept = {
        name: part(shop, name=name, is_universal=name == "universal")
        for name in ("accent", "make", "years", "engine", "tucson", "universal", "none")
    }

    def fits(name: str, **values: Any) -> None:
        Fitment.objects.create(**{"shop": shop, "part": kept[name], "make": make, "model": accent, **values})

    fits("accent")
    fits("accent", position="front")
    fits("make", model=None)
    fits("years", year_from=2010, year_to=2014)
    fits("engine", engine="1.6 GDI")
    fits("tucson", model=other)
    vehicle = Vehicle(make.pk, accent.pk)
    cases: list[tuple[Vehicle, set[str]]] = [
        (vehicle, {"accent", "make", "years", "engine", "universal"}),
        (Vehicle(make.pk, accent.pk, 2014), {"accent", "make", "years", "engine", "universal"}),
        (Vehicle(make.pk, accent.pk, 2015), {"accent", "make", "engine", "universal"}),
        (Vehicle(make.pk, accent.pk, 2015, "1.6 gdi"), {"accent", "make", "engine", "universal"}),
        (Vehicle(make.pk, accent.pk, 2015, "1.4"), {"accent", "make", "universal"}),
        (Vehicle(make.pk), {"accent", "make", "years", "engine", "tucson", "universal"}),
        (Vehicle(MakeFactory().pk), {"universal"}),
    ]
    for asked, expected in cases:
        filters = Filters(vehicle=asked)
        assert sorted(names(search(shop.pk, filters=filters))) == sorted(expected)
        assert sorted(names(search(shop.pk, "frixa", filters=filters))) == sorted(expected)
        walked = [name for page in walk(shop, filters=filters, limit=1) for name in names(page)]
        assert sorted(walked) == sorted(expected)
    assert search(ShopFactory().pk, filters=Filters(vehicle=vehicle)).hits == []


def walk(shop: Shop, text: str = "", **kwargs: Any) -> list[Page]:
    pages = [search(shop.pk, text, **kwargs)]
    while pages[-1].next_cursor:
        pages.append(search(shop.pk, text, cursor=pages[-1].next_cursor, **kwargs))
    return pages


@pytest.mark.parametrize("text", ["", "77", "pads"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_give_every_part_once_in_one_order(shop: Shop, text: str, limit: int) -> None:
    rows = [part(shop, f"77-{n}", name=f"Pads {n % 3}") for n in range(7)]
    pages = walk(shop, text, limit=limit)
    walked = [hit.part_id for page in pages for hit in page.hits]
    assert walked == [hit.part_id for hit in search(shop.pk, text, limit=50).hits]
    assert sorted(walked) == sorted(row.pk for row in rows)
    assert [len(page.hits) for page in pages[:-1]] == [limit] * (len(pages) - 1)


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "eyJhIjoxfQ", "-1", "WzFd\n", "WyIiLCJ4Il0"])
@pytest.mark.parametrize("text", ["", "pads"])
def test_wrong_cursor_is_said(shop: Shop, cursor: str, text: str) -> None:
    if text and cursor == "WzFd\n":
        assert search(shop.pk, text, cursor=cursor).hits == []
        return
    with pytest.raises(Invalid) as refused:
        search(shop.pk, text, cursor=cursor)
    assert list(refused.value.fields) == ["cursor"]


def test_more_parts_than_candidates_still_answer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.search.words.MOST_CANDIDATES", 5)
    for n in range(9):
        part(shop, name=f"Pads {n}")
    assert len(search(shop.pk, "pads").hits) == 5


def test_number_of_statements_does_not_grow(shop: Shop) -> None:
    costs = []
    for count in (1, 2, 27):
        for n in range(count):
            part(shop, f"88{count}-{n}", name="Brake pads")
        cost = []
        for text in ("881-0", "88", "pads", "braek", ""):
            with CaptureQueriesContext(connection) as queries:
                search(shop.pk, text, limit=50)
            cost.append(len(queries))
        costs.append(cost)
    assert costs == [[1, 2, 3, 3, 1]] * 3


@given(st.text(max_size=30))
def test_any_text_is_answered(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words or len(words) > 0


@pytest.mark.parametrize(
    "text", ["'", "%", "\\", "a\x00b", "؟", "%s %(key)s", "🚗", "x" * 5000, "--", "(((", "a" * 61]
)
def test_odd_texts_find_nothing_and_break_nothing(shop: Shop, text: str) -> None:
    part(shop)
    assert search(shop.pk, text).hits == []


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("", "", 0), ("abc", "abc", 0), ("brke", "brake", 1), ("barke", "brake", 1), ("a", "", 1),
     ("kitten", "sitting", 3), ("ca", "abc", 3), ("فرمل", "فرامل", 1)],
)  # fmt: skip
def test_distance_counts_edits_and_swaps(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps


def test_index_on_words_serves_the_search(shop: Shop) -> None:
    """A million parts are out of a test's reach; that the planner can take the index is not."""
    part(shop, name="Pads", brand="")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as queries:
            page = search(shop.pk, "pads")
        assert names(page) == ["Pads"]
        cursor.execute("EXPLAIN " + queries[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "parts_by_words" in plan


def test_numbers_of_a_part_are_of_its_shop() -> None:
    mine, other = ShopFactory(), ShopFactory()
    PartNumber.objects.create(part=part(other), shop=other, number="X1", key="X1")
    assert search(mine.pk, "X1").hits == []
