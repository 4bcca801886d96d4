"""Customers and shops of the demo city, played through the API and the sockets like any app.

Nothing here touches the database: each player signs in, listens to the stream and calls the API of
a running platform. The only thing that passes outside is the delivery code, which a customer tells
the courier at the door.
"""

import asyncio
import contextlib
import json
import random
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import connect

from clutch.demo import plan

PRICES = {name: (low, high) for name, _, low, high in plan.PARTS}

Json = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Pace:
    """How fast the players are, in seconds; a real shop takes minutes."""

    think: tuple[float, float] = (0.5, 3.0)
    wait_for_quotes: float = 8.0
    on_the_road: tuple[float, float] = (1.0, 3.0)
    give_up: float = 60.0


@dataclass
class World:
    """What all players share: where the platform is, chance, pace, and what has happened."""

    base: str
    password: str
    chance: random.Random
    pace: Pace = field(default_factory=Pace)
    say: Say = print
    counts: dict[str, int] = field(default_factory=dict)
    # Order id → the code that its customer tells at the door.
    doors: dict[str, "asyncio.Future[str]"] = field(default_factory=dict)

    def count(self, what: str) -> None:
        """Note that something happened once more."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def door(self, order_id: str) -> "asyncio.Future[str]":
        """Where customer and courier of an order meet."""
        return self.doors.setdefault(order_id, asyncio.get_running_loop().create_future())

    async def pause(self, span: tuple[float, float]) -> None:
        """Take as long as a person would."""
        await asyncio.sleep(self.chance.uniform(*span))


class Refused(Exception):
    """The platform said no; carries its problem response."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail', problem)}")
        self.status, self.code = status, problem.get("code", "")


class App:
    """One signed-in client: calls with its token, keyed so that a repeated call does nothing twice."""

    def __init__(self, world: World, email: str) -> None:
        self.world, self.email = world, email
        self.token = ""
        self.http = httpx.AsyncClient(base_url=world.base + "/api/v1", timeout=30)

    async def sign_in(self) -> None:
        """Sign in by e-mail and password. Raises Refused."""
        answer = await self.http.post(
            "/auth/app/v1/auth/login", json={"email": self.email, "password": self.world.password}
        )
        body = answer.json()
        if answer.status_code != httpx.codes.OK:
            raise Refused(answer.status_code, {"detail": f"sign-in of {self.email}: {body}"})
        self.token = body["meta"]["access_token"]

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the API; POSTs carry an idempotency key and are sent again when the answer was lost."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        for attempt in range(3):
            try:
                answer = await self.http.request(method, path, json=body, headers=headers)
                break
            except httpx.TransportError:
                if attempt == 2 or method not in {"GET", "POST"}:
                    raise
                await asyncio.sleep(0.5 * (attempt + 1))
        content: Json = answer.json() if answer.content else {}
        if answer.is_error:
            raise Refused(answer.status_code, content)
        return content

    async def frames(self) -> AsyncIterator[Json]:
        """The events of this client, for good: after a lost connection from where it broke off."""
        after = ""
        while True:
            address = self.world.base.replace("http", "ws", 1) + "/ws/v1/stream?"
            with contextlib.suppress(OSError, EOFError):
                async with connect(
                    address + urlencode({"after": after}),
                    additional_headers={"Authorization": f"Bearer {self.token}"},
                    proxy=None,
                ) as socket:
                    async for message in socket:
                        frame = json.loads(message)
                        after = frame["id"] or after
                        yield frame
            await asyncio.sleep(1)


class Player(Protocol):
    """Who plays: signs in with an app and listens to its stream; `ready` once the stream has begun."""

    app: App
    ready: asyncio.Event

    async def listen(self) -> None:
        """Follow the stream until cancelled."""


class Shop:
    """A shop's clerk: quotes what comes in, then prepares, ships and delivers what is won."""

    def __init__(self, world: World, number: int, email: str) -> None:
        self.world, self.number = world, number
        self.app = App(world, email)
        self.tasks: set[asyncio.Task[None]] = set()
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        """Answer each event in its own time until cancelled."""
        reactions = {"new-parts-order": self.quote, "quote-accepted": self.fulfil}
        async for frame in self.app.frames():
            self.ready.set()
            react = reactions.get(frame["type"])
            if react is not None:
                task = asyncio.create_task(self._guarded(react(frame["data"]["orderId"])))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def _guarded(self, work: Any) -> None:
        try:
            await work
        except Refused as refused:
            # Closed, cancelled or taken in the meantime: that is the market.
            self.world.count("refused")
            self.world.say(f"shop {self.number:02}: {refused}")

    async def quote(self, order_id: str) -> None:
        """Send a quote for a request, or decline it."""
        await self.world.pause(self.world.pace.think)
        chance = self.world.chance
        if chance.random() < 0.1:
            await self.app.call("POST", f"/shop-requests/{order_id}/decline", {"reason": "not_in_stock"})
            self.world.count("declined")
            return
        request = await self.app.call("GET", f"/shop-requests/{order_id}")
        body = {
            "orderId": order_id,
            "lines": [self._offer(part, sure=rank == 0) for rank, part in enumerate(request["parts"])],
            "deliveryFee": str(chance.choice((0, 30, 50, 70))),
            "estimatedDeliveryMinutes": chance.choice((60, 90, 120)),
        }
        quote = await self.app.call("POST", "/shop-quotes/provide-quote", body)
        self.world.count("quotes")
        self.world.say(f"shop {self.number:02} quotes {quote['totalPrice']} {quote['currency']}")

    def _offer(self, part: Json, *, sure: bool) -> Json:
        chance = self.world.chance
        if not sure and chance.random() < 0.15:
            return {"partId": part["partId"], "available": False}
        low, high = PRICES[part["name"]]
        return {
            "partId": part["partId"],
            "available": True,
            "unitPrice": str(chance.randrange(low, high, 5)),
            "partType": chance.choice(("genuine", "oes", "aftermarket")),
            "brand": chance.choice(plan.BRANDS),
        }

    async def fulfil(self, order_id: str) -> None:
        """Prepare, ship, and hand over against the customer's code."""
        path = f"/auto-parts-orders/{order_id}"
        await self.world.pause(self.world.pace.think)
        await self.app.call("PUT", path, {"status": "processing"})
        await self.world.pause(self.world.pace.think)
        await self.app.call("PUT", path, {"status": "shipped", "courierName": "Demo courier"})
        await self.world.pause(self.world.pace.on_the_road)
        code = await asyncio.wait_for(self.world.door(order_id), self.world.pace.give_up)
        order = await self.app.call("PUT", path, {"status": "delivered", "code": code})
        if order["paymentMethod"] == "cash":
            await self.app.call("POST", f"{path}/cash-collected", {"amount": order["total"]})
        self.world.count("delivered")
        self.world.say(f"shop {self.number:02} delivers {order['orderNumber']}")


class Customer:
    """A customer: asks, watches the quotes arrive, takes the best, opens the door, rates."""

    def __init__(self, world: World, who: plan.PlannedCustomer, email: str) -> None:
        self.world, self.who = world, who
        self.app = App(world, email)
        self.events: asyncio.Queue[Json] = asyncio.Queue()
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        """Collect the events of this customer until cancelled."""
        async for frame in self.app.frames():
            self.ready.set()
            self.events.put_nowait(frame)

    async def buy(self) -> Json:
        """One request from asking to the rated delivery; returns the order as it is then."""
        order = await self.ask()
        order_id, number = order["orderId"], order["orderNumber"]
        self.world.say(f"{self.who.name} asks for {len(order['parts'])} parts: {number}")
        quote_id = await self.best_quote(order_id)
        if quote_id is None:
            await self.app.call("PUT", f"/auto-parts-orders/{order_id}", {"status": "cancelled"})
            self.world.count("cancelled")
            self.world.say(f"{self.who.name} got no quote and cancels {number}")
            return order
        await self.app.call(
            "POST",
            f"/auto-parts-orders/{order_id}/accept-quote",
            {"quoteId": quote_id, "paymentMethod": "cash"},
        )
        self.world.count("accepted")
        self.world.say(f"{self.who.name} accepts a quote for {number}")
        await self.until(order_id, "shipped")
        door = await self.app.call("GET", f"/auto-parts-orders/{order_id}/delivery-code")
        self.world.door(order_id).set_result(door["code"])
        await self.until(order_id, "delivered")
        await self.app.call(
            "POST", f"/auto-parts-orders/{order_id}/rating", {"stars": self.world.chance.choice((3, 4, 5, 5))}
        )
        self.world.count("rated")
        return await self.app.call("GET", f"/auto-parts-orders/{order_id}")

    async def ask(self) -> Json:
        """Send a request for one to three parts."""
        chance = self.world.chance
        body = {
            "vehicle": {"make": self.who.make, "model": self.who.model, "year": self.who.year},
            "deliveryLocation": {
                "latitude": self.who.latitude,
                "longitude": self.who.longitude,
                "address": f"Demo building {self.who.number}, {self.who.district}",
            },
            "parts": [
                {"name": name, "partNumber": number, "quantity": chance.choice((1, 1, 2))}
                for name, number, _, _ in chance.sample(plan.PARTS, chance.randint(1, 3))
            ],
            "paymentMethod": "cash",
        }
        order = await self.app.call("POST", "/auto-parts-orders", body)
        self.world.count("requests")
        return order

    async def best_quote(self, order_id: str) -> str | None:
        """Watch quotes arrive for a while; the one with least missing and then least total."""
        seen: list[Json] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.world.pace.wait_for_quotes):
                while len(seen) < 3:
                    frame = await self.events.get()
                    if frame["type"] == "new-quote" and frame["data"]["orderId"] == order_id:
                        seen.append(frame["data"])
        best = min(seen, key=lambda quote: (quote["missingParts"], float(quote["totalPrice"])), default=None)
        return best["quoteId"] if best else None

    async def until(self, order_id: str, status: str) -> None:
        """Wait for a status of an order. Raises TimeoutError when it does not come."""
        async with asyncio.timeout(self.world.pace.give_up):
            while True:
                frame = await self.events.get()
                data = frame["data"]
                if frame["type"] == "order-status-update" and (data["orderId"], data["status"]) == (
                    order_id,
                    status,
                ):
                    return


async def run(world: World, *, shops: list[Shop], customers: list[Customer], orders: int) -> dict[str, int]:
    """Let `customers` in turn make `orders` requests, and all shops answer; return what happened."""
    # Before anything runs, so that a wrong password is heard of at once; one by one, because sign-ins
    # from one address are counted under one lock.
    players: list[Player] = [*shops, *customers]
    listening: list[asyncio.Task[None]] = []
    try:
        for player in players:
            await player.app.sign_in()
        listening += [asyncio.create_task(player.listen()) for player in players]
        async with asyncio.timeout(60):
            for player in players:
                await player.ready.wait()
        await asyncio.gather(*(_buy_in_turn(customer, orders // len(customers)) for customer in customers))
        # The last shops still have the takings to record.
        while any(shop.tasks for shop in shops):
            await asyncio.sleep(0.1)
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        for player in players:
            await player.app.http.aclose()
    return world.counts


async def _buy_in_turn(customer: Customer, orders: int) -> None:
    for _ in range(max(1, orders)):
        await customer.world.pause(customer.world.pace.think)
        await customer.buy()
