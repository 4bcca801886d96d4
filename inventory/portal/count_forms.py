"""Forms of stock-taking."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clutch.core.errors import Invalid
from clutch.core.validators import no_control_characters_but_lines
from inventory.actions.counting import MOST_CHOSEN
from inventory.lookup import Found, find_by_code
from inventory.portal import count_reads, reads
from inventory.portal.forms import line
from shops.models import Shop

WHAT = [
    ("bins", gettext_lazy("Bins")),
    ("category", gettext_lazy("A category")),
    ("parts", gettext_lazy("A list of parts")),
    ("everything", gettext_lazy("The whole shop")),
]


class StartCountForm(forms.Form):
    """What to count, and whether who counts sees what should be there."""

    what = forms.ChoiceField(
        label=gettext_lazy("What to count"), choices=WHAT, initial="bins", widget=forms.RadioSelect
    )
    bin_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Bins"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    category_id = forms.TypedChoiceField(
        label=gettext_lazy("Category"), required=False, coerce=UUID, empty_value=None
    )
    parts = forms.CharField(
        label=gettext_lazy("Parts"), required=False, max_length=20_000,
        help_text=gettext_lazy("One number or code a line. A scan adds its own."),
        validators=[no_control_characters_but_lines],
        widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr", "spellcheck": "false"}),
    )  # fmt: skip
    is_blind = forms.BooleanField(
        label=gettext_lazy("Blind"), required=False, initial=True,
        help_text=gettext_lazy("Who counts does not see what should be there, and counts what is."),
    )  # fmt: skip
    note = line(gettext_lazy("Note"), 200)

    def __init__(self, shop: Shop, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop = shop
        bins = [(str(row.pk), row.code) for row in reads.bins_of(shop.pk)]
        self.fields["bin_ids"].choices = bins  # type: ignore[attr-defined]
        categories = [("", _("Choose one")), *reads.categories_of(shop.pk)]
        self.fields["category_id"].choices = categories  # type: ignore[attr-defined]
        if not bins:
            self.fields["what"].initial = "everything"

    def clean(self) -> dict[str, Any]:
        """What was chosen must be named."""
        said = super().clean() or {}
        what = said.get("what")
        if what == "bins" and not said.get("bin_ids") and "bin_ids" not in self.errors:
            self.add_error("bin_ids", _("Choose at least one bin."))
        if what == "category" and not said.get("category_id") and "category_id" not in self.errors:
            self.add_error("category_id", _("Choose a category."))
        if what == "parts" and "parts" not in self.errors:
            said["part_ids"] = self._part_ids(said.get("parts", ""))
        return said

    def _part_ids(self, text: str) -> list[UUID]:
        texts = list(dict.fromkeys(row.strip() for row in text.splitlines() if row.strip()))
        if not 0 < len(texts) <= MOST_CHOSEN:
            self.add_error("parts", _("Name between 1 and %(most)s parts.") % {"most": MOST_CHOSEN})
            return []
        found, unknown = count_reads.parts_of_list(self.shop, texts)
        if unknown:
            said = ngettext("Nobody knows this number:", "Nobody knows these numbers:", len(unknown))
            self.add_error("parts", f"{said} {', '.join(unknown[:20])}")
        return [part.pk for part in found]

    def given(self) -> dict[str, Any]:
        """What the action gets: only what belongs to the choice."""
        said, what = self.cleaned_data, self.cleaned_data["what"]
        return {
            "bin_ids": said["bin_ids"] if what == "bins" else (),
            "category_id": said["category_id"] if what == "category" else None,
            "part_ids": said["part_ids"] if what == "parts" else (),
            "is_blind": said["is_blind"],
            "note": said["note"],
        }


class ApproveForm(forms.Form):
    """What becomes of what nobody counted; asked for only when there is any."""

    uncounted = forms.ChoiceField(
        label=gettext_lazy("What nobody counted"),
        choices=[("", "—"), ("leave", gettext_lazy("Leave it as it is in the books")),
                 ("gone", gettext_lazy("Take it for gone"))],
    )  # fmt: skip

    def __init__(self, *args: Any, left: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not left:
            del self.fields["uncounted"]

    def zero_uncounted(self) -> bool | None:
        """What the action gets."""
        said = self.cleaned_data.get("uncounted")
        return None if said is None else said == "gone"


class ResolveForm(forms.Form):
    """Which part an unknown code was: one of those it may mean, or one named by its number."""

    part = forms.TypedChoiceField(
        label=gettext_lazy("Is it one of these?"), required=False, coerce=UUID, empty_value=None,
    )  # fmt: skip
    number = line(
        gettext_lazy("Part number or code"), 120, attrs={"dir": "ltr", "autocapitalize": "characters"}
    )
    attach = forms.BooleanField(
        label=gettext_lazy("The code means this part from now on"), required=False,
        help_text=gettext_lazy("Every till knows it then."),
    )  # fmt: skip

    def __init__(self, shop: Shop, found: Found, *args: Any, may_attach: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop = shop
        parts = [candidate.part for candidate in found.candidates or found.suggestions]
        choices = [(str(part.pk), f"{part.brand} {part.name} {part.number}".strip()) for part in parts]
        self.fields["part"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        if not choices:
            del self.fields["part"]
        # A number that several brands share stays with all of them.
        if not may_attach or found.candidates:
            del self.fields["attach"]

    def clean(self) -> dict[str, Any]:
        """Exactly one part."""
        said = super().clean() or {}
        number = said.get("number", "").strip()
        if number:
            said["part"] = self._part_of(number)
        elif not said.get("part") and "part" not in self.errors:
            self.add_error("number", _("Name the part."))
        return said

    def _part_of(self, number: str) -> UUID | None:
        try:
            candidates = find_by_code(self.shop, number).candidates
        except Invalid:
            candidates = []
        if len(candidates) == 1:
            return candidates[0].part.pk
        several = _("Several parts have this number. Name the one by its barcode.")
        self.add_error("number", several if candidates else _("No part has this number."))
        return None
