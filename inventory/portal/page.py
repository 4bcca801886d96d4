"""What the shop's pages of stock share: what the role may, and finding a part."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from inventory.models import Part
from shops.portal.working import WorkPage
from shops.rules import PERMISSIONS, Act, may


class StockPage(WorkPage):
    """A page of the shop's parts and stock."""

    def require_act(self, act: Act) -> None:
        """Refuse whose role does not allow the act, before anything is shown or done."""
        self.require(PERMISSIONS[act])

    def may(self, act: Act) -> bool:
        """Whether the role allows an act."""
        return may(self.member, act)

    def part(self, part_id: str) -> Part:
        """A part of the shop. Raises NotFound, also for what is no id."""
        try:
            return Part.objects.get(shop=self.member.shop_id, pk=part_id)
        except (Part.DoesNotExist, ValidationError) as error:
            raise NotFound(_("There is no such part.")) from error
