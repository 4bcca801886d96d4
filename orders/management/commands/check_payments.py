"""Prove that the payment ledger adds up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders import ledger


class Command(BaseCommand):
    """`manage.py check_payments`: prints every identity that does not hold, and fails if there is one."""

    help = "Check that the payment ledger of every order adds up."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when anything is wrong."""
        found = 0
        for problem in ledger.problems():
            found += 1
            self.stderr.write(f"{problem.order_number}: {problem.says}")
        if found:
            raise CommandError(f"{found} problem(s) in the payment ledger.")
        self.stdout.write("The payment ledger adds up.")
