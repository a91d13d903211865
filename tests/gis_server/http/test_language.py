"""The language that a client likes best, of the two there are; nothing else is ever a fault."""

import pytest
from flask import Flask

from gis_server.http.language import preferred


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("vi-VN,vi;q=0.9,en-US;q=0.6,en;q=0.5", "vi"),
        ("fr, en;q=0.2", "en"),
        ("fr, *;q=0.1", "vi"),
        ("vi;q=0, *", "en"),
        ("vi;q=0.1, *", "en"),
        ("*, en;q=0", "vi"),
        ("vi;q=0, en;q=0", "vi"),
        ("EN", "en"),
        ("en;q=x, -;;,", "vi"),
    ],
)
def test_the_language_is_the_one_that_is_liked_best(header: str | None, lang: str) -> None:
    headers = {} if header is None else {"Accept-Language": header}
    with Flask(__name__).test_request_context(headers=headers):
        assert preferred() == lang


def test_what_the_address_says_goes_before_the_header() -> None:
    with Flask(__name__).test_request_context("/?lang=en", headers={"Accept-Language": "vi"}):
        assert preferred() == "en"
