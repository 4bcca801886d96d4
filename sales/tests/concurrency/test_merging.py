"""A customer is merged while they buy on account: nothing is owed under the old name, and sums hold."""

from contextlib import ExitStack
from decimal import Decimal as D
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Sum

from clutch.core.errors import Invalid, NotFound
from clutch.core.tests.race import losers, side_by_side, winners
from inventory.tests.factories import PartFactory
from sales import locks
from sales.actions.customer_merge import merge_customers
from sales.enums import Tender
from sales.models import AccountEntry, CustomerBalance, Sale
from sales.tests.acts import Till, as_member, paid
from sales.tests.concurrency.tools import meeting, plain_balance
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("locked", [False, True])
def test_merge_beside_a_sale_on_account(locked: bool) -> None:
    till = Till()
    owner = as_member(till.shop, Role.OWNER)
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    goes = CustomerFactory(shop=till.shop, credit_limit=D(5000))
    stays = CustomerFactory(shop=till.shop, credit_limit=D(5000))
    sell = partial(till.sell, (part, 1), customer_id=goes.pk, payments=[paid(Tender.ACCOUNT, "100")])
    sell()
    merge = partial(merge_customers, till.shop.pk, stays_id=stays.pk, goes_id=goes.pk, actor=owner)
    calls: list[Any] = [merge, sell]
    real = locks.balance if locked else plain_balance
    with ExitStack() as stack:
        stack.enter_context(patch("sales.locks.balance", real))
        stack.enter_context(meeting("sales.locks.balance", real))
        outcomes = side_by_side(calls)
    sums = AccountEntry.objects.filter(customer=goes).aggregate(sum=Sum("amount"))["sum"]
    balance = CustomerBalance.objects.get(customer=goes).owed
    if not locked:
        # Both read 100 under the old name, and one wrote over the other.
        assert (len(winners(outcomes)), balance == sums) == (2, False)
        return
    # Who comes after the merge is told that there is no such customer.
    assert {type(error) for error in losers(outcomes)} <= {NotFound, Invalid}
    assert (balance, sums) == (D(0), D(0))
    owed = CustomerBalance.objects.get(customer=stays).owed
    assert owed == 100 * len(winners(outcomes)) == 100 * Sale.objects.filter(customer=stays).count()
