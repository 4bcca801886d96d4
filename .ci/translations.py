"""Checks that locale/ar has every text of the code, translated, with the same variables.

Runs xgettext through Django on a copy of the catalogue and compares; prints what is missing.
"""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polib

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def variables(text: str) -> set[str]:
    """The placeholders of a message."""
    return set(VARIABLE.findall(text))


def extracted() -> set[tuple[str | None, str]]:
    """All (context, message) pairs in code and templates, djangojs included."""
    found: set[tuple[str | None, str]] = set()
    with TemporaryDirectory() as folder:
        files = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for name in files.split():
            path = Path(name)
            if path.suffix not in {".py", ".html", ".js", ".txt"} or path.parts[0] in {"benchmarks", ".ci"}:
                continue
            if "tests" in path.parts or "migrations" in path.parts:
                continue
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
        (Path(folder) / "locale").mkdir(exist_ok=True)
        for domain in ("django", "djangojs"):
            extensions = ["-e", "js"] if domain == "djangojs" else ["-e", "html,txt,py"]
            subprocess.run(
                [sys.executable, "-m", "django", "makemessages", "-l", "ar", "-d", domain, *extensions],
                cwd=folder, check=True, capture_output=True,
            )  # fmt: skip
            made = Path(folder) / "locale" / "ar" / "LC_MESSAGES" / f"{domain}.po"
            if made.exists():
                found |= {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(made))}
    return found


def problems() -> list[str]:
    """What is untranslated, fuzzy, missing, unused, or has other variables."""
    translated: dict[tuple[str | None, str], polib.POEntry] = {}
    for domain in ("django", "djangojs"):
        path = ROOT / "locale" / "ar" / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            translated |= {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path)) if not e.obsolete}
    wanted, found = extracted(), []
    for key in sorted(wanted, key=str):
        entry = translated.get(key)
        if entry is None or not entry.translated() or "fuzzy" in entry.flags:
            found.append(f"not translated: {key[1]!r}")
            continue
        texts = [entry.msgstr, *entry.msgstr_plural.values()]
        given = variables(entry.msgid) | variables(entry.msgid_plural)
        if any(variables(text) - given for text in texts) or not any(
            variables(text) == variables(entry.msgid) or variables(text) == variables(entry.msgid_plural)
            for text in texts
        ):
            found.append(f"other variables: {key[1]!r}")
    found += [f"not used any more: {key[1]!r}" for key in sorted(translated.keys() - wanted, key=str)]
    return found


if __name__ == "__main__":
    lines = problems()
    print("\n".join(lines) or "every text has its Arabic")
    sys.exit(1 if lines else 0)
