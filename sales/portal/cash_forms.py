"""Forms of the cash pages: opening, cash in and out, counting."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.forms import amount

line = partial(fields.line, required=False)


class CashForm(forms.Form):
    """Cash into a drawer, or out of it."""

    amount = amount(_("Amount"))
    reason = line(_("Reason"), 200, required=True)


class CountForm(forms.Form):
    """How many there are of each coin and note, or only their sum; why it differs, where it does."""

    counted = amount(_("Only the sum"), required=False)
    note = line(_("Why it differs"), 300)

    def __init__(self, coins: Sequence[Decimal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.coins = [f"{coin:f}" for coin in coins]
        for coin in self.coins:
            attrs = {"inputmode": "numeric", "min": "0", "autocomplete": "off", "data-coin": coin}
            self.fields[f"coin-{coin}"] = forms.IntegerField(
                label=coin, required=False, min_value=0, max_value=1_000_000,
                widget=forms.NumberInput(attrs=attrs),
            )  # fmt: skip

    @property
    def rows(self) -> list[tuple[str, Any]]:
        """Each coin with its field."""
        return [(coin, self[f"coin-{coin}"]) for coin in self.coins]

    def counts(self) -> dict[str, Any]:
        """As the act wants it: the coins where any was entered, else the sum."""
        coins = {
            coin: found for coin in self.coins if (found := self.cleaned_data[f"coin-{coin}"]) is not None
        }
        counted = self.cleaned_data["counted"]
        return {"denominations": coins} if coins else {"counted": counted}
