"""The file of made-up parts that larger tests and benchmarks bring in."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from benchmarks._parts import TITLE, catalogue, write_catalogue
from inventory.checks import differences
from inventory.models import Barcode, Part, Stock
from inventory.tests.importing.acts import imported, issues

pytestmark = pytest.mark.django_db


def test_made_up_catalogue_goes_in_as_it_stands(shop: Any, tmp_path: Any) -> None:
    path = tmp_path / "catalogue.csv"
    write_catalogue(path, 60)
    assert path.read_text("utf-8-sig").startswith(TITLE)
    rows = list(catalogue(60))
    assert rows == list(catalogue(90))[:60]
    source = imported(shop, SimpleUploadedFile("catalogue.csv", path.read_bytes()), kind="opening_stock")
    assert (source.status, source.layout["header_row"], issues(source)) == ("done", 3, [])
    assert (source.parts_created, source.units_moved) == (60, sum(int(row[7]) for row in rows))
    assert set(Part.objects.values_list("number", flat=True)) == {row[0] for row in rows}
    assert set(Barcode.objects.values_list("symbology", "code")) == {("ean13", row[9]) for row in rows}
    assert Stock.objects.filter(on_hand=0).count() == 6
    assert differences() == []
