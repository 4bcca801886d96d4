"""What may be said of a part: checked at each field, and written to the row and its lists."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid
from clutch.core.money import MAX_AMOUNT, is_exact, round_money
from inventory.enums import NumberKind
from inventory.inputs import NumberInput, PartInput, TierInput
from inventory.keys import keys_of, part_key
from inventory.models import Bin, Category, Part, PartNumber, PriceTier

MOST_NUMBERS = 1000
MOST_TIERS = 50
AMOUNTS = ("cost_price", "selling_price", "discount_price", "core_charge")
# What only those who set prices may say.
PRICED = frozenset({*AMOUNTS, "markup_percent", "discount_from", "discount_until", "tax_class", "tiers"})
LISTS = frozenset({"numbers", "tiers"})
TYPED = frozenset(PartInput.__annotations__) - LISTS - {"status"}

Errors = dict[str, list[object]]


def changes_prices(part: Part, given: PartInput) -> bool:
    """Whether what is given says another price than the part has. One query when tiers are given."""
    for name in PRICED - LISTS:
        if name in given and _plain(given, name) != getattr(part, name):
            return True
    if "tiers" not in given:
        return False
    had = sorted(part.tiers.values_list("min_quantity", "unit_price")) if not part._state.adding else []
    return had != sorted((tier["min_quantity"], tier["unit_price"]) for tier in given["tiers"])


def _plain(given: PartInput, name: str) -> Any:
    return cast(Mapping[str, Any], given)[name]


def fill(part: Part, given: PartInput, *, currency: str) -> None:
    """Set what is given on an unsaved or locked part. Raises Invalid with all errors at their fields."""
    unknown = set(given) - TYPED - LISTS - {"status"}
    if unknown:
        raise TypeError(f"not a part's: {sorted(unknown)}")
    for name in TYPED & set(given):
        value = _plain(given, name)
        setattr(part, name, " ".join(value.split()) if name in ("number", "name", "brand") else value)
    for name, key in keys_of(part.number, part.name, part.brand).items():
        setattr(part, name, key)
    errors = _field_errors(part)
    for name, messages in {**_amounts(part, currency), **_places(part), **_levels(part)}.items():
        errors.setdefault(name, messages)
    if "tiers" in given:
        errors |= _tier_errors(given["tiers"], currency)
    if "numbers" in given:
        errors |= number_errors(given["numbers"])
    if errors:
        raise Invalid(_("Check the marked fields."), fields=errors)


def _field_errors(part: Part) -> Errors:
    """What the fields themselves refuse: lengths, choices, digits, signs."""
    try:
        part.clean_fields(
            exclude={"shop", "category", "default_bin", "superseded_by", "interchange", "number_key", "words"}
        )
    except ValidationError as error:
        return {name: list(messages) for name, messages in error.message_dict.items()}
    if not part.number_key:
        return {"number": [_("A part number has at least one letter or digit.")]}
    return {}


def _amounts(part: Part, currency: str) -> Errors:
    errors: Errors = {}
    for name in AMOUNTS:
        amount = getattr(part, name)
        if amount is not None and (problem := _wrong_amount(amount, currency)):
            errors[name] = [problem]
    if part.markup_percent is not None and part.markup_percent <= -100:
        errors["markup_percent"] = [_("A markup is more than −100 %.")]
    begin, end = part.discount_from, part.discount_until
    if begin is not None and end is not None and end < begin:
        errors["discount_until"] = [_("The discount ends before it begins.")]
    if part.discount_price is not None and part.selling_price is None:
        errors["discount_price"] = [_("A discount needs a price.")]
    return errors


def _wrong_amount(amount: Decimal, currency: str) -> str:
    if amount < 0:
        return _("An amount cannot be negative.")
    if amount > MAX_AMOUNT:
        return _("This amount is too large.")
    return "" if is_exact(amount, currency) else _("This amount has more decimals than the currency.")


def _places(part: Part) -> Errors:
    errors: Errors = {}
    own = {"shop": part.shop_id}
    if part.category_id and not Category.objects.filter(pk=part.category_id, **own).exists():
        errors["category_id"] = [_("There is no such category.")]
    if part.default_bin_id and not Bin.objects.filter(pk=part.default_bin_id, **own).exists():
        errors["default_bin_id"] = [_("There is no such bin.")]
    return errors


def _levels(part: Part) -> Errors:
    if part.max_level is not None and part.max_level < part.min_level:
        return {"max_level": [_("The maximum is below the minimum.")]}
    return {}


def _tier_errors(tiers: Sequence[TierInput], currency: str) -> Errors:
    errors: Errors = {}
    if len(tiers) > MOST_TIERS:
        errors["tiers"] = [_("A part has at most %(count)s bulk prices.") % {"count": MOST_TIERS}]
    seen: set[int] = set()
    for n, tier in enumerate(tiers):
        if tier["min_quantity"] < 2:
            errors[f"tiers.{n}.min_quantity"] = [_("A bulk price begins at 2.")]
        elif tier["min_quantity"] in seen:
            errors[f"tiers.{n}.min_quantity"] = [_("This quantity is there twice.")]
        seen.add(tier["min_quantity"])
        if problem := _wrong_amount(tier["unit_price"], currency):
            errors[f"tiers.{n}.unit_price"] = [problem]
    return errors


def number_errors(numbers: Sequence[NumberInput]) -> Errors:
    """What is wrong with other numbers of a part, at `numbers.N.field`."""
    errors: Errors = {}
    if len(numbers) > MOST_NUMBERS:
        errors["numbers"] = [_("A part has at most %(count)s other numbers.") % {"count": MOST_NUMBERS}]
    seen: set[tuple[str, str]] = set()
    for n, given in enumerate(numbers):
        row = number_row(given)
        if row.kind not in NumberKind.values:
            errors[f"numbers.{n}.kind"] = [_("Choose one of the kinds.")]
        if problem := _wrong_number(row):
            errors[f"numbers.{n}.number"] = [problem]
        elif (row.kind, row.key) in seen:
            errors[f"numbers.{n}.number"] = [_("This number is there twice.")]
        seen.add((row.kind, row.key))
    return errors


def _wrong_number(row: PartNumber) -> str:
    if not row.key:
        return _("A part number has at least one letter or digit.")
    return _("A part number has at most 60 characters.") if len(row.number) > 60 else ""


def number_row(given: NumberInput) -> PartNumber:
    """An unsaved number as it was given, with its key."""
    number = " ".join(given["number"].split())
    return PartNumber(
        number=number,
        key=part_key(number),
        kind=given.get("kind") or NumberKind.CROSS,
        brand=" ".join(given.get("brand", "").split()),
    )


def write_numbers(part: Part, numbers: Sequence[NumberInput]) -> None:
    """Replace the other numbers of a locked part; what stays keeps its row."""
    wanted = {(row.kind, row.key): row for row in map(number_row, numbers)}
    had = {(row.kind, row.key): row for row in PartNumber.objects.filter(part=part)}
    PartNumber.objects.filter(pk__in=[had[key].pk for key in had.keys() - wanted.keys()]).delete()
    for key in had.keys() & wanted.keys():
        if (had[key].number, had[key].brand) != (wanted[key].number, wanted[key].brand):
            had[key].number, had[key].brand = wanted[key].number, wanted[key].brand
            had[key].save(update_fields=["number", "brand", "updated_at"])
    new = [wanted[key] for key in wanted if key not in had]
    for row in new:
        row.part, row.shop_id = part, part.shop_id
    PartNumber.objects.bulk_create(new)


def write_tiers(part: Part, tiers: Sequence[TierInput]) -> None:
    """Replace the bulk prices of a locked part."""
    PriceTier.objects.filter(part=part).delete()
    PriceTier.objects.bulk_create(
        PriceTier(part=part, min_quantity=tier["min_quantity"], unit_price=tier["unit_price"])
        for tier in tiers
    )


def proposed_price(part: Part, currency: str) -> Decimal | None:
    """Cost × (1 + markup / 100) in the currency's units; None while either is missing."""
    if part.cost_price is None or part.markup_percent is None:
        return None
    return round_money(part.cost_price * (1 + part.markup_percent / 100), currency)


def check_is_only(part: Part) -> None:
    """Raise Conflict, at the number, when the shop has this number, brand and part type already."""
    same = Part.objects.filter(
        shop=part.shop_id, number_key=part.number_key, brand_key=part.brand_key, part_type=part.part_type
    )
    other = same.exclude(pk=part.pk).first()
    if other is not None:
        raise taken(other.pk, other.name)


def taken(part_id: UUID | None = None, name: str = "") -> Conflict:
    """The refusal of a number that another part of the same brand and type has."""
    message = (
        _("“%(name)s” has this number, brand and part type already.") % {"name": name}
        if name
        else _("Another part has this number, brand and part type already.")
    )
    return Conflict(
        message,
        code="part_exists",
        fields={"number": [message]},
        extra={"partId": str(part_id)} if part_id else {},
    )
