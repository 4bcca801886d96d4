"""The rules of the input of requests and quotes; every refusal names its field.

Interfaces check shapes (a number is a number); here is what must hold whoever calls.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.errors import Invalid
from clutch.core.money import MAX_AMOUNT, is_exact, minor_units
from clutch.core.validators import no_control_characters, no_control_characters_but_lines
from inventory.enums import PartType
from inventory.keys import part_key, part_name_key
from orders.enums import PaymentMethod, Urgency
from orders.inputs import DeliveryInput, OfferInput, PartInput, VehicleInput
from orders.models.order import MAX_PARTS, MAX_QUANTITY
from shops import vin as vins
from shops.vehicles import LEAST_YEAR, MOST_YEAR

MAX_OFFERS_PER_PART = 6
MAX_LEAD_MINUTES = 60 * 24 * 90
MAX_DELIVERY_MINUTES = 60 * 24 * 60

Message = str | Promise


@dataclass
class Problems:
    """What is wrong, by field path ("parts.0.quantity"); raised all at once."""

    fields: dict[str, list[object]] = field(default_factory=dict)

    def add(self, path: str, message: object) -> None:
        """Note one message at a field."""
        self.fields.setdefault(path, []).append(message)

    def refuse(self) -> None:
        """Raise Invalid (400) when something was noted."""
        if self.fields:
            raise Invalid(_("Some fields need another look."), fields=self.fields)

    def text(
        self, path: str, value: Any, *, longest: int, required: bool = False, lines: bool = False
    ) -> str:
        """Return a text stripped and in NFC; note what is missing, too long, or not text."""
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.add(path, _("Enter text."))
            return ""
        clean = unicodedata.normalize("NFC", value).strip()
        if required and not clean:
            self.add(path, _("Fill this in."))
        if len(clean) > longest:
            self.add(path, _("Use at most %(count)d characters.") % {"count": longest})
        try:
            (no_control_characters_but_lines if lines else no_control_characters)(clean)
        except ValidationError as error:
            self.add(path, error.messages[0])
        return clean

    def whole(self, path: str, value: Any, *, least: int, most: int, required: bool = True) -> int | None:
        """Return a whole number within its bounds, or None."""
        if value is None:
            if required:
                self.add(path, _("Fill this in."))
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.add(path, _("Enter a whole number."))
            return None
        if not least <= value <= most:
            self.add(path, _("Enter a number from %(least)d to %(most)d.") % {"least": least, "most": most})
            return None
        return value

    def money(self, path: str, value: Any, currency: str) -> Decimal | None:
        """Return an amount that is not negative and has no more decimals than its currency."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
            self.add(path, _("Enter an amount."))
            return None
        amount = Decimal(value)
        if amount < 0:
            self.add(path, _("An amount cannot be negative."))
        elif amount > MAX_AMOUNT:
            self.add(path, _("This amount is too large."))
        elif not is_exact(amount, currency):
            self.add(
                path,
                _("%(currency)s has %(decimals)d decimals.")
                % {"currency": currency, "decimals": minor_units(currency)},
            )
        else:
            return amount
        return None

    def choice(self, path: str, value: Any, choices: Iterable[str], *, required: bool = True) -> str:
        """Return one of the choices, or "" where none is needed."""
        if not value and not required:
            return ""
        if value not in list(choices):
            self.add(path, _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)})
            return ""
        return str(value)


def clean_vehicle(vehicle: VehicleInput, problems: Problems) -> VehicleInput:
    """Check the words of a vehicle; whether they are listed is for `shops.vehicles` and never blocks."""
    return {
        "make": problems.text("vehicle.make", vehicle.get("make"), longest=80, required=True),
        "model": problems.text("vehicle.model", vehicle.get("model"), longest=80),
        # An odd year is a matter for a warning; this only keeps out what is no year at all.
        "year": problems.whole(
            "vehicle.year", vehicle.get("year"), least=LEAST_YEAR, most=MOST_YEAR, required=False
        ),
        "vin": _clean_vin(vehicle.get("vin"), problems),
    }


def _clean_vin(value: Any, problems: Problems) -> str:
    # Typed with spaces and dashes it may be longer than the 17 characters that count.
    number = vins.clean(problems.text("vehicle.vin", value, longest=40))
    wrong = vins.too_long(number)
    if wrong:
        problems.add("vehicle.vin", str(wrong))
    return number


def clean_delivery(delivery: DeliveryInput, problems: Problems) -> DeliveryInput:
    """Check a place."""
    return {
        "latitude": _degrees(problems, "delivery_location.latitude", delivery.get("latitude"), 90),
        "longitude": _degrees(problems, "delivery_location.longitude", delivery.get("longitude"), 180),
        "address": problems.text(
            "delivery_location.address", delivery.get("address"), longest=300, required=True
        ),
        "district": problems.text("delivery_location.district", delivery.get("district"), longest=120),
    }


def _degrees(problems: Problems, path: str, value: Any, limit: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not isfinite(value):
        problems.add(path, _("Enter degrees as a number."))
        return 0.0
    if not -limit <= value <= limit:
        problems.add(path, _("Enter degrees from %(least)d to %(most)d.") % {"least": -limit, "most": limit})
        return 0.0
    return float(value)


@dataclass(frozen=True)
class Part:
    """A requested part that has passed the checks; `part_id` names the line that it changes."""

    part_id: UUID | None
    name: str
    part_number: str
    quantity: int
    notes: str

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of a line."""
        return {
            "name": self.name,
            "part_number": self.part_number,
            "part_key": part_key(self.part_number),
            "name_key": part_name_key(self.name),
            "quantity": self.quantity,
            "notes": self.notes,
        }


def clean_parts(
    parts: Sequence[PartInput], problems: Problems, *, known: Iterable[UUID] = (), may_be_empty: bool = False
) -> list[Part]:
    """Check requested parts: 1 to 50 (a draft may have none), 1 to 999 of each, ids of this request only."""
    if not parts and not may_be_empty:
        problems.add("parts", _("Name at least one part."))
    if len(parts) > MAX_PARTS:
        problems.add("parts", _("A request has at most %(count)d parts.") % {"count": MAX_PARTS})
        return []
    unused = set(known)
    clean = []
    for index, part in enumerate(parts):
        path = f"parts.{index}"
        part_id = part.get("part_id")
        if part_id is not None and part_id not in unused:
            problems.add(f"{path}.part_id", _("This is not a part of this request."))
        unused.discard(part_id)
        quantity = problems.whole(f"{path}.quantity", part.get("quantity"), least=1, most=MAX_QUANTITY)
        clean.append(
            Part(
                part_id=part_id,
                name=problems.text(f"{path}.name", part.get("name"), longest=120, required=True),
                part_number=problems.text(f"{path}.part_number", part.get("part_number"), longest=60),
                quantity=quantity or 0,
                notes=problems.text(f"{path}.notes", part.get("notes"), longest=500, lines=True),
            )
        )
    return clean


def clean_choices(payment_method: str, urgency: str, problems: Problems) -> None:
    """Check how the customer pays and how soon the parts are needed."""
    problems.choice("payment_method", payment_method, PaymentMethod.values)
    problems.choice("urgency", urgency, Urgency.values)


@dataclass
class Offer:
    """One offer that has passed the checks."""

    part_id: UUID
    offer_id: UUID | None
    available: bool
    preferred: bool
    fields: dict[str, Any]


def clean_offers(
    lines: Sequence[OfferInput],
    problems: Problems,
    *,
    asked: Mapping[UUID, int],
    currency: str,
    own_offers: Iterable[UUID] = (),
) -> list[Offer]:
    """Check the offers of a quote against the asked parts (id → quantity).

    Each part has either available offers, of which exactly one is preferred (the first unless
    said otherwise), or one line that says it is not available, or none, which counts as missing.
    """
    if not lines:
        problems.add("lines", _("Offer at least one part, or decline the request."))
    if len(lines) > MAX_OFFERS_PER_PART * MAX_PARTS:
        problems.add("lines", _("These are too many offers."))
        return []
    unused = set(own_offers)
    offers = []
    for index, line in enumerate(lines):
        offers.append(
            _clean_offer(line, f"lines.{index}", problems, asked=asked, currency=currency, unused=unused)
        )
    _check_parts(offers, problems)
    if lines and not problems.fields and not any(offer.available for offer in offers):
        problems.add(
            "lines", _("None of the parts is available. Decline the request instead of sending a quote.")
        )
    return offers


def _clean_offer(
    line: OfferInput,
    path: str,
    problems: Problems,
    *,
    asked: Mapping[UUID, int],
    currency: str,
    unused: set[UUID],
) -> Offer:
    part_id, offer_id = line["part_id"], line.get("offer_id")
    if part_id not in asked:
        problems.add(f"{path}.part_id", _("This part is not in the request."))
    if offer_id is not None and offer_id not in unused:
        problems.add(f"{path}.offer_id", _("This is not an offer of this quote."))
    unused.discard(offer_id)
    available = bool(line.get("available"))
    price = problems.money(f"{path}.unit_price", line.get("unit_price"), currency)
    core_charge = problems.money(f"{path}.core_charge", line.get("core_charge"), currency)
    if available and line.get("unit_price") is None:
        problems.add(f"{path}.unit_price", _("Give a price, or mark the part as not available."))
    if not available:
        for name in ("unit_price", "core_charge"):
            if line.get(name) is not None:
                problems.add(f"{path}.{name}", _("A part that is not available has no price."))
        if line.get("preferred"):
            problems.add(f"{path}.preferred", _("Only an available offer can be preferred."))
    return Offer(
        part_id=part_id,
        offer_id=offer_id,
        available=available,
        preferred=bool(line.get("preferred")) and available,
        fields={
            "available": available,
            "unit_price": price if available else None,
            "core_charge": core_charge if available else None,
            **_clean_offer_words(line, path, problems),
        },
    )


def _clean_offer_words(line: OfferInput, path: str, problems: Problems) -> dict[str, Any]:
    return {
        "part_type": problems.choice(
            f"{path}.part_type", line.get("part_type"), PartType.values, required=False
        ),
        "grade": problems.text(f"{path}.grade", line.get("grade"), longest=40),
        "brand": problems.text(f"{path}.brand", line.get("brand"), longest=80),
        "origin": problems.text(f"{path}.origin", line.get("origin"), longest=60),
        "part_number": problems.text(f"{path}.part_number", line.get("part_number"), longest=60),
        "warranty": problems.text(f"{path}.warranty", line.get("warranty"), longest=120),
        "lead_time_minutes": problems.whole(
            f"{path}.lead_time_minutes",
            line.get("lead_time_minutes"),
            least=0,
            most=MAX_LEAD_MINUTES,
            required=False,
        ),
        "notes": problems.text(f"{path}.notes", line.get("notes"), longest=300, lines=True),
    }


def _check_parts(offers: list[Offer], problems: Problems) -> None:
    by_part: dict[UUID, list[tuple[int, Offer]]] = {}
    for index, offer in enumerate(offers):
        by_part.setdefault(offer.part_id, []).append((index, offer))
    for group in by_part.values():
        available = [(index, offer) for index, offer in group if offer.available]
        last = group[-1][0]
        if len(group) > 1 and len(available) < len(group):
            problems.add(f"lines.{last}.available", _("A part is either offered or not available, not both."))
        if len(group) > MAX_OFFERS_PER_PART:
            problems.add(
                f"lines.{last}.part_id",
                ngettext("One offer per part.", "At most %(count)d offers per part.", MAX_OFFERS_PER_PART)
                % {"count": MAX_OFFERS_PER_PART},
            )
        preferred = [index for index, offer in available if offer.preferred]
        if len(preferred) > 1:
            problems.add(f"lines.{preferred[1]}.preferred", _("Only one offer of a part can be preferred."))
        elif available and not preferred:
            available[0][1].preferred = True
