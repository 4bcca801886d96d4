"""Gap-free numbers that people read."""

from django.db import connection

TAKE = """
INSERT INTO core_numberseries AS s (name, last) VALUES (%s, 1)
ON CONFLICT (name) DO UPDATE SET last = s.last + 1
RETURNING last
"""


def take_number(series: str) -> int:
    """Lock a series and take its next number, from 1; the number comes back if the act fails.

    Everybody who takes one waits for the commit of the last, so take it late.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [series])
        return int(cursor.fetchone()[0])
