"""Photos that were sent with a form that is not finished: kept for the session until it is.

A form that comes back with an error, a row that is added without JavaScript, a sign-in on the
way: none of them may lose a photo. Files lie in the private storage under the day they came; each
new one clears away what is older than two days.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.files.base import ContentFile, File
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.ids import new_id
from clutch.core.photos import accept_photo
from shops.storage import private_storage

SESSION_KEY = "pending_photos"
FOLDER = "pending"
MOST = 60
# Photos an hour from one address without a sign-in: a new session costs nothing.
MOST_UNKNOWN = 100
KEEP = timedelta(days=2)


def put(request: HttpRequest, file: Any) -> str:
    """Check and keep one photo; return its token. Raises Invalid for what is no photo."""
    kept: dict[str, str] = request.session.get(SESSION_KEY, {})
    if len(kept) >= MOST or _too_many_from(request):
        raise Invalid(_("These are too many photos. Send the request first."), code="too_many_photos")
    photo = accept_photo(file)
    token = new_id().hex
    today = datetime.now(UTC).date()
    suffix = (photo.name or "").rpartition(".")[2] or "jpg"
    path = private_storage().save(f"{FOLDER}/{today:%Y%m%d}/{token}.{suffix}", photo)
    request.session[SESSION_KEY] = {**kept, token: path}
    _clear_before(datetime.now(UTC) - KEEP)
    return token


def find(request: HttpRequest, token: str) -> "File[bytes] | None":
    """Open a kept photo of this session, or None."""
    path = request.session.get(SESSION_KEY, {}).get(token)
    storage = private_storage()
    if path is None or not storage.exists(path):
        return None
    return storage.open(path)


def known(request: HttpRequest, tokens: str) -> list[str]:
    """The tokens of a comma-separated list that this session has kept, each once."""
    kept = request.session.get(SESSION_KEY, {})
    return [token for token in dict.fromkeys(tokens.split(",")) if token in kept]


def contents(request: HttpRequest, tokens: list[str]) -> "list[ContentFile[bytes]]":
    """The photos behind tokens, in their order; what has been cleared away is left out."""
    found = []
    for token in tokens:
        file = find(request, token)
        if file is not None:
            with file:
                found.append(ContentFile(file.read(), name=(file.name or "photo.jpg").rpartition("/")[2]))
    return found


def drop(request: HttpRequest, tokens: list[str]) -> None:
    """Forget photos that have found their place."""
    kept = dict(request.session.get(SESSION_KEY, {}))
    for token in tokens:
        if path := kept.pop(token, None):
            private_storage().delete(path)
    request.session[SESSION_KEY] = kept


def _too_many_from(request: HttpRequest) -> bool:
    """Whether nobody in particular has sent too many photos from this address within the hour."""
    if request.user.is_authenticated:
        return False
    # The address behind the proxies of ours, as the limits of sign-ins count it.
    address = get_adapter().get_client_ip(request)
    key = f"photos:{address}:{datetime.now(UTC):%Y%m%d%H}"
    cache.add(key, 0, timeout=3600)
    return int(cache.incr(key)) > MOST_UNKNOWN


def _clear_before(limit: datetime) -> None:
    storage = private_storage()
    days, _files = storage.listdir(FOLDER)
    for day in days:
        if day < f"{limit:%Y%m%d}":
            for name in storage.listdir(f"{FOLDER}/{day}")[1]:
                storage.delete(f"{FOLDER}/{day}/{name}")
            storage.delete(f"{FOLDER}/{day}")
