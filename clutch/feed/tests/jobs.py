"""A job that a worker of its own can import."""

from django.core.cache import cache

from clutch.feed.jobs import job


@job
def remember(word: str) -> None:
    """Leave a word where another process can read it."""
    cache.set("remembered", word, 300)
