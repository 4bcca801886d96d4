"""Receipts: PDF on two papers, bytes for a printer, e-mail, and the page behind the link."""

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import override

from clutch.core.errors import Conflict, Invalid
from clutch.core.raster import line_image, shaped, text_width
from clutch.feed import jobs
from clutch.feed.models import Job
from inventory.tests.factories import PartFactory
from sales.actions.carts import save_cart
from sales.actions.receipts import mail_receipt
from sales.actions.returns import exchange, take_return
from sales.actions.voiding import void_sale
from sales.enums import Tender
from sales.inputs import BackInput, LineInput, ReturnInput
from sales.models import Sale, TillPolicy
from sales.receipts.escpos import CUT, INIT, KICK_DRAWER
from sales.receipts.papers import printed
from sales.tests.acts import Till, api, as_member, cash, paid
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    """A till of a shop with a name in both scripts."""
    till = Till()
    type(till.shop).objects.filter(pk=till.shop.pk).update(
        name="الأمل Hope Parts", address="12 شارع المثال، القاهرة", tax_number="123-456-789"
    )
    till.shop.refresh_from_db()
    return till


def sold(till: Till, lines: int = 2, **given: Any) -> Sale:
    """A sale of parts with an Arabic and a Latin name, paid by card and cash."""
    names = ["تيل فرامل أمامي", "Oil filter"]
    parts = [
        PartFactory(
            shop=till.shop, on_hand=9, selling_price=D("850"), name=names[n % 2], number=f"58101-{n:04d}"
        )
        for n in range(lines)
    ]
    rows = [LineInput(part.pk, 2, discount=D(50) if n == 0 else None) for n, part in enumerate(parts)]
    payments = given.pop("payments", [paid(Tender.CARD, "1000"), cash("100000")])
    return till.sell(*rows, payments=payments, **given)


def words_of(body: bytes) -> str:
    """The text of a PDF, all pages."""
    document = pypdfium2.PdfDocument(body)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def sizes(body: bytes) -> list[tuple[int, int]]:
    """The pages of a PDF in mm."""
    found = [page.get_size() for page in pypdfium2.PdfDocument(body)]
    return [(round(width * 25.4 / 72), round(height * 25.4 / 72)) for width, height in found]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("paper", ["80mm", "a4"])
def test_receipt_says_what_was_sold_and_paid(till: Till, paper: str, language: str) -> None:
    sale = sold(till)
    made = printed(sale, paper=paper, language=language)
    assert (made.content_type, made.filename) == ("application/pdf", f"{sale.number}.pdf")
    text = words_of(made.body)
    for word in (sale.number, "Hope Parts", "58101-0000", "1,650.00", "3,350.00", "411.40", "123-456-789"):
        assert word in text, word
    # 100,000 given for 2,350 that the card left.
    assert "97,650.00" in text
    [(width, height)] = sizes(made.body)
    assert (width, height) == (210, 297) if paper == "a4" else (width == 80 and 100 < height < 300)


def test_roll_grows_with_its_lines_and_a4_turns_the_page(till: Till) -> None:
    short, long = till.sell((PartFactory(shop=till.shop, on_hand=1), 1)), sold(till, 60, payments=[cash()])
    lengths = [sizes(printed(sale).body)[0][1] for sale in (short, long)]
    assert lengths[1] > lengths[0] + 58 * 8
    made = printed(long, paper="a4").body
    assert len(sizes(made)) == 2
    assert all(f"58101-{n:04d}" in words_of(made) for n in range(60))


def test_letters_are_joined_and_numbers_keep_their_order() -> None:
    alone = [glyph for letter in "فرامل" for glyph, *_place in shaped(letter)]
    joined = [glyph for glyph, *_place in shaped("فرامل")]
    assert len(joined) == 5
    # Alef keeps its form after a letter that does not join; feh, meem and lam take others.
    assert len(set(joined) & set(alone)) < 4
    latin = [glyph for glyph, *_place in shaped("58101-1RA00")]
    mixed = [glyph for glyph, *_place in shaped("تيل \u200e58101-1RA00\u200e أمامي")]
    start = mixed.index(latin[0])
    assert mixed[start : start + len(latin)] == latin


def test_line_is_black_on_white_at_its_side_and_shrinks_to_fit() -> None:
    def dark(image: Any, left: int, right: int) -> int:
        return sum(image.getpixel((x, y)) == 0 for x in range(left, right) for y in range(image.height))

    line = line_image([("فرامل", "R"), ("850.00", "L")], width=576)
    assert (line.mode, line.width, line.height) == ("1", 576, 36)
    assert dark(line, 0, 150) > 50
    assert dark(line, 426, 576) > 50
    assert dark(line, 200, 400) == 0
    long = "تيل فرامل أمامي " * 4
    assert text_width(long, size=24) > 576
    assert (
        dark(line_image([(long, "R")], width=576), 0, 40)
        < dark(line_image([(long, "R")], width=576), 536, 576) * 3
    )


class Printed:
    """Reads back what a receipt printer would do; refuses bytes that it does not know."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.text = ""
        self.pictures: list[tuple[int, int, int]] = []
        self.codes: list[str] = []
        self.kicks = self.cuts = 0
        assert body.startswith(INIT)
        self._read()

    def _read(self) -> None:
        skipped = {b"\x1b@": 2, b"\x1bE": 3, b"\x1ba": 3, b"\x1d!": 3}
        at = 0
        while at < len(self.body):
            head = self.body[at : at + 2]
            if head in skipped:
                at += skipped[head]
            elif self.body.startswith(KICK_DRAWER, at):
                self.kicks, at = self.kicks + 1, at + len(KICK_DRAWER)
            elif self.body.startswith(CUT, at):
                self.cuts, at = self.cuts + 1, at + len(CUT)
            elif self.body.startswith(b"\x1dv0\x00", at):
                at = self._picture(at + 4)
            elif head == b"\x1d(":
                size = int.from_bytes(self.body[at + 3 : at + 5], "little")
                data = self.body[at + 5 : at + 5 + size]
                if data.startswith(b"1P0"):
                    self.codes.append(data[3:].decode())
                at += 5 + size
            else:
                char = chr(self.body[at])
                assert char == "\n" or 32 <= ord(char) < 127, (at, char)
                self.text, at = self.text + char, at + 1

    def _picture(self, at: int) -> int:
        wide, tall = (int.from_bytes(self.body[n : n + 2], "little") for n in (at, at + 2))
        data = self.body[at + 4 : at + 4 + wide * tall]
        self.pictures.append((wide * 8, tall, sum(byte.bit_count() for byte in data)))
        return at + 4 + wide * tall


def lines(text: str) -> Iterator[str]:
    """The lines of a receipt without their spaces."""
    return (" ".join(line.split()) for line in text.splitlines())


def test_printer_gets_latin_as_text_and_arabic_as_pictures(till: Till) -> None:
    sale = sold(till)
    made = Printed(printed(sale, paper="escpos", language="en").body)
    said = list(lines(made.text))
    assert "Oil filter" in said
    assert "2 x 850.00 1,700.00" in said
    assert "Total EGP 3,350.00" in said
    assert "Change 97,650.00" in said
    assert max(len(line) for line in made.text.splitlines()) <= 48
    # The shop's name, its address, and one part.
    assert [(width, dots > 100) for width, _tall, dots in made.pictures] == [(576, True)] * 3
    assert made.codes == [f"http://127.0.0.1:8000/receipt/{sale.receipt_token}"]
    assert (made.kicks, made.cuts) == (1, 1)


def test_arabic_receipt_is_all_pictures_and_a_card_opens_no_drawer(till: Till) -> None:
    sale = sold(till, payments=[paid(Tender.CARD, "3350")])
    made = Printed(printed(sale, paper="escpos", language="ar").body)
    assert {line for line in lines(made.text) if line} == {"-" * 48}
    assert len(made.pictures) > 12
    assert made.kicks == 0


def test_prices_without_tax_show_it_before_the_total() -> None:
    till = Till(prices_include_tax=False, receipt_footer="Come again\nSoon")
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    said = list(lines(Printed(printed(till.sell((part, 1)), paper="escpos", language="en").body).text))
    assert said.index("Tax 14 % 14.00") < said.index("Total EGP 114.00")
    assert said[-2:] == ["Come again", "Soon"]


def test_credit_note_cites_the_sale_and_an_exchange_is_one_paper(till: Till) -> None:
    sale, other = sold(till), PartFactory(shop=till.shop, on_hand=1, selling_price=2000, name="Clutch kit")
    back = [BackInput(sale.lines.all()[1].pk, 1)]
    given = ReturnInput(back, register_id=till.register.pk)
    note = take_return(sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)
    text = words_of(printed(note, paper="a4", language="en").body)
    assert all(word in text for word in (note.number, sale.number, "Oil filter", "850.00"))
    swapped = exchange(
        sale.pk,
        shop_id=till.shop.pk,
        given=given,
        cart=till.cart((other, 1)),
        payments=[cash()],
        actor=till.actor,
    )
    text = words_of(printed(swapped, paper="80mm", language="en").body)
    new = Sale.objects.get(exchanged_for=swapped)
    assert all(word in text for word in (swapped.number, new.number, "Clutch kit", "2,000.00", "1,150.00"))


def test_link_shows_the_receipt_without_an_account_and_what_became_of_it(till: Till, client: Client) -> None:
    sale = sold(till, customer_id=CustomerFactory(shop=till.shop, name="Mona").pk)
    path = f"/receipt/{sale.receipt_token}"
    page = client.get(path)
    text = page.content.decode()
    assert page.status_code == 200
    assert all(word in text for word in (sale.number, "Oil filter", "3,350.00", "Mona"))
    assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert "no-store" in page["Cache-Control"]
    made = client.get(f"{path}/pdf?paper=a4")
    assert sale.number in words_of(made.content)
    given = ReturnInput([BackInput(sale.lines.all()[0].pk, 1)], register_id=till.register.pk)
    note = take_return(sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)
    assert note.number in client.get(path).content.decode()
    voided = till.sell((PartFactory(shop=till.shop, on_hand=1), 1))
    void_sale(voided.pk, shop_id=till.shop.pk, reason="x", actor=as_member(till.shop, Role.MANAGER))
    assert "Voided" in client.get(f"/receipt/{voided.receipt_token}").content.decode()
    with override("ar"):
        arabic = client.get(path, headers={"Accept-Language": "ar"}).content.decode()
    assert 'dir="rtl"' in arabic
    for wrong in ("x" * 43, "%20"):
        assert client.get(f"/receipt/{wrong}").status_code == 404
    cart = save_cart(till.shop.pk, cart=till.cart(), actor=till.actor)
    assert (cart.receipt_token, client.get("/receipt/").status_code) == ("", 404)


def test_receipt_goes_by_mail_in_the_customers_language_after_the_act(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop, language="ar")
    sale = sold(till, customer_id=customer.pk)
    mail_receipt(sale.pk, shop_id=till.shop.pk, email="mona@example.org", actor=till.actor)
    assert mail.outbox == []
    job = Job.objects.get(kind="sales.tasks.send_receipt")
    jobs.run(jobs.Claimed(job.pk, job.kind, job.args, jobs.MAX_ATTEMPTS))
    [sent] = mail.outbox
    assert sent.to == ["mona@example.org"]
    assert sale.number in sent.subject
    assert sale.receipt_token in str(sent.body)
    name, body, kind = sent.attachments[0]
    assert (name, kind) == (f"{sale.number}.pdf", "application/pdf")
    assert isinstance(body, bytes)
    assert sale.number in words_of(body)


def test_what_has_no_receipt_or_no_address_is_refused(till: Till) -> None:
    sale = sold(till)
    for email in ("", "mona", "a@b\nBcc: c@d.example"):
        with pytest.raises(Invalid) as refused:
            mail_receipt(sale.pk, shop_id=till.shop.pk, email=email, actor=till.actor)
        assert list(refused.value.fields) == ["email"]
    cart = save_cart(till.shop.pk, cart=till.cart(), actor=till.actor)
    with pytest.raises(Conflict):
        mail_receipt(cart.pk, shop_id=till.shop.pk, email="mona@example.org", actor=till.actor)
    client = api(till.cashier.user)
    assert client.get(f"/api/v1/sales/{cart.pk}/receipt").status_code == 404
    assert not Job.objects.exists()


def test_papers_over_the_api(till: Till) -> None:
    TillPolicy.objects.create(shop=till.shop, restocking_percent=10)
    sale, client = sold(till), api(till.cashier.user)
    path = f"/api/v1/sales/{sale.number}/receipt"
    assert client.get(path)["Content-Type"] == "application/pdf"
    raw = client.get(f"{path}?paper=escpos", headers={"Accept-Language": "ar"})
    assert Printed(raw.content).cuts == 1
    assert client.get(f"{path}?paper=a5").status_code == 400
    sent = client.post(f"{path}/mail", {"email": "mona@example.org", "language": "ar"})
    assert sent.status_code == 202
    body = {
        "lines": [{"lineId": str(sale.lines.all()[0].pk), "quantity": 1, "reason": "not_needed"}],
        "registerId": str(till.register.pk),
    }
    note = client.post(f"/api/v1/sales/{sale.pk}/return", body)
    assert (note.status_code, note.json()["restockingFee"]) == (201, "82.50")
    shown = client.get(f"/api/v1/sale-returns/{note.json()['returnId']}")
    assert shown.json() == note.json()
    paper = client.get(f"/api/v1/sale-returns/{note.json()['returnId']}/receipt?paper=a4")
    assert note.json()["number"] in words_of(paper.content)
