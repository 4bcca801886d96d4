"""The request form as one thing: read from a POST, a kept request, an order, or nothing.

`Draft` joins the form, the rows of parts and the hidden idempotency key, so that a view only says
what is to happen. Photos go to the stash before anything is checked: whatever the form answers,
they are safe.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.pages import KEY_FIELD, new_key
from orders.enums import OrderStatus
from orders.inputs import PartInput
from orders.models import Order, OrderLine
from orders.models.order import MAX_PARTS, MAX_PHOTOS
from orders.pages import stash
from orders.pages.forms import FIELD_OF_PATH, PREFIX, BasePartFormSet, PartForm, PartFormSet, RequestForm
from shops.models import GarageVehicle

PLACE = ("latitude", "longitude", "address", "district")


@dataclass
class Draft:
    """A request form with its rows. `order` is the request that is being edited, if any."""

    form: RequestForm
    rows: BasePartFormSet
    key: str
    order: Order | None = None
    # What was wrong with photos, by row.
    refused: dict[int, str] = field(default_factory=dict)

    # --- reading -------------------------------------------------------------------------------

    @classmethod
    def fresh(cls, request: HttpRequest) -> Self:
        """An empty form with the person's garage and last place."""
        initial = last_place(request)
        vehicles = garage(request)
        if vehicles:
            initial["garage"] = str(vehicles[0].pk)
        return cls(RequestForm(initial=initial, vehicles=vehicles), PartFormSet.fresh([]), new_key())

    @classmethod
    def of(cls, request: HttpRequest, order: Order, lines: Iterable[OrderLine]) -> Self:
        """The form of a request that stands already."""
        initial = {name: getattr(order, name) for name in ("vin", "year", *PLACE)}
        initial.update(garage="", make=order.make_name, model=order.model_name)
        rows = PartFormSet.fresh(
            [
                {"part_id": line.pk, "name": line.name, "part_number": line.part_number,
                 "quantity": line.quantity, "notes": line.notes}
                for line in lines
            ]
        )  # fmt: skip
        return cls(RequestForm(initial=initial, vehicles=garage(request)), rows, new_key(), order)

    @classmethod
    def sent(cls, request: HttpRequest, order: Order | None = None) -> Self:
        """What was sent; its photos are in the stash from here on."""
        data = request.POST.copy()
        refused = _stash_photos(request, data)
        draft = cls.of_data(request, data, order)
        draft.refused = refused
        return draft

    @classmethod
    def of_data(cls, request: HttpRequest, data: QueryDict, order: Order | None = None) -> Self:
        """The form of data that was sent or kept earlier."""
        form = RequestForm(data, vehicles=garage(request))
        rows = PartFormSet(data, prefix=PREFIX)
        return cls(form, rows, data.get(KEY_FIELD) or new_key(), order)

    @property
    def parts_only(self) -> bool:
        """Whether the request is out: its vehicle and place stay as the shops were told."""
        return self.order is not None and self.order.status != OrderStatus.DRAFT

    @property
    def version(self) -> int | None:
        """The version of the order that the form was made from."""
        sent = str(self.form.data.get("version", ""))
        return int(sent) if sent.isdigit() else None

    @property
    def shown_version(self) -> int:
        """What goes into the form: the version that was sent, else the order's own."""
        return self.version or (self.order.version if self.order else 0)

    # --- changing rows without JavaScript ------------------------------------------------------

    def with_row(self, request: HttpRequest) -> "Draft":
        """The same form with one more row, and nothing checked."""
        data = self._data()
        count = self.rows.total_form_count()
        if count < MAX_PARTS:
            data[f"{PREFIX}-TOTAL_FORMS"] = str(count + 1)
            data[f"{PREFIX}-{count}-quantity"] = "1"
        return self._quiet(request, data)

    def without_row(self, request: HttpRequest, index: str) -> "Draft":
        """The same form with a row struck out, and nothing checked."""
        data = self._data()
        if index.isdigit():
            data[f"{PREFIX}-{index}-DELETE"] = "on"
        return self._quiet(request, data)

    def _quiet(self, request: HttpRequest, data: QueryDict) -> "Draft":
        draft = Draft.of_data(request, data, self.order)
        draft.form.quiet = True
        draft.rows.hush()
        draft.refused = self.refused
        return draft

    def encoded(self) -> str:
        """What was sent, as one word for the session."""
        return self._data().urlencode()

    def _data(self) -> QueryDict:
        data = self.form.data
        return data.copy() if isinstance(data, QueryDict) else QueryDict(mutable=True)

    # --- checking ------------------------------------------------------------------------------

    def is_valid(self, *, may_be_empty: bool = False) -> bool:
        """Whether everything can be sent; messages stand at their fields afterwards."""
        if self.parts_only:
            self.form.quiet = True
        valid = all([self.parts_only or self.form.is_valid(), self.rows.is_valid(), not self.refused])
        for index, message in self.refused.items():
            self.rows.forms[index].add_error("photos", message)
        if not may_be_empty and not self.rows.filled():
            self._miss_a_part()
            return False
        return valid

    def _miss_a_part(self) -> None:
        left = [row for row in self.rows.forms if not self.rows.is_deleted(row)]
        if left:
            left[0].add_error("name", _("Name at least one part."))
        else:
            self.form.add_error(None, _("Name at least one part."))

    def parts(self) -> list[PartInput]:
        """The parts of a valid form."""
        return [row.part() for row in self.rows.filled()]

    def tokens(self, request: HttpRequest) -> list[list[str]]:
        """The kept photos of each part of a valid form, in the order of `parts()`."""
        return [stash.known(request, row.cleaned_data["kept"]) for row in self.rows.filled()]

    def take_errors(self, refused: Invalid) -> None:
        """Put the messages of a refused act at their fields."""
        rows = self.rows.filled()
        for path, found in refused.fields.items():
            messages = [str(message) for message in found]
            if (name := FIELD_OF_PATH.get(path)) is not None:
                self.form.add_error(name, messages)
            elif not _at_row(path, rows, messages):
                self.form.add_error(None, messages)
        if not refused.fields:
            self.form.add_error(None, str(refused.detail))

    @property
    def has_errors(self) -> bool:
        """Whether anything was said at a field."""
        return bool(self.form.errors) or any(row.errors for row in self.rows.forms)


def _at_row(path: str, rows: list[PartForm], messages: list[str]) -> bool:
    """Put messages of "parts.2.quantity" at that row's field; whether there was such a field."""
    words = path.split(".")
    if len(words) != 3 or words[0] != PREFIX or not words[1].isdigit() or int(words[1]) >= len(rows):
        return False
    row = rows[int(words[1])]
    row.add_error(words[2] if words[2] in row.fields else None, messages)
    return True


def _stash_photos(request: HttpRequest, data: QueryDict) -> dict[int, str]:
    """Move uploaded files into the stash and note them in the rows; return what was refused."""
    refused: dict[int, str] = {}
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "0")
    for index in range(min(int(total), MAX_PARTS) if total.isdigit() else 0):
        name = f"{PREFIX}-{index}-kept"
        tokens = stash.known(request, data.get(name, ""))
        for file in request.FILES.getlist(f"{PREFIX}-{index}-photos"):
            try:
                if len(tokens) >= MAX_PHOTOS:
                    raise Invalid(_("A part can have at most %(count)d photos.") % {"count": MAX_PHOTOS})
                tokens.append(stash.put(request, file))
            except Invalid as error:
                refused[index] = f"{str(file.name)[:60]}: {error.detail}"
        data[name] = ",".join(tokens)
    return refused


def garage(request: HttpRequest) -> list[GarageVehicle]:
    """The vehicles that the person keeps, the usual one first."""
    if not request.user.is_authenticated:
        return []
    rows = GarageVehicle.objects.filter(user=request.user.pk, archived_at=None)
    return list(rows.order_by("-is_default", "-created_at")[:12])


def last_place(request: HttpRequest) -> dict[str, Any]:
    """Where the person's last request went."""
    if not request.user.is_authenticated:
        return {}
    last = Order.objects.filter(customer=request.user.pk).order_by("-created_at").first()
    if last is None:
        return {}
    return {name: getattr(last, name) for name in PLACE}
