"""Settings of the admin: its colours and what its sidebar leads to. `clutch.settings` takes them."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": "Clutch",
    "SITE_HEADER": _("Clutch staff"),
    "SITE_SYMBOL": "handyman",
    "SHOW_LANGUAGES": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["clutch.dashboard.site.stylesheet"],
    # The blue of the other pages (templates/static/clutch/theme.css).
    "COLORS": {
        "primary": {
            "50": "#eef2fe",
            "100": "#e0e8fd",
            "200": "#c4d2fb",
            "300": "#9db4f8",
            "400": "#86a1f5",
            "500": "#6487f1",
            "600": "#1746d1",
            "700": "#0f339f",
            "800": "#122c7d",
            "900": "#142863",
            "950": "#0d193f",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {"title": _("What needs you"), "icon": "inbox", "link": reverse_lazy("admin:index")},
                    *(
                        {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}
                        for title, icon, name in (
                            (_("Orders"), "receipt_long", "orders_order"),
                            (_("Quotes"), "request_quote", "orders_quote"),
                            (_("Shops"), "storefront", "shops_shop"),
                            (_("Unlisted vehicles"), "no_crash", "shops_unlistedvehicle"),
                            (_("Makes"), "directions_car", "shops_make"),
                            (_("Models"), "toys", "shops_vehiclemodel"),
                            (_("Users"), "group", "accounts_user"),
                            (_("Payments"), "payments", "orders_paymententry"),
                            (_("Messages"), "forum", "orders_message"),
                            (_("Ratings"), "star", "orders_rating"),
                        )
                    ),
                ],
            },
            {
                "title": _("Notifications"),
                "collapsible": True,
                "items": [
                    {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}
                    for title, icon, name in (
                        (_("Sent by staff"), "campaign", "notifications_broadcast"),
                        (_("Inboxes"), "notifications", "notifications_notification"),
                        (_("Deliveries"), "outgoing_mail", "notifications_delivery"),
                    )
                ],
            },
            {
                "title": _("Engine room"),
                "collapsible": True,
                "items": [
                    {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}
                    for title, icon, name in (
                        (_("Jobs"), "work_history", "feed_job"),
                        (_("Schedule"), "schedule", "django_celery_beat_periodictask"),
                        (_("Streams"), "water", "feed_streamhead"),
                        (_("Stream entries"), "list", "feed_streamentry"),
                        (_("Status changes"), "history", "feed_transition"),
                    )
                ],
            },
        ],
    },
}
