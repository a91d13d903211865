"""pygeoapi's provider of features: a layer's fields, and pages of its rows."""

import json
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote

from flask import g
from pygeoapi.provider.base import BaseProvider

from gis_server import features
from gis_server.features import Query
from gis_server.ogc import request
from gis_server.ogc.crs import CRS84, Reference
from gis_server.ogc.errors import FeatureUnknown
from gis_server.state import gis
from layers.model import Field, Layer


@dataclass(frozen=True, slots=True)
class Raw:
    """Features of a page as the database wrote them; read as objects only where HTML needs them."""

    text: str
    count: int

    def __len__(self) -> int:
        return self.count

    def read(self) -> list[dict[str, Any]]:
        """Return the features as objects."""
        return cast(list[dict[str, Any]], json.loads(f"[{self.text}]"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request that is being answered wants; read at the door, before pygeoapi."""

    query: Query = field(default_factory=Query)
    crs: Reference = CRS84

    def bind(self) -> None:
        """Keep it for the provider, which pygeoapi makes anew for every request."""
        g.ogc_asked = self


class LayerProvider(BaseProvider):  # type: ignore[misc]
    """One layer for pygeoapi.

    pygeoapi hands over its own reading of bbox, datetime, filter and CRS. It transforms only the
    corners of a box, and ranks AND like OR; so the question is taken from the request as we read
    it. Errors are the house's own and pass through pygeoapi to the application's handler.
    """

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._layer: Layer = gis().layers.get(provider_def["data"])
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return fresh descriptions of the public fields; pygeoapi writes into them."""
        return {name: described(of) for name, of in self._layer.public.items()}

    def query(self, **_theirs: Any) -> dict[str, Any]:
        """Return the page that was asked for."""
        made = features.plan(self._layer, _asked().query)
        with gis().pool.connection() as conn:
            page = features.run(conn, made)
        return {
            "type": "FeatureCollection",
            "features": Raw(page.features, page.returned),
            "numberMatched": page.matched,
            "numberReturned": page.returned,
        }

    def get(self, identifier: str, **_theirs: Any) -> dict[str, Any]:
        """Return one feature by its id, which is percent-encoded.

        Raises:
            FeatureUnknown: there is none.
        """
        text = unquote(identifier)
        key = request.key(self._layer, text)
        found = None
        if key is not None:
            with gis().pool.connection() as conn:
                found = features.run_one(conn, features.plan_one(self._layer, key, _asked().crs))
        if found is None:
            raise FeatureUnknown(self._layer.id, text[:100])
        return cast(dict[str, Any], json.loads(found))


def _asked() -> Asked:
    return cast(Asked, g.ogc_asked)


def described(of: Field) -> dict[str, Any]:
    """Return a field as JSON Schema; titles, units and codes are added by documents.py."""
    return dict(of.type.json_schema)
