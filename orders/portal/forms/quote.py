"""The form of a quote.

Prices are read and never summed here: the total comes from the server's one function.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils.crypto import get_random_string
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import Invalid
from inventory.enums import PartType
from orders import checks
from orders.inputs import OfferInput
from orders.models import OrderLine
from orders.portal.forms.fields import LONGEST_MINUTES, LineField, MoneyField, PhotoField, ProseField
from orders.portal.wording import StockWord
from orders.sums import Chosen

MOST_OFFERS = checks.MAX_OFFERS_PER_PART
ROW_KEY = re.compile(r"[a-z0-9]{6,12}")
QUICK_MINUTES = (30, 60, 90, 120)


class OfferForm(forms.Form):
    """One offer for one part. Its names carry a key of its own, so that rows can come and go."""

    offer_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The own part that is offered, while the number beside it is that part's.
    stock_part = forms.UUIDField(required=False, widget=forms.HiddenInput)
    unit_price = MoneyField(label=gettext_lazy("Unit price"), required=False)
    part_type = forms.ChoiceField(
        label=gettext_lazy("Part type"),
        required=False,
        choices=[("", gettext_lazy("not said")), *PartType.choices],
    )
    brand = LineField(label=gettext_lazy("Brand"), required=False, max_length=80)
    part_number = LineField(label=gettext_lazy("Number offered"), required=False, max_length=60)
    origin = LineField(label=gettext_lazy("Country of origin"), required=False, max_length=60)
    grade = LineField(label=gettext_lazy("Grade"), required=False, max_length=40)
    warranty = LineField(label=gettext_lazy("Warranty"), required=False, max_length=120)
    lead_time_minutes = forms.IntegerField(
        label=gettext_lazy("Lead time, minutes"), required=False, min_value=0, max_value=LONGEST_MINUTES
    )
    core_charge = MoneyField(label=gettext_lazy("Core charge"), required=False)
    notes = LineField(label=gettext_lazy("Note"), required=False, max_length=300)
    photo = PhotoField(label=gettext_lazy("Photo"), required=False)

    def __init__(
        self,
        *args: Any,
        key: str,
        source: str = "",
        stock: StockWord | None = None,
        photo_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{**kwargs, "prefix": f"offer-{key}"})
        self.key, self.source, self.stock, self.photo_id = key, source, stock, photo_id

    def clean(self) -> dict[str, Any]:
        """An offer without a price is no offer; the page has a switch for what is not available."""
        cleaned = cast(dict[str, Any], super().clean())
        if cleaned.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", _("Enter a price, or mark the part as not available."))
        return cleaned

    @property
    def opens_details(self) -> bool:
        """Whether the folded part of the row holds something to see."""
        folded = ("part_number", "origin", "grade", "lead_time_minutes", "core_charge", "notes", "photo")
        return any(name in self.errors or self[name].value() for name in folded) or bool(self.photo_id)

    def offer(self, part_id: UUID, *, preferred: bool) -> OfferInput:
        """What the act takes, without the photo."""
        left_out = {"photo", "stock_part"}
        said = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        if self.cleaned_data.get("stock_part"):
            said["stock_part_id"] = self.cleaned_data["stock_part"]
        return cast(OfferInput, {"part_id": part_id, "available": True, "preferred": preferred, **said})


class QuoteHeadForm(forms.Form):
    """What holds for the whole quote."""

    delivery_fee = MoneyField(label=gettext_lazy("Delivery fee"), required=False)
    estimated_delivery_minutes = forms.IntegerField(
        label=gettext_lazy("Delivered within, minutes"), min_value=1, max_value=LONGEST_MINUTES
    )
    notes = ProseField(label=gettext_lazy("Note to the customer"), required=False, max_length=1000)

    notes.widget.attrs["rows"] = 2


@dataclass
class PartSheet:
    """One requested part on the quote form, with the rows of its offers."""

    line: OrderLine
    offers: list[OfferForm]
    missing: bool = False
    preferred: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def preferred_offer(self) -> OfferForm | None:
        """The row that counts in the total: the chosen one, else the first."""
        rows = {offer.key: offer for offer in self.offers}
        return rows.get(self.preferred) or next(iter(rows.values()), None)

    @property
    def preferred_key(self) -> str:
        """The key of the row that counts."""
        return self.preferred_offer.key if self.preferred_offer else ""

    @property
    def can_add(self) -> bool:
        """Whether there is room for one more offer."""
        return len(self.offers) < MOST_OFFERS


class QuoteSheet:
    """The whole quote form: its head, and for every part of the request the offers.

    Posted names: `offer` (one `<part id>:<row key>` per row, in order), `offer-<key>-<field>`,
    `preferred-<part id>` = row key, `missing` = part id, and the head's own fields.
    """

    def __init__(self, head: QuoteHeadForm, parts: list[PartSheet]) -> None:
        self.head, self.parts = head, parts
        self.errors: list[str] = []
        self._sent: list[OfferForm | PartSheet] = []

    @classmethod
    def of_post(
        cls, lines: Iterable[OrderLine], post: QueryDict, files: MultiValueDict[str, Any]
    ) -> "QuoteSheet":
        """Read what was sent, for the parts that the request has now."""
        rows: dict[str, list[str]] = {}
        for value in post.getlist("offer")[: 50 * MOST_OFFERS]:
            part_id, _sep, key = value.partition(":")
            if ROW_KEY.fullmatch(key):
                rows.setdefault(part_id, []).append(key)
        missing = set(post.getlist("missing"))
        parts = [
            PartSheet(
                line,
                [OfferForm(post, files, key=key) for key in rows.get(str(line.pk), [])[:MOST_OFFERS]],
                missing=str(line.pk) in missing,
                preferred=post.get(f"preferred-{line.pk}", ""),
            )
            for line in lines
        ]
        for part in parts:
            if not part.offers:
                part.offers.append(OfferForm(post, files, key=new_row_key()))
        return cls(QuoteHeadForm(post), parts)

    @classmethod
    def of_offers(
        cls,
        lines: Iterable[OrderLine],
        offers: Mapping[UUID, list[dict[str, Any]]],
        *,
        head: dict[str, Any],
        missing: Iterable[UUID] = (),
    ) -> "QuoteSheet":
        """Fill the form from a draft or from a quote that was sent."""
        gone = set(missing)
        parts = []
        for line in lines:
            rows = [_filled_row(said) for said in offers.get(line.pk, [])]
            chosen = next((row.key for row, said in zip(rows, offers.get(line.pk, []), strict=True)
                           if said.get("preferred")), "")  # fmt: skip
            parts.append(PartSheet(line, rows or [OfferForm(key=new_row_key())], line.pk in gone, chosen))
        return cls(QuoteHeadForm(initial=head), parts)

    @property
    def is_bound(self) -> bool:
        """Whether it holds what somebody has sent."""
        return self.head.is_bound

    def is_valid(self) -> bool:
        """Check every row that counts; rows of parts that are not available are not looked at."""
        checked = [self.head.is_valid()]
        checked += [offer.is_valid() for part in self.parts if not part.missing for offer in part.offers]
        if self.parts and all(part.missing for part in self.parts):
            self.errors.append(_("Nothing is available: decline the request instead of quoting."))
        return all(checked) and not self.errors

    def offers(self) -> list[OfferInput]:
        """The lines of the quote, in the order of the form. Only after `is_valid()`."""
        lines: list[OfferInput] = []
        self._sent = []
        for part in self.parts:
            if part.missing:
                lines.append({"part_id": part.line.pk, "available": False})
                self._sent.append(part)
                continue
            for offer in part.offers:
                chosen = offer.key == part.preferred_key
                lines.append(offer.offer(part.line.pk, preferred=chosen))
                self._sent.append(offer)
        return lines

    def chosen(self) -> tuple[dict[UUID, Chosen], Decimal]:
        """What can be summed as the form stands: rows with a readable price, and the fee."""
        found: dict[UUID, Chosen] = {}
        for part in self.parts:
            offer = part.preferred_offer
            price = None if part.missing or offer is None else _amount(offer, "unit_price")
            if offer is not None and price is not None:
                found[part.line.pk] = Chosen(price, _amount(offer, "core_charge") or Decimal(0))
        return found, _amount(self.head, "delivery_fee") or Decimal(0)

    def photos(self) -> "dict[int, ContentFile[bytes]]":
        """The photos that were chosen, by the index of their offer in `offers()`."""
        return {
            index: offer.cleaned_data["photo"]
            for index, offer in enumerate(self._sent)
            if isinstance(offer, OfferForm) and offer.cleaned_data.get("photo")
        }

    def refuse(self, refused: Invalid) -> None:
        """Put the act's field errors ("lines.2.unit_price") at the rows they are about."""
        for path, found in refused.fields.items():
            texts = [str(message) for message in found]
            place = re.fullmatch(r"lines\.(\d+)(?:\.(\w+))?", path)
            if place and int(place[1]) < len(self._sent):
                _refuse_row(self._sent[int(place[1])], place[2], texts)
            elif path in self.head.fields:
                self.head.add_error(path, texts)
            else:
                self.errors += texts
        if not refused.fields:
            self.errors.append(str(refused.detail))

    @property
    def has_sources(self) -> bool:
        """Whether a price says where it comes from."""
        return any(offer.source for part in self.parts for offer in part.offers)

    @property
    def has_errors(self) -> bool:
        """Whether anything on the form was refused."""
        rows = any(
            part.errors or (not part.missing and any(o.errors for o in part.offers)) for part in self.parts
        )
        return bool(self.errors or self.head.errors or rows)


_BLANK: dict[str, Any] = dict.fromkeys(OfferForm.base_fields)


def _amount(form: forms.Form, name: str) -> Decimal | None:
    """The amount in a field, while it may be half-typed or not sent yet; None where it is none."""
    try:
        amount: Decimal | None = form.fields[name].clean(form[name].value())
    except ValidationError:
        return None
    return amount


def _refuse_row(row: OfferForm | PartSheet, name: str | None, texts: list[str]) -> None:
    if isinstance(row, PartSheet):
        row.errors += texts
    else:
        row.add_error(name if name in row.fields else None, texts)


def _filled_row(said: dict[str, Any]) -> OfferForm:
    initial = {name: said[name] for name in OfferForm.base_fields if name != "photo" and name in said}
    return OfferForm(
        key=new_row_key(),
        initial=initial,
        source=said.get("source_text", ""),
        stock=said.get("stock"),
        photo_id=said.get("photo_id"),
    )


def new_row_key() -> str:
    """A key for a row that is about to be shown; unique on its page."""
    return get_random_string(8, "abcdefghijklmnopqrstuvwxyz0123456789")
