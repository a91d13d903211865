"""Validators of others read the documents of the interface, and features by their own schema."""

import json
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import openapi_spec_validator
import pytest
from flask.testing import FlaskClient

from gis_testing.places import ROOT
from gis_testing.requirements import unavailable
from layers.registry import Layers
from styles import theme

VALIDATOR = ROOT / "node_modules" / ".bin" / "gl-style-validate"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_definition_is_openapi(reader: FlaskClient, lang: str) -> None:
    answer = reader.get(f"/ogc/openapi?f=json&lang={lang}")
    openapi_spec_validator.validate(answer.get_json(force=True))


@pytest.mark.deep
def test_every_style_that_is_served(reader: FlaskClient, tmp_path: Path) -> None:
    if shutil.which("node") is None or not VALIDATOR.exists():
        unavailable("no node, or the browser modules are not installed")
    for name, lang in product(theme.names(), ("vi", "en")):
        file = tmp_path / f"{name}-{lang}.json"
        file.write_bytes(reader.get(f"/styles/{name}.json?lang={lang}").data)
        found = subprocess.run(
            [VALIDATOR, file], capture_output=True, text=True, timeout=60, check=False
        )
        assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def _validator(reader: FlaskClient, layer_id: str) -> Any:
    schema = reader.get(f"/ogc/collections/{layer_id}/schema?f=json").get_json(force=True)
    del schema["required"]
    for name, member in schema["properties"].items():
        if not name.startswith("geom"):
            # A member without a value is null in GeoJSON, which a schema of values does not say.
            schema["properties"][name] = {"anyOf": [member, {"type": "null"}]}
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def _check(reader: FlaskClient, layer_id: str, limit: int) -> None:
    validator = _validator(reader, layer_id)
    answer = reader.get(f"/ogc/collections/{layer_id}/items?f=json&limit={limit}")
    features = json.loads(answer.data)["features"]
    assert features
    for feature in features:
        validator.validate(feature["properties"])


@pytest.mark.parametrize("layer_id", ["land_plan", "report"])
def test_features_by_their_own_schema(reader: FlaskClient, layer_id: str) -> None:
    _check(reader, layer_id, 50)


@pytest.mark.deep
def test_all_features_by_their_own_schema(reader: FlaskClient, layers: Layers) -> None:
    for layer in layers:
        _check(reader, layer.id, 10_000)
