"""Who acts, and from where; told by the interfaces, which stand on `clutch.core` alone."""

from clutch.core.actor import Actor, Kind, Via

__all__ = ["Actor", "Kind", "Via"]
