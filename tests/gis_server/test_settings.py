"""Settings are read once, typed, and refused with what they may be."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from gis_server import settings
from gis_server.settings import SettingInvalid


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.HELP:
        monkeypatch.delenv(name, raising=False)


def test_without_anything_there_are_defaults() -> None:
    used = settings.from_env()
    assert (used.port, used.database_url, used.layers) == (8080, None, None)
    assert used.var.is_absolute()


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIS_PORT", "9000")
    monkeypatch.setenv("GIS_LAYERS", str(tmp_path))
    monkeypatch.setenv("GIS_PUBLIC_URL", "https://gis.example/")
    monkeypatch.setenv("GIS_HOSTS", "gis_python, 10.0.0.1,[fe80::1]")
    monkeypatch.setenv("GIS_DATABASE_URL", " ")
    used = settings.from_env()
    assert (used.port, used.layers) == (9000, tmp_path)
    assert used.public_url == "https://gis.example"
    assert used.hosts == ("gis_python", "10.0.0.1", "[fe80::1]")
    assert used.database_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("GIS_PORT", "http"), ("GIS_PORT", "0"), ("GIS_PORT", "70000"), ("GIS_WORKERS", "-1"),
     ("GIS_PUBLIC_URL", "gis.example"), ("GIS_PUBLIC_URL", "https://"),
     ("GIS_PUBLIC_URL", "https://gis.example/?a=b"), ("GIS_HOSTS", "https://gis.example"),
     ("GIS_HOSTS", "gis.example/ogc"), ("GIS_HOSTS", "a, b c")],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalid, match=name):
        settings.from_env()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        settings.from_env().port = 1  # type: ignore[misc]
