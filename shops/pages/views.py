"""The garage: a customer's vehicles."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from clutch.core.pages import attempted, new_key, once
from clutch.feed.actor import Actor
from shops.actions import garage
from shops.models import GarageVehicle, Make
from shops.pages.forms import VehicleForm
from shops.rules import garage_of


class GaragePage(LoginRequiredMixin, View):
    """Base of the garage's pages."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor.user(self.request.user, "web")

    @property
    def user_id(self) -> UUID:
        """Whose garage it is."""
        found = self.request.user.pk
        assert found is not None
        return found

    def vehicle(self, vehicle_id: UUID) -> GarageVehicle:
        """One's own vehicle, or 404."""
        found = garage_of(self.request.user).filter(pk=vehicle_id).first()
        if found is None:
            raise Http404
        return found

    def form_page(
        self, form: VehicleForm, vehicle: GarageVehicle | None = None, status: int = 200
    ) -> HttpResponse:
        """The form, with the makes to choose from."""
        context = {
            "form": form,
            "vehicle": vehicle,
            "version": self.request.POST.get("version") or (vehicle.version if vehicle else ""),
            "key": self.request.POST.get("idempotency_key") or new_key(),
            "makes": Make.objects.order_by("-is_common", "name").values_list("name", flat=True),
            "nav": "garage",
        }
        return render(self.request, "shops/garage/form.html", context, status=status)

    def say(self, warnings: tuple[str, ...]) -> None:
        """Tell what looks odd and was taken all the same."""
        for warning in warnings:
            messages.info(self.request, str(warning))


class GarageView(GaragePage):
    """`/garage`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the vehicles."""
        context = {"vehicles": garage_of(request.user), "nav": "garage"}
        return render(request, "shops/garage/index.html", context)


class AddView(GaragePage):
    """A vehicle more."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.form_page(VehicleForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it; a double press adds one."""
        form = VehicleForm(request.POST)
        if not form.is_valid():
            return self.form_page(form, status=400)
        call = partial(self._add, form.cleaned_data)
        answer = attempted(request, partial(once, request, call, to=_to_garage), form=form)
        return answer or self.form_page(form, status=400)

    def _add(self, given: dict[str, Any]) -> GarageVehicle:
        vehicle = garage.add_vehicle(self.user_id, actor=self.actor, **given)
        self.say(vehicle.warnings)
        return vehicle


class EditView(GaragePage):
    """A vehicle changed."""

    def get(self, request: HttpRequest, vehicle_id: UUID) -> HttpResponse:
        """Show the form."""
        vehicle = self.vehicle(vehicle_id)
        initial = {
            "make": vehicle.make_name,
            "model": vehicle.model_name,
            **{name: getattr(vehicle, name) for name in ("vin", "year", "nickname", "is_default")},
        }
        return self.form_page(VehicleForm(initial=initial), vehicle)

    def post(self, request: HttpRequest, vehicle_id: UUID) -> HttpResponse:
        """Save it."""
        vehicle, form = self.vehicle(vehicle_id), VehicleForm(request.POST)
        if not form.is_valid():
            return self.form_page(form, vehicle, status=400)
        saved = attempted(request, partial(self._save, vehicle, form.cleaned_data), form=form)
        if saved is None:
            return self.form_page(form, vehicle, status=400)
        self.say(saved.warnings)
        messages.success(request, _("Saved."))
        return redirect("garage:index")

    def _save(self, vehicle: GarageVehicle, given: dict[str, Any]) -> GarageVehicle:
        version = self.request.POST.get("version", "")
        return garage.edit_vehicle(
            vehicle.pk,
            user_id=self.user_id,
            expected_version=int(version) if version.isdigit() else None,
            actor=self.actor,
            **given,
        )


class RemoveView(GaragePage):
    """A vehicle less."""

    def post(self, request: HttpRequest, vehicle_id: UUID) -> HttpResponse:
        """Take it out."""
        vehicle = self.vehicle(vehicle_id)
        call = partial(garage.archive_vehicle, vehicle.pk, user_id=self.user_id, actor=self.actor)
        if attempted(request, call) is not None:
            messages.success(request, _("%(vehicle)s is out of the garage.") % {"vehicle": vehicle})
        return redirect("garage:index")


class DefaultView(GaragePage):
    """The vehicle that is offered first."""

    def post(self, request: HttpRequest, vehicle_id: UUID) -> HttpResponse:
        """Choose it."""
        vehicle = self.vehicle(vehicle_id)
        attempted(request, partial(garage.make_default, vehicle.pk, user_id=self.user_id, actor=self.actor))
        return redirect("garage:index")


def _to_garage(vehicle: GarageVehicle) -> str:
    return reverse("garage:index")
