"""The cursor: compact, and validated like everything that comes from outside."""

import base64
from typing import Any
from uuid import UUID

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clutch.live import cursor

USER = UUID("0192f0c1-2345-7abc-8def-0123456789ab")
seqs = st.integers(min_value=0, max_value=cursor.LARGEST_SEQ)
streams = st.one_of(
    st.just("staff"), st.uuids().map(lambda name: f"user/{name}"), st.uuids().map(lambda name: f"shop/{name}")
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.dictionaries(streams, seqs, max_size=8))
def test_cursor_round_trip(positions: Any) -> None:
    assert cursor.decode(cursor.encode(positions)) == positions


def test_cursor_is_compact() -> None:
    assert len(cursor.encode({f"user/{USER}": 12})) <= 30


def test_no_cursor_has_no_numbers() -> None:
    assert cursor.decode("") == {}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_refused(word: Any) -> None:
    try:
        positions = cursor.decode(word)
    except cursor.BadCursor:
        return
    assert all(0 <= seq <= cursor.LARGEST_SEQ for seq in positions.values())


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        7,
        {"user": 1},
        {b"u" + USER.bytes: -1},
        {b"u" + USER.bytes: "1"},
        {b"u" + USER.bytes: True},
        {b"u" + USER.bytes: 2**63},
        {b"x" + USER.bytes: 1},
        {b"u": 1},
        {(1, 2): 1},
    ],
)
def test_what_is_no_cursor_is_refused(value: Any) -> None:
    word = base64.urlsafe_b64encode(msgpack.packb(value)).decode()
    with pytest.raises(cursor.BadCursor):
        cursor.decode(word)


def test_long_words_are_refused_before_they_are_read() -> None:
    with pytest.raises(cursor.BadCursor, match="too long"):
        cursor.decode("A" * (cursor.LONGEST + 1))
