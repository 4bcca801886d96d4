"""Stock-taking over the API: a count from its beginning to its booking, and who may do what."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.actions.counting import submit_count
from inventory.enums import CountStatus
from inventory.models import CountEntry, CountLine, CountSheet, CountUnknown, Movement
from inventory.tests.factories import BinFactory
from inventory.tests.test_barcodes import actor_of
from inventory.tests.test_counting import begun, count, on_hand, stocked
from shops.tests.api.people import OUTSIDE, client, people

pytestmark = pytest.mark.django_db
BASE = "/api/v1/inventory/counts"
ALL = {"owner": 200, "manager": 200, "cashier": 200, "storekeeper": 200, "accountant": 200, **OUTSIDE}
COUNTING = {**ALL, "accountant": 403}
STOCK = {**COUNTING, "cashier": 403}
LEADING = {**STOCK, "storekeeper": 403}


@pytest.fixture
def shelf():
    return BinFactory(code="A-01")


@pytest.fixture
def everyone(shelf):
    return people(shelf.shop)


@pytest.fixture
def owner(shelf):
    return actor_of(shelf.shop)


def entry(**given):
    plain = {name: str(value) if name.endswith("Id") else value for name, value in given.items()}
    return {"key": str(uuid4()), "quantity": 1, **plain}


def test_count_from_its_beginning_to_its_booking(shelf, everyone):
    part, left = stocked(shelf, 5, number="GDB 1330"), stocked(shelf, 2)
    phone, office = client(everyone["cashier"]), client(everyone["owner"])
    made = phone.post(BASE, {"binIds": [str(shelf.pk)], "note": "Front shelves"})
    assert made.status_code == 201
    sheet = made.json()
    assert (sheet["status"], sheet["isBlind"], sheet["bins"][0]["code"]) == ("counting", True, "A-01")
    url = f"{BASE}/{sheet['id']}"
    said = entry(code="gdb1330", binId=shelf.pk, quantity=3)
    first = phone.post(f"{url}/entries", said)
    assert first.status_code == 201
    line = first.json()["line"]
    assert (line["part"]["id"], line["counted"]) == (str(part.pk), 3)
    assert (line["expected"], line["variance"], line["varianceValue"]) == (None, None, None)
    assert phone.post(f"{url}/entries", said).json()["line"]["counted"] == 3
    unknown = phone.post(f"{url}/entries", entry(code="X-77", binId=shelf.pk)).json()["unknown"]
    assert unknown["code"] == "X-77"
    assert office.get(f"{url}/uncounted").status_code == 403
    assert office.get(f"{url}/lines?onlyVariances=true").json()["code"] == "blind"

    assert phone.post(f"{url}/submit").json()["status"] == "review"
    late = phone.post(f"{url}/entries", entry(code="gdb1330", binId=shelf.pk))
    assert (late.status_code, late.json()["code"]) == (409, "wrong_status")
    [shown] = office.get(f"{url}/lines?onlyVariances=true").json()["results"]
    assert (shown["expected"], shown["variance"], shown["varianceValue"]) == (5, -2, "-80.00")
    keeper = client(everyone["storekeeper"]).get(f"{url}/lines").json()["results"][0]
    assert (keeper["variance"], keeper["varianceValue"]) == (-2, None)
    assert phone.get(f"{url}/lines").json()["results"][0]["variance"] is None
    assert [row["part"]["id"] for row in office.get(f"{url}/uncounted").json()["results"]] == [str(left.pk)]
    assert [row["code"] for row in office.get(f"{url}/unknown").json()["results"]] == ["X-77"]

    asked = office.post(f"{url}/approve")
    assert (asked.status_code, asked.json()["code"], asked.json()["uncounted"]) == (422, "uncounted", 1)
    asked = office.post(f"{url}/approve", {"zeroUncounted": False})
    assert (asked.status_code, asked.json()["lines"]) == (422, [shown["id"]])
    reasons = {"reasons": [{"lineId": shown["id"], "reason": "theft"}]}
    assert office.post(f"{url}/reasons", reasons).status_code == 200
    done = office.post(f"{url}/approve", {"zeroUncounted": False}).json()
    assert (done["status"], done["linesCounted"], done["linesRight"], done["accuracy"]) == (
        "approved", 1, 0, 0,
    )  # fmt: skip
    assert (on_hand(part), on_hand(left)) == (3, 2)
    assert phone.get(f"{url}/lines").json()["results"][0]["variance"] == -2
    [month] = phone.get(f"{BASE}/accuracy").json()
    assert (month["linesCounted"], month["linesRight"], month["accuracy"]) == (1, 0, 0.0)


def test_resolving_an_unknown_code_counts_it(shelf, everyone, owner):
    part, sheet = stocked(shelf, 5), begun(shelf, owner)
    unknown = count(sheet, None, 4, owner, code="X-77", bin_id=shelf.pk).unknown
    url = f"{BASE}/{sheet.pk}/unknown/{unknown.pk}/resolve"
    cashier = client(everyone["cashier"])
    assert cashier.post(url, {"partId": str(part.pk), "attach": True}).status_code == 403
    line = cashier.post(url, {"partId": str(part.pk)}).json()
    assert (line["part"]["id"], line["counted"]) == (str(part.pk), 4)
    assert client(everyone["owner"]).post(url, {"partId": str(part.pk)}).status_code == 409


def test_counting_again_names_the_lines(shelf, everyone, owner):
    part, sheet = stocked(shelf, 5), begun(shelf, owner)
    line = count(sheet, part, 4, owner, bin_id=shelf.pk).line
    submit_count(sheet.pk, shop_id=shelf.shop_id, actor=owner)
    api = client(everyone["owner"])
    assert api.post(f"{BASE}/{sheet.pk}/reopen", {"recount": [str(uuid4())]}).status_code == 404
    body = api.post(f"{BASE}/{sheet.pk}/reopen", {"recount": [str(line.pk)]}).json()
    assert body["status"] == "counting"
    assert not sheet.lines.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": -1, "kind": "total"}, "quantity"),
        ({"quantity": "x"}, "quantity"),
        ({"key": "x"}, "key"),
        ({"kind": "x"}, "kind"),
        ({"code": ""}, "code"),
        ({"countedAt": "yesterday"}, "countedAt"),
    ],
)
def test_wrong_entry_is_named_at_the_field(change, field, shelf, everyone, owner):
    sheet = begun(shelf, owner)
    answer = client(everyone["owner"]).post(f"{BASE}/{sheet.pk}/entries", {**entry(code="X-1"), **change})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not CountEntry.objects.exists()


def rows_for(shelf, owner, *, status):
    part = stocked(shelf, 5)
    sheet = begun(shelf, owner)
    line = count(sheet, part, 5, owner, bin_id=shelf.pk).line
    unknown = count(sheet, None, 1, owner, code="X-1", bin_id=shelf.pk).unknown
    if status == CountStatus.REVIEW:
        submit_count(sheet.pk, shop_id=shelf.shop_id, actor=owner)
    return part, sheet, line, unknown


# name: method, path after the sheet's, body, in which status, success, who may
CALLS: dict[str, Any] = {
    "list": ("get", None, None, CountStatus.COUNTING, 200, ALL),
    "start": ("post", None, {}, CountStatus.COUNTING, 201, COUNTING),
    "accuracy": ("get", "/../accuracy", None, CountStatus.COUNTING, 200, ALL),
    "show": ("get", "", None, CountStatus.COUNTING, 200, ALL),
    "lines": ("get", "/lines", None, CountStatus.COUNTING, 200, ALL),
    "uncounted": ("get", "/uncounted", None, CountStatus.REVIEW, 200, {**STOCK}),
    "unknown": ("get", "/unknown", None, CountStatus.COUNTING, 200, ALL),
    "entry": ("post", "/entries", "entry", CountStatus.COUNTING, 201, COUNTING),
    "resolve": ("post", "/unknown/{unknown}/resolve", "resolve", CountStatus.COUNTING, 200, COUNTING),
    "drop": ("post", "/unknown/{unknown}/drop", None, CountStatus.REVIEW, 200, COUNTING),
    "submit": ("post", "/submit", None, CountStatus.COUNTING, 200, COUNTING),
    "reopen": ("post", "/reopen", {}, CountStatus.REVIEW, 200, COUNTING),
    "cancel": ("post", "/cancel", None, CountStatus.REVIEW, 200, LEADING),
    "reasons": ("post", "/reasons", "reasons", CountStatus.REVIEW, 200, STOCK),
    "approve": ("post", "/approve", {}, CountStatus.REVIEW, 200, LEADING),
}


def state():
    return [
        list(model.objects.order_by("pk").values())
        for model in (CountSheet, CountLine, CountUnknown, CountEntry, Movement)
    ]


@pytest.mark.parametrize("who", ALL)
@pytest.mark.parametrize("name", CALLS)
def test_who_may_call(name, who, shelf, everyone, owner):
    method, path, body, status, success, allowed = CALLS[name]
    part, sheet, line, unknown = rows_for(shelf, owner, status=status)
    bodies = {
        "entry": entry(partId=part.pk, binId=shelf.pk),
        "resolve": {"partId": str(part.pk)},
        "reasons": {"reasons": [{"lineId": str(line.pk), "reason": "lost"}]},
    }
    if path is None:
        url = f"{BASE}?shopId={shelf.shop_id}"
    elif path.startswith("/../"):
        url = f"{BASE}/accuracy?shopId={shelf.shop_id}"
    else:
        url = f"{BASE}/{sheet.pk}{path.format(unknown=unknown.pk)}"
    before = state()
    sent = bodies.get(body, body) if isinstance(body, str) else body
    answer = getattr(client(everyone[who]), method)(url, sent)
    assert answer.status_code == (success if allowed[who] == 200 else allowed[who]), answer.content
    if answer.status_code >= 400 or method == "get":
        assert state() == before


def test_whoever_began_a_count_may_cancel_it(shelf, everyone):
    api = client(everyone["cashier"])
    made = api.post(BASE, {}).json()
    assert api.post(f"{BASE}/{made['id']}/cancel").json()["status"] == "cancelled"


def test_lists_cost_the_same_for_one_and_three(shelf, everyone, owner):
    api, sheet = client(everyone["owner"]), begun(shelf, owner, is_blind=False)
    urls = [BASE, *(f"{BASE}/{sheet.pk}/{name}" for name in ("lines", "uncounted", "unknown"))]
    costs = []
    for rows in (1, 3):
        while sheet.lines.count() < rows:
            stocked(shelf, 1)
            count(sheet, stocked(shelf, 1), 2, owner, bin_id=shelf.pk)
            count(sheet, None, 1, owner, code=f"X-{sheet.lines.count()}", bin_id=shelf.pk)
        while CountSheet.objects.count() < rows:
            begun(shelf, owner)
        cost = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert api.get(url).json()["count"] == rows, url
            cost.append(len(captured))
        costs.append(cost)
    assert costs[0] == costs[1]
