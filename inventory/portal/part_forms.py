"""Forms of the sections of a part's page: they gather, the actions check."""

import re
from functools import partial
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core import forms as fields
from inventory.enums import NumberKind
from inventory.inputs import FitmentInput, NumberInput
from inventory.models import Fitment, PartNumber
from shops.models import Make

line = partial(fields.line, required=False)

_BETWEEN = re.compile(r"[,;،؛\n]+")
_SPAN = re.compile(r"(\d{4})?\s*[-–—:]\s*(\d{4})?|(\d{4})")
Years = list[tuple[int | None, int | None]]


class NumberForm(forms.Form):
    """Another number of a part."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=NumberKind.choices, initial=NumberKind.OEM)
    number = line(
        gettext_lazy("Number"), 60, required=True,
        attrs={"dir": "ltr", "autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"},
    )  # fmt: skip
    brand = line(gettext_lazy("Brand or supplier"), 80, attrs={"autocomplete": "off"})

    @staticmethod
    def said(row: PartNumber) -> dict[str, Any]:
        """What says a number again."""
        return {"kind": row.kind, "number": row.number, "brand": row.brand}

    def given(self) -> NumberInput:
        """What the action gets."""
        said = self.cleaned_data
        return {"number": said["number"], "kind": said["kind"], "brand": said["brand"]}


class OtherPartForm(forms.Form):
    """Another part, by any number of its own; or chosen from what was found."""

    q = line(
        gettext_lazy("Number or name of the other part"), 120,
        attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    other = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note = line(gettext_lazy("Note"), 200)


class YearsField(forms.CharField):
    """Years as people write them: “2008-2012, 2015, 2018-”. Empty is all years."""

    def clean(self, value: Any) -> Years:
        """The spans, inclusive; None where one is open."""
        spans: Years = []
        for piece in _BETWEEN.split(super().clean(value)):
            if not piece.strip():
                continue
            found = _SPAN.fullmatch(piece.strip())
            if found is None or piece.strip() in "-–—:":
                raise forms.ValidationError(_("Write years like 2008-2012, 2015."))
            begin, end, only = (int(year) if year else None for year in found.groups())
            spans.append((only or begin, only or end))
        return spans or [(None, None)]


class ModelsField(forms.TypedMultipleChoiceField):
    """Models of the chosen make; the action says whether they are its own."""

    def valid_value(self, value: Any) -> bool:
        """Numbers; which of them there are, the action looks up."""
        return str(value).isdecimal() and len(str(value)) < 10


class VehiclesForm(forms.Form):
    """Vehicles of one make: all its models or some, in some years."""

    make = forms.ModelChoiceField(
        queryset=Make.objects.order_by("name"), label=gettext_lazy("Make"),
        widget=forms.Select(
            attrs={
                "hx-get": reverse_lazy("stock:vehicle-models"), "hx-trigger": "change",
                "hx-target": "#vehicle-models", "hx-swap": "innerHTML",
            }
        ),
    )  # fmt: skip
    models = ModelsField(label=gettext_lazy("Models"), required=False, coerce=int, empty_value=[])
    years = YearsField(
        label=gettext_lazy("Years"), required=False, max_length=200,
        help_text=gettext_lazy("For example 2008-2012, 2015. Empty: all."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    engine = line(gettext_lazy("Engine"), 40, attrs={"dir": "auto", "autocomplete": "off"})
    place = line(gettext_lazy("Where on the vehicle"), 40, attrs={"autocomplete": "off"})
    notes = line(gettext_lazy("Only if"), 200, help_text=gettext_lazy("For example: with 280 mm discs."))

    @staticmethod
    def said(row: Fitment) -> dict[str, Any]:
        """What says a vehicle again."""
        begin, end = row.year_from, row.year_to
        years = "" if begin is None and end is None else f"{begin or ''}-{end or ''}"
        if begin is not None and begin == end:
            years = str(begin)
        return {
            "make": row.make_id, "models": row.model_id or "", "years": years, "engine": row.engine,
            "place": row.position, "notes": row.notes,
        }  # fmt: skip

    def given(self) -> list[FitmentInput]:
        """What the action gets: each model in each span of years."""
        said = self.cleaned_data
        return [
            {
                "make_id": said["make"].pk, "model_id": model, "year_from": begin, "year_to": end,
                "engine": said["engine"], "position": said["place"], "notes": said["notes"],
            }
            for model in said["models"] or [None]
            for begin, end in said["years"]
        ]  # fmt: skip


class SeveralFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesForm(forms.Form):
    """Photos, several at once, or a document."""

    photos = forms.FileField(
        label=gettext_lazy("Photos"), required=False,
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True}),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("PDF"), required=False, widget=forms.FileInput(attrs={"accept": "application/pdf"})
    )
    name = line(gettext_lazy("Name"), 120)
