"""What was saved of a step, in words for people."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.templatetags.clutch import money
from shops.enums import Step
from shops.models import Make
from shops.portal.forms import DAYS, InventoryForm, PricingForm

Facts = list[tuple[str, str]]


def summary_of(step: Step, payload: Mapping[str, Any] | None) -> Facts:
    """Label and value of each thing that a step says; empty for a step that is not saved."""
    return FACTS[step](payload) if payload else []


def hours_in_words(rows: Iterable[Mapping[str, Any]]) -> Facts:
    """Each open day with its hours, from the market's first day of the week."""
    listed = sorted(rows, key=lambda row: (DAYS.index(row["weekday"]), row["opens"]))
    if len(listed) == 7 and all(row["opens"] == row["closes"] == "00:00" for row in listed):
        return [(_("Every day"), _("24 hours"))]
    return [
        (str(WEEKDAYS[day]), ", ".join(_span(row) for row in spans))
        for day, spans in groupby(listed, key=lambda row: row["weekday"])
    ]


def _span(row: Mapping[str, Any]) -> str:
    if row["opens"] == row["closes"]:
        return _("24 hours") if row["opens"] == "00:00" else f"{row['opens']}–{row['closes']}"
    return f"{row['opens']}–{row['closes']}"


def _business(payload: Mapping[str, Any]) -> Facts:
    return [
        (_("Name of the shop"), payload["name"]),
        (_("Phone"), payload["phone"]),
        *([(_("E-mail"), payload["email"])] if payload.get("email") else []),
    ]


def _location(payload: Mapping[str, Any]) -> Facts:
    radius = payload["deliveryRadiusKm"]
    return [
        (_("Address"), f"{payload['address']}, {payload['district']}"),
        (_("Delivers within"), ngettext("%(n)s km", "%(n)s km", radius) % {"n": radius}),
        *hours_in_words(payload["openingHours"]),
    ]


def _brands(payload: Mapping[str, Any]) -> Facts:
    if payload["servesAnyMake"]:
        return [(_("Makes"), _("any make"))]
    names = Make.objects.filter(pk__in=payload["makeIds"]).order_by("name").values_list("name", flat=True)
    return [(_("Makes"), ", ".join(names))]


def _inventory(payload: Mapping[str, Any]) -> Facts:
    labels = {**dict(_choices(InventoryForm, "method")), **dict(_choices(InventoryForm, "part_types"))}
    return [
        (_("Stock"), str(labels[payload["method"]])),
        # A label may have commas of its own.
        (_("Parts"), " · ".join(str(labels[kind]) for kind in payload["partTypes"])),
    ]


def _pricing(payload: Mapping[str, Any]) -> Facts:
    hours = payload["quoteValidHours"]
    return [
        (_("Added to the cost"), f"{Decimal(str(payload['markupPercent'])).normalize():f} %"),
        (_("Prices rounded to"), str(dict(_choices(PricingForm, "round_to"))[payload["roundTo"]])),
        (_("Usual delivery fee"), money(payload["deliveryFee"])),
        (_("A quote is valid for"), ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}),
    ]


def _verification(payload: Mapping[str, Any]) -> Facts:
    return [
        (_("Owner"), payload["ownerName"]),
        (_("Commercial register number"), payload["commercialRegister"]),
        *([(_("Tax number"), payload["taxNumber"])] if payload.get("taxNumber") else []),
    ]


def _choices(form: Any, field: str) -> Any:
    return form.base_fields[field].choices


FACTS = {
    Step.BUSINESS_INFO: _business,
    Step.LOCATION_INFO: _location,
    Step.VEHICLE_BRANDS: _brands,
    Step.INVENTORY_SETUP: _inventory,
    Step.PRICING_STRATEGY: _pricing,
    Step.VERIFICATION: _verification,
}
