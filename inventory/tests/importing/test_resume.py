"""A worker that is killed in the middle, another that goes on: the same rows as if nothing had happened."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from benchmarks._parts import write_catalogue
from clutch.feed.jobs import run_due
from clutch.feed.models import Job, JobState
from clutch.live.tests.server import ROOT, database_url
from inventory import tasks
from inventory.actions import importing
from inventory.actions.import_sweeps import STUCK_AFTER, sweep_left, sweep_stuck
from inventory.checks import differences
from inventory.enums import ImportStatus
from inventory.models import ImportIssue, ImportRow, Movement, Part, PartImport
from inventory.tests.importing.acts import actor_of, checked, csv, imported, uploaded
from shops.tests.factories import ShopFactory

ROWS = 1_200
# A worker with small steps, so that there is a middle to be killed in.
WORKER = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.PRIVATE_ROOT = Path(sys.argv[3])
from inventory import tasks
from inventory.importing import loading, opening, staging
loading.STEP = opening.STEP = loading.FIRST_STEP = 40
staging.Plan.batches.__defaults__ = (40,)
getattr(tasks, sys.argv[1])(sys.argv[2])
"""
SECONDS = 60


def killed_in(job: str, source: PartImport, field: str) -> int:
    """Start a worker on a job and kill it once it has come some way; return how far it had come."""
    environment = {**os.environ, "CLUTCH_TESTING": "1", "DATABASE_URL": database_url()}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, job, str(source.pk), str(site.PRIVATE_ROOT)],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "clutch.settings"},
    )
    end = time.monotonic() + SECONDS
    while getattr(PartImport.objects.get(pk=source.pk), field) < 120:
        assert worker.poll() is None, "the worker has ended by itself"
        assert time.monotonic() < end
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    source.refresh_from_db()
    return int(getattr(source, field))


def outcome(source: PartImport) -> Any:
    """What an import has done, without its own keys."""
    shop = source.shop_id
    parts = Part.objects.filter(shop=shop).values_list(
        "number", "name", "brand", "selling_price", "category__name", "default_bin__code", "stock__on_hand",
        "stock__value", "numbers__number", "barcodes__code", "version",
    ).order_by("number", "numbers__number")  # fmt: skip
    moved = (
        Movement.objects.filter(shop=shop).order_by("part__number").values_list("part__number", "quantity")
    )
    counts = (source.parts_created, source.parts_updated, source.units_moved, source.rows_bad)
    return list(parts), list(moved.values_list("part__number", "quantity")), counts, source.status


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_killed_worker_leaves_nothing_undone_and_nothing_twice(tmp_path: Any) -> None:
    path = tmp_path / "catalogue.csv"
    write_catalogue(path, ROWS)
    content = path.read_bytes() + b"X-1,Pads,TRW,oes,Brake,-5,,1,,,,\n"
    shop, whole = ShopFactory(), ShopFactory()
    source = uploaded(shop, SimpleUploadedFile("c.csv", content), kind="opening_stock")
    importing.map_import(
        source.pk, shop_id=shop.pk, mapping=source.mapping, options=importing.Options(), actor=actor_of(shop)
    )
    assert 0 < killed_in("check_import", source, "staged_through") < ROWS
    tasks.check_import(str(source.pk))
    source.refresh_from_db()
    assert (source.status, source.rows_total, source.rows_bad) == ("ready", ROWS + 1, 1)
    importing.run_import(source.pk, shop_id=shop.pk, skip_errors=True, actor=actor_of(shop))
    assert 0 < killed_in("run_import", source, "applied_through") < ROWS
    tasks.run_import(str(source.pk))
    source.refresh_from_db()
    straight = imported(whole, SimpleUploadedFile("c.csv", content), kind="opening_stock")
    assert outcome(source) == outcome(straight)
    assert (source.parts_created, ImportIssue.objects.filter(source=source).count()) == (ROWS, 1)
    importing.undo_import(source.pk, shop_id=shop.pk, actor=actor_of(shop))
    run_due()
    source.refresh_from_db()
    assert (source.status, source.parts_kept) == ("undone", 0)
    assert differences() == []


@pytest.mark.django_db
def test_import_without_a_job_goes_on_and_one_whose_job_was_given_up_fails(shop: Any) -> None:
    lost = checked(shop, csv("number,name", "A1,Pads"))
    hopeless = checked(shop, csv("number,name", "B1,Discs"))
    at_work = checked(shop, csv("number,name", "C1,Oil"))
    for source in (lost, hopeless, at_work):
        importing.run_import(source.pk, shop_id=shop.pk, actor=actor_of(shop))
    Job.objects.filter(key=str(lost.pk)).delete()
    Job.objects.filter(key=str(hopeless.pk)).update(state=JobState.DEAD)
    assert sweep_stuck() == 0
    assert sweep_stuck(now=timezone.now() + STUCK_AFTER) == 2
    hopeless.refresh_from_db()
    assert (hopeless.status, bool(hopeless.failure)) == ("failed", True)
    run_due()
    found = dict(PartImport.objects.values_list("pk", "status"))
    assert found == {lost.pk: "done", hopeless.pk: "failed", at_work.pk: "done"}
    # Nothing of it was imported: the person begins with it again.
    importing.map_import(
        hopeless.pk, shop_id=shop.pk, mapping=hopeless.mapping, options=importing.Options(),
        actor=actor_of(shop),
    )  # fmt: skip
    run_due()
    importing.run_import(hopeless.pk, shop_id=shop.pk, actor=actor_of(shop))
    run_due()
    assert sorted(Part.objects.values_list("number", flat=True)) == ["A1", "B1", "C1"]


@pytest.mark.django_db(transaction=True)
def test_what_imports_leave_is_cleared_in_time(tmp_path: Any) -> None:
    shop = ShopFactory()
    done = imported(shop, csv("number,name,price", "A1,Pads,7", "B1,x,-1"))
    ready = checked(shop, csv("number,name", "C1,Oil"))
    there = [source.file.path for source in (done, ready)]
    now = timezone.now()

    def kept() -> tuple[list[str], list[bool], int]:
        rows = ImportRow.objects.order_by("source_id", "row").values_list("number", flat=True)
        return list(rows), [os.path.exists(path) for path in there], ImportIssue.objects.count()

    assert (sweep_left(now=now), kept()) == (0, (["A1", "B1", "C1"], [True, True], 1))
    assert (sweep_left(now=now + timedelta(days=2)), kept()) == (1, (["C1"], [True, True], 1))
    # Its errors stay for who looks back.
    assert (sweep_left(now=now + timedelta(days=40)), kept()) == (1, ([], [True, True], 1))
    assert PartImport.objects.get(pk=ready.pk).status == ImportStatus.CANCELLED
    assert (sweep_left(now=now + timedelta(days=100)), kept()) == (2, ([], [False, False], 1))
    assert sweep_left(now=now + timedelta(days=100)) == 0
