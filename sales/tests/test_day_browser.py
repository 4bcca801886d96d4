"""A shop's whole day in a real browser: 50,000 parts from a file, sales, an order, a return, the close.

The file comes from elsewhere: its own headers, column order and numbers. At the end every figure is asked
for in two ways, and both say the same.
"""

import csv
import io
import time
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import Sum

from clutch.accounts.tests.factories import UserFactory
from clutch.live.tests.browser import scan_code, until
from inventory.models import Hold, Movement, Part, PartImport, Stock, StockPolicy
from inventory.queries import availability
from orders.models import Order, Quote
from orders.tests import acts as market
from orders.tests.paying import fulfil
from sales.models import CashSession, Payment, Register, Sale, SaleReturn
from sales.tests.acts import api
from shops.enums import Role
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

PARTS = 50_000
EACH, COST, PRICE = 4, D(60), D(100)
KINDS = ["Front brake pads", "Oil filter", "Spark plug", "Wheel bearing", "Timing belt"]
BRANDS = ["Bosch", "TRW", "Mann", "NGK", "SKF"]
SCANNED, OTHER, ORDERED = 11, 25_000, 49_999


def number_of(n: int) -> str:
    """The number of the n-th part in the file."""
    return f"{n % 97:02d}-{n:06d}K"


def file_of_elsewhere(count: int) -> SimpleUploadedFile:
    """A CSV as another system writes it: columns in its order, and a code of its own for each part."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Qty", "Description", "Brand", "Part No", "Cost", "Barcode", "Price"])
    for n in range(count):
        name = f"{KINDS[n % 5]} {n}"
        writer.writerow([EACH, name, BRANDS[n % 4], number_of(n), COST, f"LBL{n:07d}", PRICE])
    return SimpleUploadedFile("stock of 2026.csv", out.getvalue().encode())


class Day:
    """The shop with its owner, who signs in, and a till."""

    def __init__(self, new_page: Callable[..., Any]) -> None:
        self.shop = ShopFactory(name="Nile Parts")
        self.owner = MemberFactory(shop=self.shop, role=Role.OWNER).user
        self.api = api(self.owner)
        self.page = new_page(user=self.owner)

    def post(self, address: str, body: Any = None, *, method: str = "post", **more: Any) -> Any:
        """A call of the API by the owner that must succeed."""
        answer = getattr(self.api, method)(f"/api/v1/{address}", body or {}, **more)
        assert answer.status_code < 300, answer.content
        return answer.json()

    def part(self, n: int) -> Part:
        """The n-th part of the file."""
        return Part.objects.get(shop=self.shop, number=number_of(n))

    def on_hand(self, n: int) -> int:
        """What the books say of it."""
        return Stock.objects.get(part=self.part(n)).on_hand


def eventually(check: Callable[[], Any], *, seconds: float) -> Any:
    """What a worker brings about."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)
    return found


def import_parts(day: Day) -> None:
    """The file, its columns as suggested, checked and brought in."""
    given = {"kind": "opening_stock", "file": file_of_elsewhere(PARTS)}
    source = day.post("inventory/imports", given, format="multipart")
    assert [column["field"] for column in source["columns"]] == [
        "quantity", "name", "brand", "number", "cost_price", "barcode", "selling_price",
    ]  # fmt: skip
    address = f"inventory/imports/{source['id']}"
    columns = [{"index": column["index"], "field": column["field"]} for column in source["columns"]]
    day.post(f"{address}/mapping", {"columns": columns}, method="put")

    def reached(status: str) -> Callable[[], bool]:
        def look() -> bool:
            row = PartImport.objects.get(pk=source["id"])
            assert row.status != "failed", row.failure
            return str(row.status) == status

        return look

    eventually(reached("ready"), seconds=240)
    day.post(f"{address}/run")
    eventually(reached("done"), seconds=400)
    assert Part.objects.filter(shop=day.shop).count() == PARTS
    sums = Stock.objects.filter(shop=day.shop).aggregate(units=Sum("on_hand"), value=Sum("value"))
    assert sums == {"units": PARTS * EACH, "value": PARTS * EACH * COST}


def open_till(day: Day) -> None:
    """The first register, with 300 in its drawer."""
    day.page.goto("/portal/till")
    day.page.get_by_role("button", name="Make the till").click()
    day.page.get_by_label("Cash in the drawer").fill("300")
    day.page.get_by_role("button", name="Open the till").click()
    day.page.get_by_text("Scan the first part.").wait_for()


def sell_by_scanner(day: Day, codes: list[str], *, lines: int) -> Sale:
    """A sale for exact cash, with scanner and keyboard alone."""
    page = day.page
    before = set(Sale.objects.exclude(number="").values_list("pk", flat=True))
    for n, code in enumerate(codes):
        page.evaluate("document.activeElement.blur()")
        scan_code(page, code)
        units = (
            "[...document.querySelectorAll('[data-quantity]')].reduce((sum, each) => sum + +each.value, 0)"
        )
        until(page, f"{units} === {n + 1}")
    assert page.locator("[data-lines] li").count() == lines
    until(page, "!document.querySelector('[data-sums]').classList.contains('provisional')")
    page.keyboard.press("F9")
    page.locator("[data-pay-dialog]").wait_for()
    page.keyboard.press("Enter")
    page.locator("[data-done-dialog]").wait_for()
    shown = page.locator("[data-done-number]").inner_text()
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('[data-lines] li').length === 0")
    sale = Sale.objects.exclude(pk__in=before).get(number=shown)
    assert sale.total == len(codes) * PRICE
    return sale


def order_online(day: Day) -> Order:
    """A request that the shop's rule answers unattended, accepted: two units are held for good.

    What a file said was there proves nothing: the part is counted first.
    """
    part = day.part(ORDERED)
    sheet = day.post("inventory/counts", {"partIds": [str(part.pk)]})
    counted = {"key": str(uuid4()), "kind": "total", "quantity": EACH, "partId": str(part.pk)}
    day.post(f"inventory/counts/{sheet['id']}/entries", counted)
    day.post(f"inventory/counts/{sheet['id']}/submit")
    day.post(f"inventory/counts/{sheet['id']}/approve")
    StockPolicy.objects.update_or_create(
        shop=day.shop, defaults={"quote_unattended": True, "quote_max_total": D(5000)}
    )
    wanted: Any = {
        **market.PADS,
        "name": f"{KINDS[ORDERED % 5]} {ORDERED}",
        "part_number": number_of(ORDERED),
    }
    order = market.ask(UserFactory(), parts=[{**wanted, "quantity": 2}])
    quote = eventually(lambda: Quote.objects.filter(order=order, shop=day.shop).first(), seconds=30)
    market.accept(order, quote, payment_method="cash")
    there = availability([part.pk])[part.pk]
    assert (there.on_hand, there.reserved, there.available, there.for_counter) == (
        EACH,
        2,
        EACH - 2,
        EACH - 2,
    )
    assert Hold.objects.get(part=part, status="open").kind == "hard"
    order.refresh_from_db()
    return order


def test_whole_day_of_a_shop_with_fifty_thousand_parts(new_page: Callable[..., Any]) -> None:
    day = Day(new_page)
    import_parts(day)
    open_till(day)
    first = sell_by_scanner(day, ["LBL0000011", "LBL0000011", number_of(OTHER)], lines=2)
    sell_by_scanner(day, ["LBL0000011"], lines=1)
    order = order_online(day)
    fulfil(order)
    online = Sale.objects.get(channel="platform")
    assert not Hold.objects.filter(status="open").exists()
    line = first.lines.get(part__number=number_of(SCANNED))
    register = Register.objects.get()
    credit = day.post(
        f"sales/{first.number}/return",
        {
            "lines": [{"lineId": str(line.pk), "quantity": 1, "reason": "does_not_fit"}],
            "refund": "cash",
            "registerId": str(register.pk),
        },
    )
    session = CashSession.objects.get()
    expected = 300 + 3 * PRICE + PRICE - PRICE
    closed = day.post(f"cash-sessions/{session.pk}/close", {"denominations": {"200": 3}})
    every_figure_is_equal(day, session, expected, online, credit)
    assert closed["difference"] == "0.00"
    day.page.goto("/portal/sales")
    day.page.locator(".figures").wait_for()
    assert f"{first.total + PRICE + online.total:,.2f}" in day.page.locator(".figures").inner_text()


def every_figure_is_equal(day: Day, session: CashSession, cash: D, online: Sale, credit: Any) -> None:
    """Stock, value, drawer and takings, each from two sides."""
    assert [day.on_hand(n) for n in (SCANNED, OTHER, ORDERED)] == [EACH - 3 + 1, EACH - 1, EACH - 2]
    moved = Movement.objects.filter(shop=day.shop).aggregate(units=Sum("quantity"), value=Sum("value"))
    there = Stock.objects.filter(shop=day.shop).aggregate(units=Sum("on_hand"), value=Sum("value"))
    left = PARTS * EACH - 4 - 2 + 1
    assert moved == there == {"units": left, "value": left * COST}
    call_command("check_stock")
    session.refresh_from_db()
    assert session.status == "closed"
    assert [session.expected_cash, session.counted_cash, session.difference] == [cash, cash, 0]
    drawer = Payment.objects.filter(session=session, method="cash").aggregate(sum=Sum("amount"))["sum"]
    assert session.opening_float + drawer == cash
    report = day.api.get(f"/api/v1/cash-sessions/{session.pk}/report").json()
    assert (report["cash"]["expected"], report["cash"]["openingFloat"]) == (f"{cash:.2f}", "300.00")
    assert (report["sales"]["count"], report["sales"]["total"]) == (2, f"{4 * PRICE:.2f}")
    back = SaleReturn.objects.get(pk=credit["returnId"])
    assert (report["returns"]["count"], report["returns"]["total"], back.refund_total) == (1, "100.00", PRICE)
    assert [(row["method"], row["net"]) for row in report["tenders"]] == [("cash", f"{3 * PRICE:.2f}")]
    sold = Sale.objects.exclude(number="")
    assert sum(line.cost or D(0) for sale in sold for line in sale.lines.all()) == 6 * COST
    assert online.order is not None
    assert online.total == online.order.total
