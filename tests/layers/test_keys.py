"""The one rule for keys, as Python and Arrow read it."""

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.keys import UNADDRESSABLE

GOOD = ("a", "a/b", "a.b", ".a", "...", "a/...", "x y", "đ", "50%", "a?b#c", "-1", "\\", "a+b", "🗺")
BAD = ("", "/x", "x/", ".", "..", "a/../b", "a/./b", "a//b", "a\nb", "a\n", "\ta", "a\x7f", "a\x85",
       "a\u2028b", "./a", "a/..")  # fmt: skip


@pytest.mark.parametrize(("keys", "is_bad"), [(GOOD, False), (BAD, True)])
def test_a_key_is_what_an_address_can_end_with(keys: tuple[str, ...], is_bad: bool) -> None:
    assert {key: bool(re.search(UNADDRESSABLE, key)) for key in keys} == dict.fromkeys(keys, is_bad)


@given(st.text(st.sampled_from("./a\n\t\x85\u2028đ"), max_size=8))
def test_both_readers_of_the_rule_agree(key: str) -> None:
    (found,) = pc.match_substring_regex(pa.array([key]), UNADDRESSABLE).to_pylist()
    assert found == bool(re.search(UNADDRESSABLE, key))
