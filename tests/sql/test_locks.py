"""Numbers that sessions agree on."""

from sql import locks


def test_no_two_advisory_locks_have_the_same_number() -> None:
    numbers = [value for value in vars(locks).values() if isinstance(value, int)]
    assert len(numbers) == len(set(numbers)) >= 5
