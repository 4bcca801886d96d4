"""The words of what shops are notified of."""

from django.utils.translation import gettext_lazy as _

from clutch.notifications.kinds import register

SHOP_VERIFIED = "shop-verified"
SHOP_CHANGES_REQUESTED = "shop-changes-requested"
SHOP_REFUSED = "shop-refused"
SHOP_SUSPENDED = "shop-suspended"
SHOP_REOPENED = "shop-reopened"
MEMBER_JOINED = "member-joined"
MEMBER_ROLE_CHANGED = "member-role-changed"
MEMBER_REMOVED = "member-removed"

register(
    SHOP_VERIFIED,
    title=_("%(shop)s is verified"),
    body=_("Your shop is on the market now. Requests near you will arrive here."),
    label=_("Verification and status of the shop"),
    segment="shops",
)
register(
    SHOP_CHANGES_REQUESTED,
    title=_("%(shop)s: please change something"),
    body=_("Before we can verify your shop: %(reason)s"),
    segment="shops",
)
register(
    SHOP_REFUSED,
    title=_("%(shop)s was not accepted"),
    body=_("We could not verify your shop: %(reason)s"),
    segment="shops",
)
register(
    SHOP_SUSPENDED,
    title=_("%(shop)s is suspended"),
    body=_("No requests will arrive until this is settled: %(reason)s"),
    segment="shops",
)
register(
    SHOP_REOPENED,
    title=_("%(shop)s is active again"),
    body=_("Requests near you will arrive here again."),
    segment="shops",
)
register(
    MEMBER_JOINED,
    title=_("%(name)s has joined %(shop)s"),
    body=_("They used the link that you made for them."),
    label=_("Members of the shop"),
    segment="shops",
)
register(
    MEMBER_ROLE_CHANGED,
    title=_("Your role in %(shop)s has changed"),
    body=_("Look at the shop's pages to see what you can do now."),
    segment="shops",
)
register(
    MEMBER_REMOVED,
    title=_("You no longer belong to %(shop)s"),
    body=_("Ask the shop's owner if this is a mistake."),
)
