"""Customers as tables: the columns of an export, and what the columns of somebody's file mean."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache

import phonenumbers
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from clutch.core.spreadsheets import Row
from inventory.importing import values
from inventory.importing.cells import Cell, Number, as_text, plain_number
from inventory.importing.headers import Head, headers_at
from inventory.importing.issues import Bad
from sales.actions.customer_values import MOST_DAYS, CustomerInput
from sales.enums import CustomerClass, CustomerKind
from sales.models import Customer
from shops.keys import name_key

BATCH = 500
# The words of headers as shops write them; an export is read back by its own, in both languages.
HEADERS = {
    "number": "number|customer number|customer no|code|رقم العميل|كود العميل|الرقم|كود",
    "name": "name|customer|customer name|full name|client|الاسم|اسم العميل|العميل",
    "phone": "phone|mobile|telephone|tel|phone number|mobile number|whatsapp|"
    "الهاتف|التليفون|الموبايل|المحمول|رقم الهاتف",
    "second_phone": "second phone|phone 2|mobile 2|other phone|هاتف ثان|هاتف ثانٍ|موبايل 2|هاتف 2",
    "email": "e-mail|email|mail|البريد الإلكتروني|الايميل|البريد",
    "address": "address|street|العنوان",
    "district": "district|area|city|المنطقة|الحي|المدينة",
    "company": "company|company name|business|workshop|الشركة|اسم الشركة|الورشة",
    "contact_person": "contact person|contact|الشخص المسؤول|المسؤول",
    "tax_number": "tax number|tax id|tax card|vat number|الرقم الضريبي|البطاقة الضريبية",
    "kind": "person or business|kind|شخص أم شركة",
    "customer_class": "class|customer class|type|category|group|الفئة|نوع العميل|التصنيف",
    "credit_limit": "credit limit|limit|حد الائتمان|الحد الائتماني",
    "terms_days": "days to pay|payment terms|terms|credit days|أيام السداد|مدة السداد|مهلة السداد",
    "tags": "tags|labels|وسوم",
    "notes": "notes|note|remarks|comment|ملاحظات",
}
# What a whole file must be mapped to, one of them at least.
NEEDED = ("name", "phone", "company")
LENGTHS = {
    "name": 120,
    "company": 120,
    "contact_person": 120,
    "address": 300,
    "district": 80,
    "tax_number": 40,
}


def headings() -> list[str]:
    """The headers of an export, in the active language."""
    return [
        _("Number"), _("Name"), _("Phone"), _("Second phone"), _("E-mail"), _("Address"), _("District"),
        _("Company"), _("Contact person"), _("Tax number"), _("Class"), _("Credit limit"), _("Days to pay"),
        _("Tags"), _("Notes"), _("Status"), _("Owed"), _("Store credit"), _("Deposits"),
    ]  # fmt: skip


def fields() -> list[tuple[str, str]]:
    """What a column of a file may be, with its name."""
    names = [
        _("Number"), _("Name"), _("Phone"), _("Second phone"), _("E-mail"), _("Address"), _("District"),
        _("Company"), _("Contact person"), _("Tax number"), _("Person or business"), _("Class"),
        _("Credit limit"), _("Days to pay"), _("Tags"), _("Notes"),
    ]  # fmt: skip
    return list(zip(HEADERS, names, strict=True))


def exported(rows: QuerySet[Customer]) -> Iterator[Iterable[Row]]:
    """The rows of an export in batches, in the order of the query, without holding all of them."""
    batch: list[Row] = []
    for row in rows.iterator(BATCH):
        balance = row.balance
        batch.append([
            row.number, row.name, _spoken(row.phone), _spoken(row.second_phone), row.email,
            row.address, row.district,
            row.company, row.contact_person, row.tax_number, str(row.get_customer_class_display()),
            row.credit_limit, row.terms_days, ", ".join(row.tags), row.notes,
            str(row.get_status_display()), balance.owed, balance.credit, balance.deposit,
        ])  # fmt: skip
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _spoken(phone: str) -> str:
    """A phone as it is dialled here; a foreign one with its country."""
    if not phone:
        return ""
    number = phonenumbers.parse(phone)
    here = number.country_code == phonenumbers.country_code_for_region(settings.REGION)
    kind = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, kind.NATIONAL if here else kind.INTERNATIONAL)


@cache
def _meanings() -> dict[str, str]:
    return {name_key(word): field for field, words in HEADERS.items() for word in words.split("|")}


def meant_by(header: str) -> str:
    """The field that a header means; "" for none."""
    return _meanings().get(name_key(header), "")


def header_row(rows: Head) -> int:
    """The number of the row that names most fields; 0 where none names one."""
    best, most = 0, 0
    for number, cells in rows:
        named = len({meant_by(as_text(cell)) for cell in cells} - {""})
        if named > most:
            best, most = number, named
    return best


def suggested(rows: Head, header: int) -> tuple[list[str], list[str]]:
    """The headers, and the field of each column: each field once, "" for what means nothing."""
    headers = headers_at(rows, header)
    taken: list[str] = []
    for text in headers:
        field = meant_by(text)
        taken.append(field if field not in taken else "")
    return headers, taken


def read_row(cells: Sequence[Cell], columns: Mapping[str, int], currency: str) -> CustomerInput:
    """What a row says of a customer; blank cells say nothing. Raises WrongCells with all that is wrong."""
    said: dict[str, object] = {}
    wrong: dict[str, Bad] = {}
    for field, index in columns.items():
        cell = cells[index] if index < len(cells) else None
        if cell is None or not as_text(cell).strip():
            continue
        try:
            said[field] = _value(field, cell, currency)
        except Bad as bad:
            wrong[field] = bad
    given: CustomerInput = said  # type: ignore[assignment]  # the fields are its keys
    if wrong:
        raise WrongCells(wrong, given)
    return given


class WrongCells(Exception):
    """Cells of one row that cannot be read, by field; `given` is what the others say."""

    def __init__(self, cells: dict[str, Bad], given: CustomerInput) -> None:
        super().__init__(str(cells))
        self.cells, self.given = cells, given


def _value(field: str, cell: Cell, currency: str) -> object:
    if field in ("phone", "second_phone", "number", "tax_number", "email") and isinstance(cell, Number):
        cell = plain_number(cell)
    if field in ("phone", "second_phone"):
        # What is no number at all is refused by the act, at its field.
        return values.line(cell, 40)
    if field == "credit_limit":
        return Decimal(values.amount(cell, mark=".", currency=currency))
    if field == "terms_days":
        return int(values.whole(cell, mark=".", most=MOST_DAYS))
    if field in ("customer_class", "kind"):
        known = _known(CustomerClass if field == "customer_class" else CustomerKind)
        return values.choice(cell, known, ", ".join(dict.fromkeys(known.values())))
    if field == "tags":
        parts = values.line(cell, 400).replace("،", ",").split(",")
        return [part.strip() for part in parts if part.strip()]
    if field == "notes":
        return values.prose(cell, 4000)
    return values.line(cell, LENGTHS.get(field, 254))


def _known(choices: type[CustomerClass] | type[CustomerKind]) -> dict[str, str]:
    """The values by themselves and by their names in every language of the site."""
    found = {name_key(value): value for value in choices.values}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {name_key(str(label)): value for value, label in choices.choices}
    return found
