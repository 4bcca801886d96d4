"""`manage.py demo`: load the demo city, or print its sign-ins."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from clutch.demo import counter, history, load, sign_ins, waiting
from clutch.feed.actor import Actor
from orders.models import Order
from shops.models import Shop


class Command(BaseCommand):
    """Loads the demo city, or what an interrupted load left out; the demo must be switched on."""

    help = "Load the demo city (60 shops, 20 customers and their history), or print its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sign-ins", action="store_true", help="print the sign-ins and do nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is off. `manage.py up` switches it on, on this machine only.")
        if options["sign_ins"]:
            if not Shop.objects.filter(is_demo=True).exists():
                raise CommandError("There is no demo city in this database.")
            self.stdout.write(sign_ins.table())
            return
        with connection.cursor() as cursor:
            # Some 500 small commits: what a power cut takes from a demo is played again.
            cursor.execute("SET synchronous_commit TO off")
        password = sign_ins.make_password()
        city = load.city(password=password, actor=Actor.beat())
        history.play(city, say=self._say)
        counter.play(city.shops[0], history.owners()[city.shops[0].pk])
        waiting.play(city, password=password)
        orders = Order.objects.filter(customer__is_demo=True).count()
        self.stdout.write(
            f"Demo city: {len(city.shops)} shops, {len(city.customers)} customers, {orders} past orders."
        )

    def _say(self, line: str) -> None:
        # At once: `up` shows the last line while it waits.
        self.stdout.write(line)
        self.stdout.flush()
