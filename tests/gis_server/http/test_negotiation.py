"""The form that a client likes best, among those there are."""

import pytest

from gis_server.http.negotiation import FormatUnacceptable, choose

OFFERED = {
    "json": ("application/geo+json", "application/json"),
    "html": ("text/html",),
    "csv": ("text/csv; charset=utf-8",),
}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/*", "html"),
        ("application/*", "json"),
        ("application/json", "json"),
        ("application/geo+json, application/json", "json"),
        ("text/csv", "csv"),
        ("text/csv;q=0.4, text/html;q=0.5", "html"),
        ("text/html;q=0, text/*", "csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("application/json;q=0.3, */*;q=0.2", "json"),
        ("image/png, */*;q=0.1", "json"),
        ("TEXT/HTML", "html"),
        ("*", "json"),
        ("text/csv;header=present", "csv"),
        ("a/b;q=2", "json"),
        (";;;", "json"),
        ("application/geo+json;q=0, */*", "html"),
        ("application/geo+json;q=0, application/json, text/csv;q=0.5", "csv"),
        ("application/geo+json;q=0.1, application/json, text/html;q=0.9", "json"),
        ("application/json;q=0, */*", "json"),
        ("application/geo+json;q=0, application/*, text/*;q=0.1", "html"),
        ("application/json, */*;q=0", "json"),
        ("APPLICATION/GEO+JSON;q=0, */*", "html"),
    ],
)
def test_the_best_liked_form_is_chosen(accept: str, form: str) -> None:
    assert choose(accept, OFFERED) == form


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        "text/html;q=0",
        "application/xml, image/*",
        "application/geo+json;q=0, application/json",
        "*/*;q=0",
    ],
)
def test_a_client_that_takes_nothing_of_it_is_told_what_there_is(accept: str) -> None:
    with pytest.raises(FormatUnacceptable, match=r"text/csv.*f="):
        choose(accept, OFFERED)
