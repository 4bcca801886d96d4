"""Kinds, devices and notifications for tests."""

import factory
from fcm_django.models import FCMDevice

from clutch.accounts.tests.factories import UserFactory
from clutch.notifications.models import Delivery, Notification


class DeviceFactory(factory.django.DjangoModelFactory[FCMDevice]):
    """A phone that gets push messages."""

    class Meta:
        model = FCMDevice

    user = factory.SubFactory(UserFactory)
    registration_id = factory.Sequence(lambda n: f"token-{n}")
    type = "android"
    active = True


class NotificationFactory(factory.django.DjangoModelFactory[Notification]):
    """An unread notification of the staff's kind."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    kind = "announcement"
    title = factory.Sequence(lambda n: f"News {n}")
    message = "Something is new."
    params = factory.LazyAttribute(lambda row: {"title": row.title, "message": row.message})


class DeliveryFactory(factory.django.DjangoModelFactory[Delivery]):
    """A push message that waits."""

    class Meta:
        model = Delivery

    device = factory.SubFactory(DeviceFactory)
    notification = factory.SubFactory(NotificationFactory, user=factory.SelfAttribute("..device.user"))
    channel = "push"
