"""What the guide shows of changes works as it stands there, with curl and a real server."""

import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from gis_server.settings import Settings
from gis_testing.places import DOCS

GUIDE = (DOCS / "ogc.md").read_text("utf-8")
SCRIPT = GUIDE.split("## Change features")[1].split("```sh")[1].split("```")[0]
TOKEN = "only for tests"


def test_the_commands_of_the_guide_change_a_school(
    serve: Callable[[str, Settings], AbstractContextManager[str]],
    database_url: str, settings: Settings, conn: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(os.environ, "GIS_ADMIN_TOKEN", TOKEN)
    with serve(database_url, settings) as address:
        script = SCRIPT.replace("curl ", "curl --fail-with-body -sS ")
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env={**os.environ, "B": f"{address}/ogc/collections"},
            check=True,
        )
    found = conn.execute("SELECT action FROM ops.edit ORDER BY id").fetchall()
    assert found == [("create",), ("update",), ("delete",)]
