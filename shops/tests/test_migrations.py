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
    migration = executor.loader.get_migration("shops", "0003_nearest")
    state = executor.loader.project_state([("shops", "0002_vehicle_data")])
    with connection.schema_editor() as editor:
        migration.unapply(state.clone(), editor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'shops\\_%%'", [])
        assert cursor.fetchone() == (0,)
    with connection.schema_editor() as editor:
        migration.apply(state.clone(), editor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'shops\\_%%'", [])
        assert cursor.fetchone() == (2,)
