"""Text messages: settings.SMS_GATEWAY names the function that sends them."""

import logging
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from clutch.core.errors import Unavailable

logger = logging.getLogger(__name__)

Gateway = Callable[[str, str], None]


def send_sms(phone: str, text: str) -> None:
    """Send a text to an E.164 number. Raises Unavailable when the gateway fails."""
    gateway = cast(Gateway, import_string(settings.SMS_GATEWAY))
    try:
        gateway(phone, text)
    except Exception as error:
        logger.exception("text message not sent")
        raise Unavailable(_("The text message could not be sent. Try again in a minute.")) from error


def print_message(phone: str, text: str) -> None:
    """The gateway of the demo and of a fresh installation: it writes the text to the log."""
    logger.warning("SMS to %s: %s", phone, text)
