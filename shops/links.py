"""Addresses that leave the site."""

from django.conf import settings


def join_url(token: str) -> str:
    """The page that a link to join a shop leads to."""
    return f"{settings.PUBLIC_URL}/portal/join/{token}"
