"""Who acts, and from where."""

from dataclasses import dataclass
from typing import Any, Literal, Self
from uuid import UUID

Kind = Literal["user", "staff", "node", "system"]
Via = Literal["app", "portal", "staff", "node", "beat", "web"]


@dataclass(frozen=True)
class Actor:
    """The subject of an act. `shop_id` is set when the user acts for a shop."""

    kind: Kind
    id: str
    via: Via
    user_id: UUID | None = None
    shop_id: UUID | None = None
    name: str = ""

    @classmethod
    def user(cls, user: Any, via: Via, *, shop_id: UUID | None = None) -> Self:
        """A signed-in person; `via` is app (API), web (customer pages), portal (shop pages)."""
        return cls("user", str(user.pk), via, user_id=user.pk, shop_id=shop_id, name=str(user))

    @classmethod
    def staff(cls, user: Any) -> Self:
        """A member of the platform's staff in the admin."""
        return cls("staff", str(user.pk), "staff", user_id=user.pk, name=str(user))

    @classmethod
    def beat(cls) -> Self:
        """The clock: jobs and sweeps."""
        return cls("system", "beat", "beat")
