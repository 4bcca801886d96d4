"""The one request format besides form uploads: strict JSON."""

import json
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers

MOST_DEPTH = 32


class StrictJSONParser(parsers.JSONParser):
    """JSON as RFC 8259 has it: UTF-8, one object, no key twice, no NaN, not nested without end."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        """Return the object. Raises ParseError (400) that says what is wrong and where."""
        try:
            data = json.loads(
                stream.read().decode("utf-8"),
                object_pairs_hook=_without_duplicates,
                parse_constant=_refuse_constant,
                parse_float=_finite_float,
            )
        except json.JSONDecodeError as error:
            raise exceptions.ParseError(
                _("This is not valid JSON: line %(line)s, column %(column)s.")
                % {"line": error.lineno, "column": error.colno}
            ) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("This JSON is nested too deeply.")) from error
        except ValueError as error:
            # Not UTF-8, or an integer of more than 4,300 digits.
            raise exceptions.ParseError(_("This is not valid JSON.")) from error
        if not isinstance(data, dict):
            raise exceptions.ParseError(_("The body must be a JSON object."))
        if _deeper_than(data, MOST_DEPTH):
            raise exceptions.ParseError(_("This JSON is nested too deeply."))
        return data


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise exceptions.ParseError(_("The key “%(key)s” appears twice.") % {"key": twice[:80]})
    return found


def _refuse_constant(name: str) -> float:
    raise exceptions.ParseError(_("%(name)s is not a number in JSON.") % {"name": name})


def _finite_float(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise exceptions.ParseError(_("%(name)s is too large a number.") % {"name": text[:40]})
    return number


def _deeper_than(data: Any, depth: int) -> bool:
    level: list[Any] = [data]
    for _level in range(depth):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
