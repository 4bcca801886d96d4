"""Every change of a status of stock and counter: what its table allows is written down, all else refused."""

from typing import Any

import pytest

from clutch.core.errors import Conflict
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.models import Transition
from clutch.feed.transition import transition
from inventory.actions.holds import Wanted, hold_parts
from inventory.enums import HOLD_TRANSITIONS, HoldKind
from inventory.ledger import Document
from inventory.models import Hold
from inventory.tests.factories import PartFactory
from sales.actions.carts import save_cart
from sales.enums import CORE_TRANSITIONS, SALE_TRANSITIONS, SESSION_TRANSITIONS
from sales.inputs import LineInput
from sales.models import CashSession, CoreDeposit, Sale
from sales.tests.acts import Till

pytestmark = pytest.mark.django_db
move = action(transition)
TABLES: dict[Any, Any] = {
    Sale: SALE_TRANSITIONS,
    CoreDeposit: CORE_TRANSITIONS,
    CashSession: SESSION_TRANSITIONS,
    Hold: HOLD_TRANSITIONS,
}


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_status_moves_only_as_its_table_says(model: Any) -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=9, core_charge=10)
    till.sell(LineInput(part.pk, 1))
    save_cart(till.shop.pk, cart=till.cart((part, 1)), actor=till.actor)
    hold_parts(
        till.shop.pk, [Wanted(part.pk, 1)], kind=HoldKind.HARD,
        document=Document("order", part.pk, "CL-1"), expires_at=None, actor=Actor.beat(),
    )  # fmt: skip
    row, table = model.objects.order_by("pk").last(), TABLES[model]
    assert set(table) == {value for value, _label in model._meta.get_field("status").choices}
    for start in table:
        for to in table:
            model.objects.filter(pk=row.pk).update(status=start)
            row.refresh_from_db()
            before = Transition.objects.count()
            if to in table[start]:
                move(row, to, transitions=table, actor=till.actor)
            else:
                with pytest.raises(Conflict) as refused:
                    move(row, to, transitions=table, actor=till.actor)
                assert refused.value.code == "wrong_status"
            moved = to in table[start]
            assert model.objects.get(pk=row.pk).status == (to if moved else start)
            assert Transition.objects.count() == before + moved
