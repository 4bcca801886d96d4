"""What the staff see first: lists of what is stuck, and figures of the day. One query each."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.feed.models import Job, JobState
from orders.enums import OrderStatus, PaymentStatus
from orders.models import Order
from shops.enums import ShopStatus, UnlistedStatus
from shops.models import Shop, UnlistedVehicle

UNANSWERED_AFTER = timedelta(minutes=30)
SHOWN = 20
UNDER_WAY = (OrderStatus.ACCEPTED, OrderStatus.PROCESSING, OrderStatus.SHIPPED)


@dataclass(frozen=True)
class Figure:
    """One number of the day, as it is shown."""

    label: str
    value: str
    # The list behind it, and whether somebody should look.
    url: str = ""
    bad: bool = False


def unanswered() -> QuerySet[Order]:
    """Requests without any quote half an hour after they were sent, the oldest first."""
    return (
        Order.objects.filter(status=OrderStatus.SUBMITTED, submitted_at__lt=timezone.now() - UNANSWERED_AFTER)
        .annotate(asked=Count("invitations"))
        .select_related("customer")
        .order_by("submitted_at")
    )


def late() -> QuerySet[Order]:
    """Orders under way after the time that was promised: the shipment's, or else the quote's."""
    promised = F("accepted_at") + ExpressionWrapper(
        Value(timedelta(minutes=1)) * F("selected_quote__estimated_delivery_minutes"),
        output_field=DurationField(),
    )
    return (
        Order.objects.filter(status__in=UNDER_WAY)
        .annotate(promised_at=Coalesce("shipment__eta", promised))
        .filter(promised_at__lt=Now())
        .select_related("customer", "shop")
        .order_by("promised_at")
    )


def unpaid() -> QuerySet[Order]:
    """Orders that were delivered and are not paid, the oldest first."""
    return (
        Order.objects.filter(status=OrderStatus.DELIVERED)
        .exclude(payment_status__in=(PaymentStatus.PAID, PaymentStatus.REFUNDED))
        .select_related("customer", "shop")
        .order_by("accepted_at")
    )


def to_verify() -> QuerySet[Shop]:
    """Shops that wait for a decision, the longest first; not those that have to change something."""
    return (
        Shop.objects.filter(status=ShopStatus.PENDING_VERIFICATION, changes_requested="")
        .annotate(papers=Count("documents"))
        .order_by("submitted_at")
    )


def figures() -> list[Figure]:
    """The market over the last 24 hours."""
    day = timezone.now() - timedelta(days=1)
    asked = (
        Order.objects.filter(submitted_at__gte=day)
        .annotate(first=Min("quotes__created_at"))
        .aggregate(
            requests=Count("pk"),
            answered=Count("pk", filter=Q(first__isnull=False)),
            response=Avg(F("first") - F("submitted_at")),
        )
    )
    accepted = Order.objects.filter(accepted_at__gte=day).count()
    minutes = asked["response"].total_seconds() / 60 if asked["response"] is not None else None
    return [
        Figure(_("Requests"), str(asked["requests"])),
        Figure(_("With a quote"), _share(asked["answered"], asked["requests"])),
        Figure(_("First quote after"), "–" if minutes is None else _("%(n)d min") % {"n": round(minutes)}),
        Figure(_("Accepted"), str(accepted)),
        Figure(_("Active shops"), str(Shop.objects.filter(status=ShopStatus.ACTIVE).count())),
        _jobs_given_up(),
    ]


def _jobs_given_up() -> Figure:
    dead = Job.objects.filter(state=JobState.DEAD).count()
    url = f"{reverse('admin:feed_job_changelist')}?state__exact={JobState.DEAD}"
    return Figure(_("Jobs given up"), str(dead), url, bad=dead > 0)


def _share(part: int, whole: int) -> str:
    return "–" if not whole else f"{part / whole:.0%}"


def dashboard() -> dict[str, Any]:
    """Everything the first page shows."""
    return {
        "figures": figures(),
        "unanswered": unanswered()[:SHOWN],
        "late": late()[:SHOWN],
        "unpaid": unpaid()[:SHOWN],
        "to_verify": to_verify()[:SHOWN],
        "unlisted": UnlistedVehicle.objects.filter(status=UnlistedStatus.OPEN).count(),
    }
