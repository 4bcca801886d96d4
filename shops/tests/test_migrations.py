"""The data migration, forwards from the state before it."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shops.models import Make, MakeAlias, VehicleModel


@pytest.mark.django_db
def test_vehicle_data_migration_loads_into_empty_tables_and_twice():
    executor = MigrationExecutor(connection)
    before = executor.loader.project_state([("shops", "0001_initial")])
    migration = executor.loader.get_migration("shops", "0002_vehicle_data")
    for model in (VehicleModel, MakeAlias, Make):
        model.objects.all().delete()
    for _again in range(2):
        with connection.schema_editor() as editor:
            migration.apply(before.clone(), editor)
        counts = [model.objects.count() for model in (Make, MakeAlias, VehicleModel)]
        assert counts == [443, 72, 4019]
    accent = before.apps.get_model("shops", "VehicleModel").objects.get(key="accent", make__key="hyundai")
    assert (accent.name, accent.year_from) == ("Accent", 1995)


@pytest.mark.django_db
def test_functions_of_matching_go_and_come_back():
    executor = MigrationExecutor(connection)
    steps = [("0002_vehicle_data", "0003_nearest"), ("0003_nearest", "0004_nearest_merged")]
    with_functions = functions()
    for before, name in reversed(steps):
        migration = executor.loader.get_migration("shops", name)
        with connection.schema_editor() as editor:
            migration.unapply(executor.loader.project_state([("shops", before)]), editor)
    assert functions() == []
    for before, name in steps:
        migration = executor.loader.get_migration("shops", name)
        with connection.schema_editor() as editor:
            migration.apply(executor.loader.project_state([("shops", before)]), editor)
    assert functions() == with_functions == ["shops_local_minutes", "shops_nearest"]


def functions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE %s ORDER BY proname", [r"shops\_%"])
        return [name for [name] in cursor.fetchall()]
