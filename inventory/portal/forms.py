"""Forms of the pages of parts and stock: they gather, the actions check."""

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.money import round_money
from clutch.core.validators import no_control_characters_but_lines
from inventory.enums import PartStatus, PartType, Reason, TaxClass
from inventory.inputs import PartInput, TierInput
from inventory.models import Bin, Part, StockPolicy
from inventory.portal import reads

# Most of what is said of a part may be left out.
line = partial(fields.line, required=False)
amount = partial(fields.amount, required=False)


def units(label: Any, **kwargs: Any) -> forms.IntegerField:
    """A number of units."""
    attrs = {"inputmode": "numeric", "dir": "ltr", "autocomplete": "off"}
    kwargs.setdefault("min_value", 0)
    kwargs.setdefault("max_value", 1_000_000)
    kwargs.setdefault("required", False)
    return forms.IntegerField(label=label, widget=forms.NumberInput(attrs=attrs), **kwargs)


# Django's field takes its parameter for type checkers only.
if TYPE_CHECKING:
    BinField = forms.ModelChoiceField[Bin]
else:
    BinField = forms.ModelChoiceField


class BinChoice(BinField):
    """A bin of the shop, or none in particular."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(queryset=None, empty_label=_("no bin"), **kwargs)


class ShopForm(forms.Form):
    """A form that offers bins of one shop."""

    def __init__(self, shop_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, BinChoice):
                field.queryset = reads.bins_of(shop_id)


class BulkField(forms.CharField):
    """Bulk prices as lines of a quantity and a price."""

    def clean(self, value: Any) -> list[TierInput]:
        """The tiers; what they must hold the action checks."""
        tiers: list[TierInput] = []
        for text in super().clean(value).splitlines():
            words = text.replace(":", " ").replace("=", " ").split()
            if not words:
                continue
            try:
                quantity, price = words
                tiers.append({"min_quantity": int(quantity), "unit_price": Decimal(price)})
            except (ValueError, ArithmeticError) as error:
                raise forms.ValidationError(gettext("Write a quantity and a price in each line.")) from error
        if any(not tier["unit_price"].is_finite() or abs(tier["min_quantity"]) > 10**6 for tier in tiers):
            raise forms.ValidationError(gettext("Write a quantity and a price in each line."))
        return tiers

    @staticmethod
    def written(part: Part) -> str:
        """The bulk prices of a part, as the field reads them."""
        currency = part.shop.currency
        rows = part.tiers.order_by("min_quantity")
        return "\n".join(f"{row.min_quantity} {round_money(row.unit_price, currency)}" for row in rows)


class PartForm(forms.Form):
    """Everything that is said of a part on its form. Without the right to set prices, no prices."""

    name = line(_("Name"), 120, required=True)
    number = line(
        _("Part number"), 60,
        help_text=_("As it stands on the box. Leave it empty and the shop's next number is taken."),
        attrs={"dir": "ltr", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip
    brand = line(_("Brand"), 80, attrs={"list": "brands"})
    part_type = forms.ChoiceField(
        label=_("Part type"), choices=PartType.choices, initial=PartType.AFTERMARKET
    )
    category_id = forms.TypedChoiceField(
        label=_("Category"), required=False, coerce=UUID, empty_value=None, choices=()
    )
    selling_price = amount(_("Price"))
    cost_price = amount(_("Cost"), help_text=_("What the shop pays for one."))
    markup_percent = forms.DecimalField(
        label=_("Markup, %"), required=False, min_value=0, max_value=10_000, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}),
        help_text=_("Without a price, cost and markup make it."),
    )  # fmt: skip
    discount_price = amount(_("Discount price"))
    discount_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    discount_until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    bulk = BulkField(
        label=_("Bulk prices"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}),
        help_text=_("From which quantity, and the price of one; one a line: 10 780.00"),
    )  # fmt: skip
    core_charge = amount(_("Core charge"), help_text=_("Returned when the customer brings the old part."))
    tax_class = forms.ChoiceField(label=_("Tax class"), choices=TaxClass.choices, initial=TaxClass.STANDARD)
    min_level = units(_("Minimum"))
    max_level = units(_("Maximum"))
    reorder_point = units(_("Reorder point"), help_text=_("At or under it the part is low."))
    reorder_quantity = units(_("Reorder quantity"))
    default_bin_id = forms.TypedChoiceField(
        label=_("Bin"), required=False, coerce=UUID, empty_value=None, choices=()
    )
    warranty = line(_("Warranty"), 120)
    origin = line(_("Country of origin"), 60)
    length_mm = units(_("Length, mm"))
    width_mm = units(_("Width, mm"))
    height_mm = units(_("Height, mm"))
    weight_g = units(_("Weight, g"))
    is_universal = forms.BooleanField(label=_("Fits any vehicle"), required=False)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        validators=[no_control_characters_but_lines],
    )  # fmt: skip

    PRICES = (
        "selling_price", "cost_price", "markup_percent", "discount_price", "discount_from",
        "discount_until", "core_charge", "tax_class", "bulk",
    )  # fmt: skip
    AMOUNTS = ("selling_price", "cost_price", "discount_price", "core_charge")
    COSTS = ("cost_price", "markup_percent")
    ALWAYS = ("min_level", "reorder_point", "reorder_quantity")

    def __init__(self, shop_id: UUID, *args: Any, sets_prices: bool, sees_cost: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bins = [(str(row.pk), row.code) for row in reads.bins_of(shop_id)]
        self.fields["default_bin_id"].choices = [("", _("no bin")), *bins]  # type: ignore[attr-defined]
        categories = reads.categories_of(shop_id)
        self.fields["category_id"].choices = [("", _("no category")), *categories]  # type: ignore[attr-defined]
        if not sets_prices:
            for name in self.PRICES:
                del self.fields[name]
        elif not sees_cost:
            for name in self.COSTS:
                del self.fields[name]

    @classmethod
    def initial_of(cls, part: Part) -> dict[str, Any]:
        """What the fields of a part show; amounts with the decimals of the shop's currency."""
        shown = {name: getattr(part, name) for name in cls.base_fields if name != "bulk"}
        shown["bulk"] = BulkField.written(part)
        for name in cls.AMOUNTS:
            if shown[name] is not None:
                shown[name] = round_money(shown[name], part.shop.currency)
        return shown

    def given(self) -> PartInput:
        """What the action gets: an empty level is none, an empty amount is no amount."""
        said = {
            name: 0 if value is None and name in self.ALWAYS else value
            for name, value in self.cleaned_data.items()
        }
        if "bulk" in said:
            said["tiers"] = said.pop("bulk")
        return cast(PartInput, said)


class ReceiveForm(ShopForm):
    """Units that came in."""

    quantity = units(_("How many"), min_value=1, required=True)
    unit_cost = amount(_("Cost of one"), help_text=_("Empty: the cost that the shop knows."))
    bin = BinChoice(label=_("Into the bin"))
    note = line(_("Note"), 200)


class AdjustForm(ShopForm):
    """A correction: what is really there, by how many."""

    quantity = forms.IntegerField(
        label=_("How many, up or down"), min_value=-1_000_000, max_value=1_000_000,
        help_text=_("3 adds three, -3 takes three away."),
        widget=forms.TextInput(attrs={"inputmode": "text", "dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *Reason.choices])
    bin = BinChoice(label=_("In the bin"))
    note = line(_("Note"), 200)


class TransferForm(ShopForm):
    """From one place to another."""

    quantity = units(_("How many"), min_value=1, required=True)
    from_bin = BinChoice(label=_("From"))
    to_bin = BinChoice(label=_("To"))
    note = line(_("Note"), 200)


class StatusForm(forms.Form):
    """In use or not."""

    status = forms.ChoiceField(label=_("Status"), choices=PartStatus.choices)
    reason = line(_("Reason"), 200)


class PolicyForm(forms.Form):
    """How a shop wants its stock handled."""

    quote_holds_stock = forms.BooleanField(
        label=_("Hold quoted parts until the quote expires"),
        required=False,
        help_text=_("The counter can still take them in one tap; the quote is revised at once."),
    )
    quote_unattended = forms.BooleanField(
        label=_("Send quotes from stock by themselves"),
        required=False,
        help_text=_(
            "Only when every part is named by its own number, was received or counted, is not held for "
            "anybody else, and is not below its cost. You see each quote that has gone."
        ),
    )
    quote_max_total = amount(
        _("Never above a total of"), help_text=_("With delivery and core charges. Above it you are asked.")
    )
    allows_negative = forms.BooleanField(
        label=_("Sell what the books do not show"),
        required=False,
        help_text=_("The counter is told each time, and the part goes below zero until it is counted."),
    )

    @classmethod
    def of(cls, policy: StockPolicy, currency: str) -> "PolicyForm":
        """The form with what holds now."""
        limit = policy.quote_max_total
        return cls(
            initial={
                "quote_holds_stock": policy.quote_holds_stock,
                "quote_unattended": policy.quote_unattended,
                "quote_max_total": None if limit is None else round_money(limit, currency),
                "allows_negative": policy.allows_negative,
            }
        )
