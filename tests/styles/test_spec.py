"""The style specification's own validator finds nothing to say."""

import json
import shutil
import subprocess

import pytest

from gis_testing.places import ROOT
from gis_testing.requirements import unavailable
from layers import registry
from styles import theme
from styles.compose import compose

SPEC = ROOT / "node_modules" / "@maplibre" / "maplibre-gl-style-spec" / "dist" / "index.mjs"
SCRIPT = """
const { validateStyleMin } = await import(process.argv[1]);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const errors = validateStyleMin(JSON.parse(Buffer.concat(chunks).toString()));
console.log(JSON.stringify(errors.map((error) => error.message)));
"""


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", theme.names())
def test_the_style_is_valid(name: str, lang: str) -> None:
    node = shutil.which("node")
    if node is None or not SPEC.is_file():
        unavailable("no node, or the browser modules are not installed")
    style = compose(name, registry.load(), "https://gis.example.vn", lang)
    answer = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT, SPEC.as_uri()],
        input=json.dumps(style), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(answer.stdout) == []
