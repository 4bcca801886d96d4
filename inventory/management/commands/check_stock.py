"""`manage.py check_stock`: proves that what is on hand is the sum of what moved."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory.checks import differences


class Command(BaseCommand):
    """Compare on hand, value and bins with the ledger; exit 1 and name the parts that differ."""

    help = "Prove that stock, its value and its bins are the sums of their movements."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference."""
        found = differences()
        for difference in found:
            self.stderr.write(str(difference))
        if found:
            raise CommandError(f"{len(found)} differences")
        self.stdout.write("Every part agrees with its movements.")
