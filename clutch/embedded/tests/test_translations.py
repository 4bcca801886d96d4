"""Translations are compiled when they are needed, and only then."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from clutch.embedded import translations
from clutch.embedded.translations import compile_translations

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Brakes"\nmsgstr "فرامل"\n'


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "locale" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO, encoding="utf-8")
    return tmp_path


def test_translation_is_compiled_once_and_again_when_it_changes(base: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert [compile_translations(data_dir, base) for _ in range(2)] == [1, 0]
    source = base / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))
    assert compile_translations(data_dir, base) == 1
    assert gettext.translation("django", base / "locale", ["ar"]).gettext("Brakes") == "فرامل"


def test_translation_of_a_read_only_project_goes_to_the_data_folder(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, compile_ = tmp_path / "data", translations._compile

    def refuse_project(source: Path, target: Path) -> None:
        if data_dir not in target.parents:
            raise PermissionError
        compile_(source, target)

    monkeypatch.setattr(translations, "_compile", refuse_project)
    assert [compile_translations(data_dir, base) for _ in range(2)] == [1, 0]
    assert gettext.translation("django", data_dir / "locale", ["ar"]).gettext("Brakes") == "فرامل"
