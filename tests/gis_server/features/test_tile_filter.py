"""Filters of tiles, read once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from gis_server.features import tile_filter
from layers.audience import PUBLIC
from layers.registry import Layers


def test_a_filter_is_read_once_for_a_declaration(layers: Layers) -> None:
    incident, args = layers.get("incident"), MultiDict([("filter", "category = 'flood'")])
    first = tile_filter.parse(incident, args, PUBLIC)
    assert tile_filter.parse(incident, args, PUBLIC) is first
    assert tile_filter.parse(replace(incident), args, PUBLIC) is not first


def test_filters_without_end_are_forgotten_by_many_threads_at_once(layers: Layers) -> None:
    incident = layers.get("incident")

    def read(thread: int) -> None:
        for minute in range(90):
            at = f"20{thread + 10}-01-01T0{minute // 60}:{minute % 60:02}:00Z"
            chosen = tile_filter.parse(incident, MultiDict([("datetime", f"{at}/..")]), PUBLIC)
            assert chosen is not None
            assert chosen.key == (("audience", "public"), ("datetime", f"{at}/.."))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(read, range(8)))
