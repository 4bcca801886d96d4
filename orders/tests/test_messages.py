"""Customer and shop talk about an order: who with whom, when, and who has read what."""

from typing import Any

import pytest
from django.core.files.base import ContentFile

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.models import StreamEntry
from clutch.notifications.models import Notification
from orders import actions
from orders.models import Message, MessageThread, Order
from orders.tests.acts import accept, as_member, as_user, ask
from orders.tests.paying import cheapest, deliver, prepare, quoted, ship
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


def shops_of(order: Order) -> list[Shop]:
    """The shops that have quoted, the cheapest first."""
    return [quote.shop for quote in order.quotes.order_by("total_price").select_related("shop")]


def say(order: Order, shop: Shop, actor: Any, text: str = "Hello", **more: Any) -> Message:
    """Somebody writes."""
    return actions.send_message(order.pk, shop_id=shop.pk, text=text, actor=actor, **more)


def thread(order: Order, shop: Shop) -> MessageThread:
    """The conversation."""
    return MessageThread.objects.get(order=order, shop=shop)


def test_both_sides_write_and_the_other_has_it_unread() -> None:
    order = quoted()
    [shop] = shops_of(order)
    say(order, shop, as_user(order.customer))
    say(order, shop, as_user(order.customer))
    assert (thread(order, shop).shop_unread, thread(order, shop).customer_unread) == (2, 0)
    say(order, shop, as_member(shop))
    assert (thread(order, shop).shop_unread, thread(order, shop).customer_unread) == (0, 1)
    actions.mark_read(order.pk, shop_id=shop.pk, actor=as_user(order.customer))
    read = thread(order, shop)
    assert (read.customer_unread, read.customer_read_at is not None) == (0, True)
    assert list(Message.objects.order_by("at").values_list("side", flat=True)) == [
        "customer",
        "customer",
        "shop",
    ]


def test_message_is_told_to_both_streams_of_its_conversation_only() -> None:
    order = quoted(shops=2)
    mine, other = shops_of(order)
    say(order, mine, as_user(order.customer), "Is it the long one?")
    streams = set(StreamEntry.objects.filter(type="message").values_list("stream", flat=True))
    assert streams == {f"user/{order.customer_id}", f"shop/{mine.pk}"}
    told = Notification.objects.filter(kind="message").values_list("user", "message")
    assert set(told) == {(as_member(mine).user_id, "Is it the long one?")}
    assert not Message.objects.filter(thread__shop=other).exists()


def test_invited_shop_may_ask_before_it_quotes_and_the_customer_answer() -> None:
    shop = ShopFactory()
    order = ask(UserFactory())
    with pytest.raises(NotFound):
        say(order, shop, as_user(order.customer))
    say(order, shop, as_member(shop), "Which side?")
    say(order, shop, as_user(order.customer), "Left")


def test_strangers_have_no_conversation() -> None:
    order = quoted()
    [shop] = shops_of(order)
    far = MemberFactory(shop=ShopFactory(at=(24.0, 32.9)))
    for actor in (as_user(UserFactory()), as_user(far.user)):
        with pytest.raises(NotFound):
            say(order, shop, actor)
    with pytest.raises(NotFound):
        say(order, far.shop, as_user(far.user))
    with pytest.raises(NotFound):
        say(order, far.shop, as_user(order.customer))
    with pytest.raises(NotAllowed):
        say(order, shop, as_member(shop, Role.ACCOUNTANT))
    assert not Message.objects.exists()


def test_after_acceptance_only_the_selected_shop_talks_also_after_the_delivery() -> None:
    order = quoted(shops=2)
    mine, other = shops_of(order)
    accept(order, cheapest(order), payment_method="cash")
    order.refresh_from_db()
    for actor in (as_user(order.customer), as_member(other)):
        with pytest.raises(Conflict) as over:
            say(order, other, actor)
        assert over.value.code == "conversation_over"
    prepare(order)
    ship(order)
    deliver(order)
    say(order, mine, as_user(order.customer), "One bolt is missing.")


def test_cancelled_order_is_not_talked_about() -> None:
    order = quoted()
    [shop] = shops_of(order)
    actions.cancel_order(order.pk, reason="", actor=as_user(order.customer))
    for actor in (as_user(order.customer), as_member(shop)):
        with pytest.raises(Conflict):
            say(order, shop, actor)


def test_shop_that_declined_does_not_write() -> None:
    shop = ShopFactory()
    order = ask(UserFactory())
    actions.decline_invitation(order.pk, shop_id=shop.pk, reason="too_busy", actor=as_member(shop))
    with pytest.raises(Conflict) as refused:
        say(order, shop, as_member(shop))
    assert refused.value.code == "declined"


def test_message_says_something() -> None:
    order = quoted()
    [shop] = shops_of(order)
    with pytest.raises(Invalid) as refused:
        say(order, shop, as_user(order.customer), "")
    assert list(refused.value.fields) == ["text"]
    photo = say(order, shop, as_user(order.customer), "", photo=ContentFile(b"x", name="x.jpg"))
    with photo.photo.open("rb") as file:
        assert file.read() == b"x"


def test_photo_of_a_refused_message_is_not_kept() -> None:
    order = quoted()
    [shop] = shops_of(order)
    storage = Message.photo.field.storage
    before = storage.listdir("messages")[1] if storage.exists("messages") else []
    with pytest.raises(NotFound):
        say(order, shop, as_user(UserFactory()), photo=ContentFile(b"x", name="x.jpg"))
    assert (storage.listdir("messages")[1] if storage.exists("messages") else []) == before
