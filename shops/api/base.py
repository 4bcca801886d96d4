"""What the views of this app share."""

from uuid import UUID

from rest_framework.request import Request


def user_id(request: Request) -> UUID:
    """The id of the signed-in person; for views that let nobody else in."""
    found = request.user.pk
    assert isinstance(found, UUID)
    return found
