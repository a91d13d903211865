"""`gis` as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path


class Terminal:
    """Runs `gis` as a person does, on the test's database."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "GIS_DATABASE_URL": database_url,
            "GIS_VAR": str(folder / "var"),
        }

    def __call__(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gis_server", *words],
            env={**self.environment, **more},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
