"""Settings: typed, frozen, read once. The only reader of the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from layers.errors import GisError

_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[\w-]+(\.[\w-]+)*")
"""A name or an address; that of IPv6 in brackets, as a client writes it."""


class SettingInvalid(GisError):
    """A setting has a value that cannot be used."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r} cannot be used: {wanted}.")
        self.name, self.value, self.wanted = name, value, wanted


HELP: Mapping[str, str] = {
    "GIS_DATABASE_URL": "PostGIS to use; without it a private cluster runs in GIS_VAR",
    "GIS_PORT": "port of the server on 127.0.0.1 (8080)",
    "GIS_VAR": "folder of the cluster, logs, reports and pid files (var)",
    "GIS_LAYERS": "folder with further layers beside those of the product",
    "GIS_PUBLIC_URL": "address that links show, where a proxy stands before us",
    "GIS_HOSTS": "further names by which clients call the server, with commas between",
    "GIS_WORKERS": "server processes (2)",
    "GIS_TILE_CACHE_MB": "megabytes of tiles kept beside those drawn ahead (1024)",
    "GIS_ADMIN_TOKEN": "secret of those who may change features and redraw tiles",
    "GIS_NODE_MODULES": "folder of the installed browser modules (node_modules)",
}
"""Every setting with its meaning and its value when absent."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the installation decides."""

    database_url: str | None = None
    port: int = 8080
    var: Path = Path("var")
    layers: Path | None = None
    public_url: str | None = None
    hosts: tuple[str, ...] = ()
    workers: int = 2
    tile_cache_mb: int = 1024
    admin_token: str | None = field(default=None, repr=False)
    node_modules: Path = Path("node_modules")

    @property
    def more_layers(self) -> tuple[Path, ...]:
        """Folders with layers beside those of the product."""
        return (self.layers,) if self.layers else ()


def from_env() -> Settings:
    """Read the environment.

    Raises:
        SettingInvalid: naming the variable and what it may be.
    """
    env = {name: value for name in HELP if (value := os.environ.get(name, "").strip())}
    layers, public = env.get("GIS_LAYERS"), env.get("GIS_PUBLIC_URL")
    return Settings(
        database_url=env.get("GIS_DATABASE_URL"),
        port=_whole(env, "GIS_PORT", 8080, (1, 65535)),
        var=Path(env.get("GIS_VAR", "var")).absolute(),
        layers=Path(layers).absolute() if layers else None,
        public_url=_address(public) if public else None,
        hosts=_hosts(env.get("GIS_HOSTS", "")),
        workers=_whole(env, "GIS_WORKERS", 2, (1, 64)),
        admin_token=env.get("GIS_ADMIN_TOKEN"),
        tile_cache_mb=_whole(env, "GIS_TILE_CACHE_MB", 1024, (1, 10**6)),
        node_modules=Path(env.get("GIS_NODE_MODULES", "node_modules")).absolute(),
    )


def _whole(env: Mapping[str, str], name: str, absent: int, between: tuple[int, int]) -> int:
    low, high = between
    text = env.get(name, str(absent))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingInvalid(name, text, f"a whole number from {low} to {high} is needed")
    return int(text)


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise SettingInvalid("GIS_PUBLIC_URL", text, "it must start with http:// or https://")
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment:
        wanted = "it must name a host, and at most a path, such as https://maps.example/gis"
        raise SettingInvalid("GIS_PUBLIC_URL", text, wanted)
    return text.rstrip("/")


def _hosts(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in found:
        if not _HOST.fullmatch(name):
            wanted = "names of hosts without http:// and without a path are needed"
            raise SettingInvalid("GIS_HOSTS", name, wanted)
    return found
