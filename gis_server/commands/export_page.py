"""Static map page of an exported archive: a folder that any web server for files can offer."""

import html
import json
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from uuid import uuid4

from layers.errors import GisError
from styles.compose import compose
from styles.sprites import RATIOS, sheet
from tiles.archive import Place
from tiles.export import Part

THEME = "light"

_PACKAGES = {
    "maplibre-gl": "maplibre-gl/dist/maplibre-gl.mjs",
    "pmtiles": "pmtiles/dist/esm/index.js",
    "fflate": "fflate/esm/browser.js",
}
"""Modules of the installed browser packages, by the specifier that imports them."""

_MODULES = (
    *_PACKAGES.values(),
    "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css",
)
"""What the page loads of the installed browser packages."""

_VENDOR = PurePath("vendor")
_IMPORT = re.compile(rf'\bfrom\s*"({"|".join(_PACKAGES)})"')
_SCRIPTS = frozenset({".js", ".mjs"})

_LICENCES = re.compile(r"licen[cs]e(\.\w+)?|package\.json", re.IGNORECASE)
_OWN = ("export/page.css", "export/page.js", "module-failure.js")


class ModulesMissing(GisError):
    """The browser modules are not installed; 'make up' installs them."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"There is no {file}: 'make up' installs the browser modules, or GIS_NODE_MODULES names"
            " their folder."
        )


class Page(NamedTuple):
    """What a page shows: an archive, its layers, where it opens, title and language of labels."""

    archive: Path
    parts: tuple[Part, ...]
    place: Place
    title: str
    language: str

    @property
    def folder(self) -> Path:
        """Where the page goes: beside the archive, under its name."""
        return self.archive.with_name(f"{self.archive.stem}-page")


def refuse(modules: Path) -> None:
    """Check the browser modules before the export, so that it does not fail at its end.

    Raises:
        ModulesMissing: one that the page needs is not installed.
    """
    for name in _MODULES:
        if not (modules / name).is_file():
            raise ModulesMissing(modules / name)


def write(page: Page, modules: Path) -> Path:
    """Write the page in the place of an earlier one; return its folder.

    Args:
        page: what it shows.
        modules: folder of the installed browser packages.
    """
    unfinished = page.folder.with_name(f".{page.folder.name}-{uuid4().hex}")
    unfinished.mkdir()
    try:
        composed = style(page)
        _copy(modules, unfinished, [*_MODULES, *_fonts(composed)])
        _write_own(page, unfinished, composed)
        shutil.rmtree(page.folder, ignore_errors=True)
        unfinished.rename(page.folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return page.folder


def style(page: Page) -> dict[str, Any]:
    """Return the style of the layers, reading the archive; addresses are relative to the page.

    Layers that end at the same zoom share a source. A map overzooms the last tiles of a source and
    not those of a layer, and deeper tiles of the archive lack the layers that have ended.
    """
    composed = compose(THEME, [part.layer for part in page.parts], ".", page.language)
    url = f"pmtiles://../{page.archive.name}"
    sources: dict[str, dict[str, Any]] = {}
    for part in page.parts:
        empty = {"type": "vector", "url": url, "maxzoom": part.maxzoom, "promoteId": {}}
        sources.setdefault(_source(part), empty)["promoteId"][part.layer.id] = part.layer.key
    names = {part.layer.id: _source(part) for part in page.parts}
    layers = [_shown(layer, names) for layer in composed["layers"]]
    metadata = {"gis:bounds": list(page.place.bounds), "gis:fields": _titles(page)}
    return {
        **composed,
        "name": page.title,
        "metadata": {**composed["metadata"], **metadata},
        "sources": sources,
        "layers": layers,
    }


def _source(part: Part) -> str:
    return f"to-{part.maxzoom}"


def _shown(layer: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Read a style layer from its new source, and show it: who exports a layer wants to see it."""
    if "source" not in layer:
        return layer
    layout = {**layer.get("layout", {}), "visibility": "visible"}
    return {**layer, "source": names[layer["source"]], "layout": layout}


def _titles(page: Page) -> dict[str, Any]:
    return {
        part.layer.id: {
            "title": part.layer.title[page.language],
            "fields": {
                name: part.layer.fields[name].title[page.language]
                for name in dict.fromkeys((part.layer.key, *part.layer.tiles.fields))
            },
        }
        for part in page.parts
    }


def _fonts(composed: dict[str, Any]) -> Iterator[str]:
    for face in composed["font-faces"].values():
        for file in face:
            yield file["url"].removeprefix("./vendor/")


def _copy(modules: Path, folder: Path, names: list[str]) -> None:
    for name in names:
        place = _place(name)
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        if place.suffix in _SCRIPTS:
            text = (modules / name).read_text("utf-8")
            (folder / place).write_text(_linked(text, place), "utf-8")
        else:
            shutil.copyfile(modules / name, folder / place)
        scope = 2 if name.startswith("@") else 1
        package = Path(*Path(name).parts[:scope])
        for file in (modules / package).iterdir():
            if _LICENCES.fullmatch(file.name):
                shutil.copyfile(file, folder / _VENDOR / package / file.name)


def _place(name: str) -> PurePath:
    """Return where a file of a package goes.

    Modules end in ``.js``: a web server that does not know ``.mjs``, as Debian's nginx does not,
    gives it a media type by which a browser refuses it.
    """
    place = _VENDOR / name
    return place.with_suffix(".js") if place.suffix == ".mjs" else place


def _linked(text: str, place: PurePath) -> str:
    """Return a module that imports packages by their addresses in the page's folder.

    An import map would be an inline script, which many a site's Content-Security-Policy forbids.
    """

    def address(found: re.Match[str]) -> str:
        path = _place(_PACKAGES[found[1]]).relative_to(place.parent, walk_up=True)
        return f'from"./{path}"'

    return _IMPORT.sub(address, text)


def _write_own(page: Page, folder: Path, composed: dict[str, Any]) -> None:
    web = files("gis_server").joinpath("web")
    text = web.joinpath("export", "index.html").read_text("utf-8")
    text = text.replace("{title}", html.escape(page.title))
    text = text.replace('lang="vi"', f'lang="{page.language}"')
    (folder / "index.html").write_text(text, "utf-8")
    for name in _OWN:
        place = PurePath(PurePath(name).name)
        text = _linked(web.joinpath(name).read_text("utf-8"), place)
        (folder / place).write_text(text, "utf-8")
    (folder / "style.json").write_text(json.dumps(composed, ensure_ascii=False), "utf-8")
    (folder / "sprites").mkdir()
    for ratio in RATIOS:
        stem = folder / "sprites" / (THEME if ratio == 1 else f"{THEME}@{ratio}x")
        drawn = sheet(THEME, ratio)
        stem.with_name(f"{stem.name}.png").write_bytes(drawn.png)
        stem.with_name(f"{stem.name}.json").write_text(json.dumps(drawn.index), "utf-8")
