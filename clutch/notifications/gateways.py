"""What leaves this machine: push through Firebase, e-mail, text messages. Never inside a transaction.

Each sender takes deliveries with their notification, user and device loaded, and returns one
`Outcome` for each, in order. A failure of one never stops the others.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import firebase_admin
from django.conf import settings
from django.core import mail
from django.utils.translation import gettext as _
from firebase_admin import exceptions, messaging

from clutch.accounts.sms import send_sms
from clutch.notifications import kinds, queries
from clutch.notifications.channels import Channel, DeliveryState
from clutch.notifications.models import Delivery

logger = logging.getLogger(__name__)

DEFAULT_SOUND = "default"
# Firebase takes 4 kB a message; the whole text is in the inbox.
PUSHED_LENGTH = 1000


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery. `waiting` means: failed, try again later."""

    state: DeliveryState
    error: str = ""


SENT = Outcome(DeliveryState.SENT)


def is_configured(channel: Channel) -> bool:
    """Whether a channel can send at all. Push needs the credentials of a Firebase project."""
    if channel == Channel.PUSH:
        return bool(settings.FCM_CREDENTIALS)
    if channel == Channel.SMS:
        return bool(settings.SMS_GATEWAY)
    return True


def first_state(channel: Channel) -> DeliveryState:
    """The state a new delivery begins with: `off`, and final, where the channel cannot send."""
    return DeliveryState.WAITING if is_configured(channel) else DeliveryState.OFF


def off_reason(channel: Channel) -> str:
    """Why a channel cannot send, for the staff who look at the delivery."""
    if channel == Channel.PUSH:
        return _("No push credentials: set GOOGLE_APPLICATION_CREDENTIALS.")
    return _("No gateway for this channel: set CLUTCH_SMS_GATEWAY.")


def send(channel: Channel, deliveries: Sequence[Delivery]) -> list[Outcome]:
    """Send deliveries of one channel; never raises."""
    if not is_configured(channel):
        return [Outcome(DeliveryState.OFF, off_reason(channel)) for _each in deliveries]
    senders = {Channel.PUSH: _push, Channel.EMAIL: _one_by_one(_email), Channel.SMS: _one_by_one(_sms)}
    try:
        return senders[channel](deliveries)
    except Exception as error:  # nothing of this batch went out: credentials, network
        logger.warning("%s not sent: %s", channel, error)
        return [Outcome(DeliveryState.WAITING, _describe(error)) for _each in deliveries]


def _push(deliveries: Sequence[Delivery]) -> list[Outcome]:
    unread = queries.unread_counts({each.notification.user_id for each in deliveries})
    reachable = [each for each in deliveries if each.device is not None and each.device.active]
    outcomes = {each.pk: Outcome(DeliveryState.DEAD, _("The device is gone.")) for each in deliveries}
    if reachable:
        messages = [push_message(each, unread.get(each.notification.user_id, 0)) for each in reachable]
        for each, error in zip(reachable, _send_each(messages), strict=True):
            outcomes[each.pk] = _push_failure(error) if error else SENT
    return [outcomes[each.pk] for each in deliveries]


def _send_each(messages: list[messaging.Message]) -> list[Exception | None]:
    """Send; return the error of each. The library refuses a whole batch for one odd message."""
    try:
        answer = messaging.send_each(messages, app=_firebase())
    except ValueError as error:
        if len(messages) == 1:
            return [error]
        return [_send_each([message])[0] for message in messages]
    return [response.exception for response in answer.responses]


def push_message(delivery: Delivery, unread: int) -> messaging.Message:
    """The message to one device: words in its user's language, and what the app needs to open.

    `unread` is the badge. A second try replaces the first on the device instead of adding to it.
    """
    notification = delivery.notification
    title, body = queries.words(notification, notification.user.language)
    kind = kinds.find(notification.kind)
    sound = kind.sound if kind else DEFAULT_SOUND
    tag = str(notification.pk)
    message = messaging.Message(
        notification=messaging.Notification(title=title, body=body[:PUSHED_LENGTH]),
        data={
            "type": notification.kind,
            "orderId": notification.data.get("orderId", ""),
            "shopId": notification.data.get("shopId", ""),
            "notificationId": tag,
        },
        android=messaging.AndroidConfig(
            priority="high",
            notification=messaging.AndroidNotification(sound=sound, priority="high", tag=tag),
        ),
        apns=messaging.APNSConfig(
            headers={"apns-collapse-id": tag, "apns-priority": "10"},
            payload=messaging.APNSPayload(aps=messaging.Aps(sound=sound, badge=unread)),
        ),
    )
    # Not as an argument: that warns in favour of installation ids, which apps do not send us.
    message.token = delivery.device.registration_id if delivery.device else ""
    return message


def _push_failure(error: Exception) -> Outcome:
    if isinstance(error, ValueError):
        return Outcome(DeliveryState.FAILED, _describe(error))
    if isinstance(error, messaging.UnregisteredError | messaging.SenderIdMismatchError):
        return Outcome(DeliveryState.DEAD, _describe(error))
    if isinstance(error, exceptions.InvalidArgumentError):
        # Firebase says the same of a token that never was one and of a message that is wrong.
        dead = "registration token" in str(error).lower()
        return Outcome(DeliveryState.DEAD if dead else DeliveryState.FAILED, _describe(error))
    return Outcome(DeliveryState.WAITING, _describe(error))


def _firebase() -> firebase_admin.App:
    try:
        return firebase_admin.get_app()
    except ValueError:
        # Reads the file that GOOGLE_APPLICATION_CREDENTIALS names.
        return firebase_admin.initialize_app()


def _one_by_one(call: Callable[[Delivery], None]) -> Callable[[Sequence[Delivery]], list[Outcome]]:
    def send_all(deliveries: Sequence[Delivery]) -> list[Outcome]:
        outcomes = []
        for each in deliveries:
            try:
                call(each)
            except Exception as error:
                logger.warning("%s not sent: %s", each.channel, error)
                outcomes.append(Outcome(DeliveryState.WAITING, _describe(error)))
            else:
                outcomes.append(SENT)
        return outcomes

    return send_all


def _email(delivery: Delivery) -> None:
    title, body = queries.words(delivery.notification, delivery.notification.user.language)
    # A subject is one line; Django refuses a line break in it.
    mail.send_mail(" ".join(title.split()), body, None, [delivery.address])


def _sms(delivery: Delivery) -> None:
    title, body = queries.words(delivery.notification, delivery.notification.user.language)
    send_sms(delivery.address, f"{title}\n{body}" if body else title)


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
