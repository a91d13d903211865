"""Where things are."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout."""

DOCS = ROOT / "docs"

SHARED = Path(os.environ.get("GIS_TEST_DATA", ROOT.parent / "shared" / "data"))
"""Real files, read only; they are not part of the project."""
