"""What the demo city looks like: where, which makes, which hours. Every row that comes of it is marked.

Names are plain numbers ("Demo shop 07"): nobody is invented. Places are districts of Greater Cairo
with the coordinates of their centres; vehicles are from the project's own vehicle data.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

SHOPS, CUSTOMERS = 60, 20
SEED = 20

DISTRICTS = (
    ("Nasr City", 30.0561, 31.3300), ("Heliopolis", 30.0911, 31.3225), ("Maadi", 29.9602, 31.2569),
    ("Dokki", 30.0384, 31.2123), ("Zamalek", 30.0626, 31.2197), ("Shubra", 30.0912, 31.2450),
    ("Mohandessin", 30.0566, 31.2001), ("Downtown", 30.0478, 31.2400), ("Imbaba", 30.0763, 31.2075),
    ("New Cairo", 30.0074, 31.4913), ("Helwan", 29.8414, 31.3008), ("Giza", 30.0131, 31.2089),
)  # fmt: skip

# Models that are on the road there, all of them in the vehicle data.
VEHICLES = {
    "Hyundai": ("Accent", "Elantra", "Tucson"), "Kia": ("Cerato", "Sportage", "Picanto"),
    "Toyota": ("Corolla", "Camry", "RAV4"), "Nissan": ("Sentra", "Juke", "Micra"),
    "Chevrolet": ("Aveo", "Cruze"), "Mitsubishi": ("Lancer", "Pajero"), "Fiat": ("Tipo", "128", "Punto"),
    "Renault": ("Logan", "Megane", "Duster"), "Peugeot": ("301", "508"), "Skoda": ("Octavia", "Fabia"),
    "Opel": ("Astra", "Corsa"), "Suzuki": ("Swift", "Alto"), "Chery": ("Tiggo 7", "Arrizo 5"),
    "MG": ("MG5", "MG ZS"), "Honda": ("Civic", "City"), "Volkswagen": ("Passat", "Golf"),
}  # fmt: skip
COMMON = ("Hyundai", "Kia", "Toyota", "Nissan", "Chevrolet", "Fiat")

Part = tuple[str, str, int, int]

# name, number, low and high price in the market's currency
PARTS = (
    ("Front brake pads", "58101-1RA00", 650, 1100), ("Rear brake pads", "58302-1RA30", 500, 900),
    ("Oil filter", "26300-35505", 90, 220), ("Air filter", "28113-1R100", 150, 320),
    ("Cabin filter", "97133-2E210", 120, 280), ("Spark plug", "18855-10060", 110, 260),
    ("Front shock absorber", "54651-1R000", 1400, 2600), ("Alternator", "37300-2B101", 3800, 7200),
    ("Radiator", "25310-1R000", 1900, 3600), ("Water pump", "25100-2B000", 850, 1700),
    ("Clutch kit", "41100-23510", 2900, 5400), ("Timing belt", "24312-26001", 380, 820),
    ("Headlamp, left", "92101-1R010", 1600, 3900), ("Wiper blades", "98350-1R000", 130, 300),
    ("Battery 60 Ah", "", 1800, 3100), ("Ball joint", "54530-1R000", 260, 540),
)  # fmt: skip
BRANDS = ("Mobis", "Bosch", "Valeo", "NGK", "Mann", "KYB", "Mando", "TRW")

DAYS = range(7)
FRIDAY = 4
LONG_DAY = [(day, time(9), time(23)) for day in DAYS]
SPLIT_DAY = [
    interval
    for day in DAYS
    for interval in (
        [(day, time(14), time(23))]
        if day == FRIDAY
        else [(day, time(10), time(15)), (day, time(17), time(23))]
    )
]
SIX_DAYS = [(day, time(9), time(21)) for day in DAYS if day != FRIDAY]
PAST_MIDNIGHT = [(day, time(12), time(2)) for day in DAYS]
ALWAYS: list[tuple[int, time, time]] = []
HOURS = (LONG_DAY, SPLIT_DAY, SIX_DAYS, PAST_MIDNIGHT, ALWAYS)


@dataclass(frozen=True)
class PlannedShop:
    """One shop of the city; coordinates in degrees (WGS 84)."""

    number: int
    district: str
    latitude: float
    longitude: float
    radius_km: int
    makes: tuple[str, ...]
    hours: list[tuple[int, time, time]]

    @property
    def name(self) -> str:
        """ "Demo shop 07, Maadi"."""
        return f"Demo shop {self.number:02}, {self.district}"


@dataclass(frozen=True)
class PlannedCustomer:
    """One customer of the city, where they live and what they drive."""

    number: int
    district: str
    latitude: float
    longitude: float
    make: str
    model: str
    year: int

    @property
    def name(self) -> str:
        """ "Demo customer 03"."""
        return f"Demo customer {self.number:02}"


def _near(chance: random.Random, number: int, spread_km: float) -> tuple[str, float, float]:
    district, latitude, longitude = DISTRICTS[number % len(DISTRICTS)]
    north, east = chance.gauss(0, spread_km), chance.gauss(0, spread_km)
    return (
        district,
        round(latitude + north / 111.2, 5),
        round(longitude + east / (111.2 * math.cos(math.radians(latitude))), 5),
    )


def shops() -> Iterator[PlannedShop]:
    """The shops, the same at every call. Every fifth serves any make; no make is without a shop.

    The first serves any make at any hour: whoever tries it out finds its queue full.
    """
    chance = random.Random(SEED)
    makes = list(VEHICLES)
    for number in range(1, SHOPS + 1):
        district, latitude, longitude = _near(chance, number, 1.5)
        chosen = {*chance.sample(COMMON, 2), makes[number % len(makes)], makes[(number * 7) % len(makes)]}
        yield PlannedShop(
            number, district, latitude, longitude, chance.choice((10, 15, 20, 30)),
            () if number % 5 == 0 or number == 1 else tuple(sorted(chosen)),
            ALWAYS if number == 1 else HOURS[number % len(HOURS)],
        )  # fmt: skip


def applicants(count: int) -> Iterator[PlannedShop]:
    """Shops that want to come in; their numbers follow those of the city."""
    chance = random.Random(SEED + 2)
    for number in range(SHOPS + 1, SHOPS + 1 + count):
        district, latitude, longitude = _near(chance, number * 5, 1.5)
        makes = tuple(sorted(chance.sample(COMMON, 2)))
        yield PlannedShop(number, district, latitude, longitude, 15, makes, LONG_DAY)


def customers() -> Iterator[PlannedCustomer]:
    """The customers, the same at every call. The first lives in the district of the first shop."""
    chance = random.Random(SEED + 1)
    for number in range(1, CUSTOMERS + 1):
        district, latitude, longitude = _near(chance, number * 5 - 4, 1.0)
        make = chance.choice(COMMON if number % 3 else list(VEHICLES))
        yield PlannedCustomer(
            number,
            district,
            latitude,
            longitude,
            make,
            chance.choice(VEHICLES[make]),
            chance.randint(2009, 2023),
        )
