"""From what people type to the lists: names, unlisted ones, VIN, and the data itself."""

import time
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Invalid
from clutch.feed.actor import Actor
from shops import vin
from shops.actions import vehicles as acts
from shops.keys import name_key
from shops.models import Make, MakeAlias, UnlistedVehicle, VehicleModel
from shops.vehicle_data import ALIASES, load
from shops.vehicles import find_make, resolve

ACTOR = Actor.beat()
data = pytest.mark.usefixtures("vehicle_data")


def listed(name: str) -> Make:
    make = find_make(name)
    assert make is not None
    return make


def queued(make: str, model: str) -> UUID:
    unlisted = acts.note_unlisted(resolve(make, model), actor=ACTOR)
    assert unlisted is not None
    return unlisted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Citroën", "CITROEN "),
        ("Mercedes-Benz", "mercedes benz"),
        ("هيونداى", "هيونداي"),
        ("أوبل", "اوبل"),
        ("BMW 3ER", "bmw ٣er"),
    ],
)
def test_names_agree_in_spite_of_spelling(one, other):
    assert name_key(one) == name_key(other) != ""


@given(st.text(max_size=40))
def test_name_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text)


@data
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("HYUNDAI", "Hyundai"),
        ("تويوتا", "Toyota"),
        ("بي ام دبليو", "BMW"),
        ("مرسيدس", "Mercedes-Benz"),
        ("vw", "Volkswagen"),
        ("citroen", "Citroën"),
    ],
)
def test_make_is_found_by_any_spelling(typed, name):
    assert listed(typed).name == name


@data
@pytest.mark.django_db
def test_every_alias_belongs_to_a_make_of_the_lists():
    assert MakeAlias.objects.count() == sum(len(names) for names in ALIASES.values())
    assert not Make.objects.filter(key__in=MakeAlias.objects.values("key")).exists()


@data
@pytest.mark.django_db
def test_listed_vehicle_resolves_without_warning():
    found = resolve("hyundai", "accent", 2018, "")
    assert (found.make_name, found.model_name, found.warnings) == ("Hyundai", "Accent", ())
    assert found.model_id is not None
    assert VehicleModel.objects.get(pk=found.model_id).make_id == found.make_id


@data
@pytest.mark.django_db
@pytest.mark.parametrize("year", [1890, timezone.now().year + 2, 1975])
def test_odd_year_only_warns(year):
    assert len(resolve("Hyundai", "Accent", year, "").warnings) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("make", "model"), [("", ""), ("...", "!"), ("\x00", "x"), ("ماركة", "موديل")])
def test_resolve_never_raises(make, model):
    found = resolve(make, model, None, "not a vin at all, too long for one")
    assert (found.make_id, found.model_id) == (None, None)
    assert found.warnings


@data
@pytest.mark.django_db
def test_unlisted_words_are_queued_once_and_counted():
    for typed in ("Zaporozhets", "ZAPOROZHETS "):
        acts.note_unlisted(resolve(typed, "968", 1985, ""), actor=ACTOR)
    row = UnlistedVehicle.objects.get()
    assert (row.make_name, row.model_name, row.year, row.times) == ("Zaporozhets", "968", 1985, 2)
    assert acts.note_unlisted(resolve("Hyundai", "Accent"), actor=ACTOR) is None
    assert acts.note_unlisted(resolve("Hyundai", ""), actor=ACTOR) is None
    assert UnlistedVehicle.objects.count() == 1


@data
@pytest.mark.django_db
def test_mapped_words_resolve_from_then_on():
    staff = Actor.staff(StaffFactory())
    unlisted = queued("Hyunday", "Aksent")
    make = listed("Hyundai")
    model = VehicleModel.objects.get(make=make, key="accent")
    row = acts.map_unlisted(unlisted, make_id=make.pk, model_id=model.pk, actor=staff)
    assert row.status == "mapped"
    found = resolve("HYUNDAY", "aksent")
    assert (found.make_id, found.model_id, found.warnings) == (make.pk, model.pk, ())
    assert resolve("hyunday", "tucson").model_name == "Tucson"


@data
@pytest.mark.django_db
def test_unlisted_model_of_a_listed_make_is_mapped_to_its_model():
    unlisted = queued("Hyundai", "Verna New")
    make = listed("Hyundai")
    model = VehicleModel.objects.get(make=make, key="accent")
    acts.map_unlisted(unlisted, make_id=make.pk, model_id=model.pk, actor=ACTOR)
    assert resolve("hyundai", "VERNA new").model_id == model.pk
    acts.reject_unlisted(unlisted, actor=ACTOR)
    assert resolve("hyundai", "VERNA new").model_id is None


@data
@pytest.mark.django_db
def test_model_of_another_make_cannot_be_meant():
    unlisted = queued("Hyunday", "Aksent")
    toyota = VehicleModel.objects.filter(make=find_make("Toyota")).first()
    assert toyota is not None
    with pytest.raises(Invalid) as refused:
        acts.map_unlisted(unlisted, make_id=listed("Hyundai").pk, model_id=toyota.pk, actor=ACTOR)
    assert list(refused.value.fields) == ["model"]
    assert UnlistedVehicle.objects.get().status == "open"


@pytest.mark.django_db
def test_data_loads_fast_and_again_keeps_what_staff_edited():
    VehicleModel.objects.all().delete()
    Make.objects.all().delete()
    began = time.perf_counter()
    load(connection)
    assert time.perf_counter() - began < 3
    assert (Make.objects.count(), VehicleModel.objects.count()) == (443, 4019)
    Make.objects.filter(key="hyundai").update(name="HYUNDAI Motor", is_common=False)
    VehicleModel.objects.filter(key="accent", make__key="hyundai").update(year_to=2030)
    Make.objects.filter(key="toyota").delete()
    load(connection)
    assert Make.objects.get(key="hyundai").name == "HYUNDAI Motor"
    assert VehicleModel.objects.get(key="accent", make__key="hyundai").year_to == 2030
    assert Make.objects.filter(key="toyota").exists()
    assert VehicleModel.objects.count() == 4019


@data
@pytest.mark.django_db
def test_one_model_under_two_spellings_has_the_years_of_both():
    model = VehicleModel.objects.get(make__key="oshkosh", key="hseries")
    assert (model.name, model.year_from, model.year_to) == ("H Series", 1995, None)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        (" kmhct4ae-0du 123456\n", "KMHCT4AE0DU123456"),
        ("ae١٠١-٠٠٩٨", "AE1010098"),
        ("\u200eAE101\u200f", "AE101"),
    ],
)
def test_number_is_cleaned(typed, cleaned):
    assert vin.clean(typed) == cleaned


@pytest.mark.parametrize(
    ("number", "fine"),
    [
        ("ABCD", False),
        ("ABCDE", True),
        ("OIQ12345", True),
        ("KMHCTIAE0DU123456", False),
        ("KMHCT4AE0DU123456", True),
        ("KMHCT4AE0DU1234567", False),
        ("ABC*E", False),
        ("ЖЖЖЖЖ", False),
    ],
)
def test_what_can_be_a_number(number, fine):
    assert (str(vin.problem(number)) == "") is fine


@pytest.mark.parametrize(
    ("number", "right"),
    [("1M8GDM9AXKP042788", True), ("11111111111111111", True), ("1M8GDM9A1KP042788", False)],
)
def test_check_digit(number, right):
    assert vin.check_digit_is_right(number) is right


def test_failed_check_digit_only_warns():
    decoded = vin.decode("1HGCM82633A004353".replace("8263", "8269"))
    assert (decoded.make, len(decoded.warnings)) == ("HONDA", 1)


def test_maker_outside_the_us_tables_is_named():
    decoded = vin.decode("XTA21099043123456")
    assert (decoded.make, decoded.country) == ("AvtoVAZ", "Russia")
    assert decoded.warnings


@given(st.text(max_size=30))
def test_decode_never_raises(text):
    assert isinstance(vin.decode(text), vin.Decoded)


def test_broken_decoder_only_warns(monkeypatch):
    import ultravin

    def broken(number):
        raise RuntimeError("tables are gone")

    monkeypatch.setattr(ultravin, "decode", broken)
    decoded = vin.decode("WVWZZZ1JZ3W386752")
    vin.decode.cache_clear()
    assert (decoded.make, len(decoded.warnings)) == ("", 1)


@pytest.mark.django_db
def test_person_has_one_default_vehicle():
    from django.db import IntegrityError

    from shops.tests.factories import GarageVehicleFactory

    user = UserFactory()
    GarageVehicleFactory(user=user, is_default=True)
    with pytest.raises(IntegrityError):
        GarageVehicleFactory(user=user, is_default=True)
