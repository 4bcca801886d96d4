"""Questions that move stock, and the bins it lies in."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy

from inventory.actions.stock import Units, adjust_stock, receive_stock, transfer_stock
from inventory.models import Part
from inventory.portal.forms import AdjustForm, ReceiveForm, ShopForm, TransferForm
from inventory.portal.page import PartQuestion
from shops.rules import Act, may


class StockQuestion(PartQuestion):
    """A question about the stock of one part."""

    form_class: ClassVar[Any] = ShopForm

    act = Act.MOVE_STOCK
    done_text = gettext_lazy("The stock is up to date.")

    def form(self, subject: Part, *args: Any, **kwargs: Any) -> ShopForm:
        """The form with the bins of the shop."""
        form: ShopForm = self.form_class(self.member.shop_id, *args, **kwargs)
        return form

    def initial(self, subject: Part) -> dict[str, Any]:
        """The bin in which the part belongs."""
        return {"bin": subject.default_bin_id, "from_bin": self._first_bin(subject)}

    def _first_bin(self, subject: Part) -> UUID | None:
        row = subject.bin_stock.filter(quantity__gt=0).order_by("bin__code").first()
        return row.bin_id if row else None


def _key(row: Any) -> UUID | None:
    return row.pk if row else None


class ReceiveView(StockQuestion):
    """Units that came in."""

    form_class = ReceiveForm
    title = gettext_lazy("Receive stock")
    button = gettext_lazy("Receive")

    def form(self, subject: Part, *args: Any, **kwargs: Any) -> ShopForm:
        """Without the cost for who may not see it."""
        form = super().form(subject, *args, **kwargs)
        if not may(self.member, Act.SEE_COST):
            del form.fields["unit_cost"]
        return form

    def perform(self, subject: Part, said: dict[str, Any]) -> Any:
        """Receive them."""
        came = Units(subject.pk, said["quantity"], bin_id=_key(said["bin"]), unit_cost=said.get("unit_cost"))
        return receive_stock(self.member.shop_id, [came], note=said["note"], actor=self.actor)


class AdjustView(StockQuestion):
    """A correction with its reason."""

    act = Act.ADJUST_STOCK
    form_class = AdjustForm
    title = gettext_lazy("Correct the stock")
    button = gettext_lazy("Correct")

    def perform(self, subject: Part, said: dict[str, Any]) -> Any:
        """Correct it."""
        return adjust_stock(
            subject.pk, shop_id=self.member.shop_id, quantity=said["quantity"], reason=said["reason"],
            bin_id=_key(said["bin"]), note=said["note"], actor=self.actor,
        )  # fmt: skip


class TransferView(StockQuestion):
    """From one bin to another."""

    form_class = TransferForm
    title = gettext_lazy("Move to another bin")
    button = gettext_lazy("Move")

    def perform(self, subject: Part, said: dict[str, Any]) -> Any:
        """Move them."""
        return transfer_stock(
            subject.pk, shop_id=self.member.shop_id, quantity=said["quantity"],
            from_bin_id=_key(said["from_bin"]), to_bin_id=_key(said["to_bin"]), note=said["note"],
            actor=self.actor,
        )  # fmt: skip
