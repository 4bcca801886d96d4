"""The makes and models that come with the project (shops/data/README.md)."""

from typing import Any

from django.db import migrations

from shops.vehicle_data import load


def forwards(apps: Any, schema_editor: Any) -> None:
    load(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
