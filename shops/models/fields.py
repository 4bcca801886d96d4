"""Columns of types that Django has no field for: `cube` and `int4multirange`."""

from typing import TYPE_CHECKING, Any

from django.db import models

# Django's Field takes parameters for type checkers only.
if TYPE_CHECKING:
    TextField = models.Field[str, str]
else:
    TextField = models.Field


class CubeField(TextField):
    """A point on the sphere as `ll_to_earth(latitude, longitude)` gives it.

    Written by SQL only and read as text. The column is `cube` and not the domain `earth`,
    whose check calls functions by bare names and therefore fails while a dump is restored.
    """

    description = "cube"

    def db_type(self, connection: Any) -> str:
        return "cube"


class MultiRangeField(TextField):
    """Postgres' int4multirange, written by SQL only and read as text: `{[540,1080),[1980,2520)}`."""

    description = "int4multirange"

    def db_type(self, connection: Any) -> str:
        return "int4multirange"
