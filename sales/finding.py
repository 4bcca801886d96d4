"""By what a shop's customers are found: name, company, phone, number, plate, VIN, in any spelling."""

from collections.abc import Iterable

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from sales.models import Customer, CustomerVehicle
from shops.keys import name_key

# Below three letters a trigram says nothing: such a word is looked for at the beginning of words.
SHORT = 3
# So much of what was typed stands in the name, when no word stands there as typed.
ALIKE = 0.45


def words_of(customer: Customer, vehicles: Iterable[CustomerVehicle]) -> str:
    """All by which a customer is found, between single spaces: one word each, plates and VINs joined."""
    typed = (customer.name, customer.company, customer.contact_person)
    found = [name_key(word) for text in typed for word in text.split()]
    found += [name_key(text) for text in (customer.number, customer.email, customer.tax_number)]
    found += [phone.lstrip("+") for phone in (customer.phone, customer.second_phone)]
    for vehicle in vehicles:
        found += [name_key(vehicle.plate), vehicle.vin.lower()]
    return f" {' '.join(dict.fromkeys(word for word in found if word))} "


def matching(rows: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """The customers whom a typed text may mean, best first; all of them, by name, for a text without words.

    Every word must stand somewhere in what a customer is known by, or the whole text does (a plate
    typed with spaces). Where nobody is found so, names that are alike (pg_trgm) are.
    """
    key = name_key(text)
    if not key:
        return rows.order_by("name", "pk")
    found = rows.filter(_stands(key) if key.isdigit() else _every(text) | _stands(key))
    if not found.exists():
        spoken = " ".join(filter(None, map(name_key, text.split())))
        alike = rows.annotate(alike=TrigramWordSimilarity(spoken, "words"))
        return alike.filter(alike__gte=ALIKE).order_by("-alike", "name", "pk")
    best = Case(
        When(number__iexact=text.strip(), then=Value(0)),
        When(words__contains=f" {_plain(key)} ", then=Value(1)),
        When(name_key__startswith=key, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return found.annotate(best=best).order_by("best", "name", "pk")


def _every(text: str) -> Q:
    """Where every word stands somewhere."""
    every = Q()
    for word in filter(None, map(name_key, text.split())):
        every &= _stands(word)
    return every


def _stands(word: str) -> Q:
    """Where a word stands. A phone is kept with its country, so the zeros before it do not count."""
    plain = _plain(word)
    return Q(words__contains=plain if len(plain) >= SHORT else f" {plain}")


def _plain(word: str) -> str:
    return word.lstrip("0") or word if word.isdigit() else word
