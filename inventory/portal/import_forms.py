"""Forms of the way of a file: what it is, how it is read, which column is what."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clutch.core.forms import line
from inventory.actions.importing import Options
from inventory.enums import ImportKind, PartType, TaxClass
from inventory.importing.csv_files import ENCODINGS
from inventory.importing.fields import fields_for
from inventory.importing.preview import Preview
from inventory.models import PartImport
from shops.models import Member
from shops.rules import may

SIGNS = [(",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("bar"))]
SETS = {
    "utf-8-sig": "UTF-8",
    "cp1256": _("Windows, Arabic (1256)"),
    "cp1252": _("Windows, Western (1252)"),
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "mac-arabic": _("Mac, Arabic"),
    "iso8859-6": _("ISO 8859-6, Arabic"),
}
NO_HEADERS = 0


class UploadForm(forms.Form):
    """A file and what it is."""

    kind = forms.ChoiceField(choices=ImportKind, error_messages={"required": _("Choose what the file is.")})
    file = forms.FileField(
        label=_("File"), allow_empty_file=True, error_messages={"required": _("Choose a file.")}
    )


class LayoutForm(forms.Form):
    """How the file is read. What does not belong to its kind is left out."""

    sheet = forms.ChoiceField(label=_("Sheet"))
    header_row = forms.IntegerField(label=_("Row of the headers"), min_value=0, max_value=40)
    encoding = forms.ChoiceField(label=_("Character set"), choices=[(key, SETS[key]) for key in ENCODINGS])
    delimiter = forms.ChoiceField(label=_("Columns are parted by"), choices=SIGNS)

    def __init__(self, source: PartImport, data: Any = None) -> None:
        super().__init__(data, initial=source.layout)
        if source.layout["format"] == "csv":
            del self.fields["sheet"]
        else:
            del self.fields["encoding"], self.fields["delimiter"]
            self.fields["sheet"].choices = [(name, name) for name in source.sheets]  # type: ignore[attr-defined]
        self.source = source

    def given(self) -> dict[str, Any]:
        """What is to be read otherwise; another sheet has other headers, so its row is found anew."""
        kept = self.source.layout
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        changed = {name: value for name, value in given.items() if value != kept[name]}
        if set(changed) - {"header_row"}:
            return {name: value for name, value in changed.items() if name != "header_row"}
        return {"header_row": given.get("header_row", kept["header_row"])}


class MappingForm(forms.Form):
    """Which column is which field, and what is said for the whole file."""

    decimal_mark = forms.ChoiceField(
        label=_("Decimal mark of prices"), choices=[(".", "1,234.50"), (",", "1.234,50")]
    )
    create_parts = forms.BooleanField(
        label=_("Make parts that are not in the catalogue yet"), required=False, initial=True
    )
    round_amounts = forms.BooleanField(
        label=_("Round prices with too many decimals to the currency"), required=False
    )
    dates_meant = forms.BooleanField(
        label=_("Part numbers that look like dates are meant as they stand"), required=False
    )
    brand = line(_("Brand"), 80, required=False)
    part_type = forms.ChoiceField(
        label=_("Part type"), required=False, choices=[("", "—"), *PartType.choices]
    )
    category = line(_("Category"), 80, required=False)
    origin = line(_("Country of origin"), 60, required=False)
    tax_class = forms.ChoiceField(
        label=_("Tax class"), required=False, choices=[("", "—"), *TaxClass.choices]
    )

    FIXED = ("brand", "part_type", "category", "origin", "tax_class")

    def __init__(self, source: PartImport, member: Member, look: Preview, data: Any = None) -> None:
        super().__init__(data, initial=self._initial(source, look))
        fields = [one for one in fields_for(source.kind) if one.act is None or may(member, one.act)]
        choices = [("", _("leave out")), *((one.name, one.label) for one in fields)]
        meant = {index: name for name, index in source.mapping.items()}
        self.columns = []
        for index, header in enumerate(source.headers):
            field = forms.ChoiceField(label=header, required=False, choices=choices, initial=meant.get(index))
            self.fields[f"column_{index}"] = field
            self.columns.append((self[f"column_{index}"], header, look.samples[index]))

    @staticmethod
    def _initial(source: PartImport, look: Preview) -> dict[str, Any]:
        said = source.options
        if not said:
            return {"decimal_mark": look.mark}
        return {
            "decimal_mark": said["mark"],
            "create_parts": said["creates"],
            "round_amounts": said["rounded"],
            "dates_meant": said["dates_meant"],
            **said["fixed"],
        }

    def clean(self) -> dict[str, Any]:
        """Each field is meant by one column; the second one says so."""
        seen: dict[str, str] = {}
        for bound, header, _samples in self.columns:
            chosen = self.cleaned_data.get(bound.name, "")
            if chosen and chosen in seen:
                text = _("“%(other)s” is this already.") % {"other": seen[chosen]}
                self.add_error(bound.name, text)
            elif chosen:
                seen[chosen] = header
        return self.cleaned_data

    def mapping(self) -> Mapping[str, int]:
        """Field → index of its column."""
        chosen = [self.cleaned_data[bound.name] for bound, _header, _samples in self.columns]
        return {name: index for index, name in enumerate(chosen) if name}

    def options(self) -> Options:
        """What is said for the whole file."""
        said = self.cleaned_data
        return Options(
            mark=said["decimal_mark"],
            rounded=said["round_amounts"],
            dates_meant=said["dates_meant"],
            creates=said["create_parts"],
            fixed={name: said[name] for name in self.FIXED if said[name]},
        )
