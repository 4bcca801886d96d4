"""An import through the API, from the file to the parts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clutch.feed.jobs import run_due
from inventory.models import Part
from inventory.tests.factories import PartFactory
from shops.tests.api.people import client

pytestmark = pytest.mark.django_db

IMPORTS = "/api/v1/inventory/imports"
PRICES = """Part No,Name,Brand,Price
58101-1RA00,Front brake pads,Hankook Frixa,900.00
GDB 1330,Rear brake pads,TRW,450
"""


def upload(user, text, *, kind="price_list", name="prices.csv"):
    content = text.encode() if isinstance(text, str) else text
    return client(user).post(
        IMPORTS, {"kind": kind, "file": SimpleUploadedFile(name, content)}, format="multipart"
    )


def test_price_list_creates_and_updates(shop, owner):
    there = PartFactory(shop=shop, number="58101 1ra00", name="Pads")
    answer = upload(owner, PRICES)
    assert answer.status_code == 201, answer.json()
    found = answer.json()
    assert [(column["header"], column["field"]) for column in found["columns"]] == [
        ("Part No", "number"), ("Name", "name"), ("Brand", "brand"), ("Price", "selling_price"),
    ]  # fmt: skip
    address = f"{IMPORTS}/{found['id']}"
    columns = [{"index": column["index"], "field": column["field"]} for column in found["columns"]]
    assert client(owner).put(f"{address}/mapping", {"columns": columns}).status_code == 202
    run_due()
    ready = client(owner).get(address).json()
    assert (ready["status"], ready["toCreate"], ready["toUpdate"], ready["rowsBad"]) == ("ready", 1, 1, 0)
    assert client(owner).post(f"{address}/run", {}).status_code == 202
    run_due()
    done = client(owner).get(address).json()
    assert (done["status"], done["partsCreated"], done["partsUpdated"], done["progress"]) == (
        "done",
        1,
        1,
        100,
    )
    there.refresh_from_db()
    assert (there.name, str(there.selling_price), there.number) == (
        "Front brake pads",
        "900.000",
        "58101 1ra00",
    )
    new = Part.objects.get(shop=shop, number="GDB 1330")
    assert (new.brand_key, new.words, new.stock.on_hand) == ("trw", "rear brake pad trw", 0)
