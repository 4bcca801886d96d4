"""The schedule, which comes from a library, in the look of the rest; and what libraries show too much of."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from fcm_django.models import FCMDevice
from unfold.admin import ModelAdmin

# The last four could be edited past every act, and the secret of a second factor read.
for model in (
    PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule,
    EmailAddress, Authenticator, UserSession, FCMDevice,
):  # fmt: skip
    admin.site.unregister(model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(beat_admin.PeriodicTaskAdmin, ModelAdmin):
    """What beat does and when."""


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ModelAdmin):
    """Every so many seconds."""

    list_display = ("every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(ModelAdmin):
    """At times of the day."""

    list_display = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year", "timezone")
