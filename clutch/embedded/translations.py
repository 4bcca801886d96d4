"""Compiled translations, made where they are missing or older than their source."""

from __future__ import annotations

import os
from pathlib import Path

from clutch.embedded.paths import BASE_DIR


def compile_translations(data_dir: Path, base: Path = BASE_DIR) -> int:
    """Compile `locale/*/LC_MESSAGES/*.po` and return how many were compiled.

    Where the project cannot be written they go to the same place under the data folder, which is in
    LOCALE_PATHS as well.
    """
    made = 0
    for source in (base / "locale").glob("*/LC_MESSAGES/*.po"):
        beside = source.with_suffix(".mo")
        apart = data_dir / beside.relative_to(base)
        if any(_newer(target, source) for target in (beside, apart)):
            continue
        try:
            _compile(source, beside)
        except PermissionError:
            apart.parent.mkdir(parents=True, exist_ok=True)
            _compile(source, apart)
        made += 1
    return made


def _newer(target: Path, source: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def _compile(source: Path, target: Path) -> None:
    import polib

    partial = target.with_suffix(f".{os.getpid()}")
    with open(partial, "wb") as file:
        file.write(polib.pofile(str(source)).to_binary())
    # Another process may be reading the old one.
    partial.replace(target)
