"""`manage.py simulate`: watch the demo city live, played through the API and the sockets."""

import asyncio
import random
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

from clutch.demo import plan, sign_ins, simulate
from clutch.demo.load import customer_email, member_email

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Command(BaseCommand):
    """Plays customers and shops of the demo city against a running platform on this machine."""

    help = "Play customers and shops of the demo city against a platform that runs here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the platform serves")
        parser.add_argument("--customers", type=int, default=5)
        parser.add_argument("--orders", type=int, default=10, help="how many requests in all")
        parser.add_argument("--seed", type=int, default=plan.SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        base = options["url"].rstrip("/")
        if urlsplit(base).hostname not in LOOPBACK:
            raise CommandError("simulate plays on this machine only: the address must be 127.0.0.1.")
        if not 1 <= options["customers"] <= plan.CUSTOMERS:
            raise CommandError(f"--customers lies between 1 and {plan.CUSTOMERS}.")
        password = sign_ins.existing_password()
        if password is None:
            raise CommandError("There is no demo here. Start it first: python3 manage.py up")
        world = simulate.World(base, password, random.Random(options["seed"]), say=self.stdout.write)
        shops = [simulate.Shop(world, n, member_email(n)) for n in range(1, plan.SHOPS + 1)]
        customers = [
            simulate.Customer(world, who, customer_email(who.number))
            for who in list(plan.customers())[: options["customers"]]
        ]
        try:
            counts = asyncio.run(
                simulate.run(world, shops=shops, customers=customers, orders=options["orders"])
            )
        except OSError as error:
            raise CommandError(f"Nothing serves at {base}. Start it first: python3 manage.py up") from error
        self.stdout.write(", ".join(f"{what} {count}" for what, count in sorted(counts.items())))
