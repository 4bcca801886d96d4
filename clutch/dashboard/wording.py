"""Words of the admin that come from elsewhere: names of columns, and texts of the libraries.

Django names a field after its column, in English. Staff read it in their language: `name_fields` sends
those names through the catalogue, which has them because they are listed here.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

COLUMNS = (
    _("actor id"), _("actor kind"), _("amount"), _("args"), _("attempts"), _("captured amount"),
    _("card payment"), _("claimed until"), _("created at"), _("currency"), _("customer"), _("data"),
    _("delivered at"), _("device"), _("done at"), _("expires at"), _("field"), _("finished at"),
    _("from status"), _("in inbox"), _("intent"), _("invitation"), _("key"), _("kind"), _("last error"),
    _("latitude"), _("longitude"), _("make"), _("message"), _("method"), _("model"), _("note"),
    _("notification"), _("object id"), _("order"), _("origin"), _("params"), _("photo"), _("proof"),
    _("pruned"), _("quote"), _("rating count"), _("reason"), _("reference"), _("run at"), _("sender"),
    _("sent by"), _("sent up to"), _("seq"), _("shipment"), _("shipped at"), _("shop"), _("side"),
    _("state"), _("status"), _("stream"), _("thread"), _("to status"), _("total"), _("translations"),
    _("type"), _("updated at"), _("user"), _("variant"), _("vehicle warnings"), _("via"), _("wrong codes"),
)  # fmt: skip

# Unfold comes without translations, django-celery-beat without Arabic.
OF_LIBRARIES = (
    _("Apply Filters"), _("Clear all filters"), _("Filter navigation items"), _("Filters"), _("General"),
    _("Go back"), _("Hide counts"), _("More actions"), _("Next"), _("No results found"), _("Previous"),
    _("Reset filters"), _("Run the selected action"), _("Search apps and models..."), _("Select action"),
    _("Select all rows"), _("Select record"), _("Select value"), _("Show counts"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Toggle sorting"), _("Type to search"), _("Light"), _("Dark"), _("System"),
    _("No results matching your query"),
    _("crontab"), _("crontabs"), _("interval"), _("intervals"), _("periodic task"), _("periodic tasks"),
    _("Periodic Tasks"),
    _("Arguments"), _("Crontab Schedule"), _("Interval Schedule"), _("Enabled"), _("Execution Options"),
    _("Last Run Datetime"), _("Name"), _("One-off Task"), _("Schedule"), _("Start Datetime"),
    _("Task (registered)"), _("Task (custom)"), _("Total Run Count"), _("Description"),
    _("Number of Periods"), _("Interval Period"), _("Minute(s)"), _("Hour(s)"), _("Day(s) Of The Week"),
    _("Day(s) Of The Month"), _("Month(s) Of The Year"), _("Cron Timezone"), _("Last Modified"),
    _("Priority"), _("Positional Arguments"), _("Keyword Arguments"), _("Queue Override"), _("Exchange"),
    _("Routing Key"), _("AMQP Message Headers"), _("Expires Datetime"), _("Expires timedelta with seconds"),
    _("Clocked Schedule"), _("Solar Schedule"), _("Task Name"),
    _("Enable selected tasks"), _("Disable selected tasks"), _("Run selected tasks"),
    _("Toggle activity of selected tasks"),
)  # fmt: skip


def name_fields() -> None:
    """Let the fields of every model in the admin be named in the reader's language.

    Only what is shown: migrations keep the name that a model itself has given (`_verbose_name`).
    """
    for model in admin.site._registry:
        for field in model._meta.fields:
            if getattr(field, "_verbose_name", "") is None:
                field.verbose_name = gettext_lazy(str(field.verbose_name))
