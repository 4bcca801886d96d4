"""What is measured is what is told, and a passed limit shows in the exit status."""

from typing import Any

import pytest

from benchmarks._beside import in_turns, judge, ratio


@pytest.mark.parametrize(
    ("value", "at_most", "within", "told"),
    [
        (1.2, 1.5, True, "us; ratio 1.20 (at most 1.5)"),
        (1.5, 1.5, True, "us; ratio 1.50 (at most 1.5)"),
        (1.51, 1.5, False, "us; ratio 1.51 (at most 1.5: TOO MUCH)"),
        (9.0, None, True, "us; ratio 9.00"),
    ],
)
def test_ratio_is_judged_by_its_limit(
    value: float, at_most: float | None, within: bool, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge("us", value, at_most=at_most) is within
    assert capsys.readouterr().out == told + "\n"


def test_ratio_is_of_medians() -> None:
    assert ratio([3, 1, 100], [2, 1, 50]) == 1.5


def test_each_way_gets_the_same_calls_and_the_first_rounds_do_not_count() -> None:
    seen: dict[str, list[int]] = {"a": [], "b": []}
    taken = in_turns({"a": seen["a"].append, "b": seen["b"].append}, rounds=3, calls=2)
    assert seen == {"a": list(range(-4, 6)), "b": list(range(-4, 6))}
    assert [(len(each.clock), len(each.processor)) for each in taken.values()] == [(3, 3)] * 2


def test_order_of_a_round_is_left_to_chance() -> None:
    order: list[Any] = []
    in_turns({name: lambda _n, name=name: order.append(name) for name in "abc"}, rounds=30)  # type: ignore[misc]
    assert len({tuple(order[at : at + 3]) for at in range(0, len(order), 3)}) == 6
