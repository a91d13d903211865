"""Every conformance class that is declared has tests that show it, and none is shown in secret.

Whoever declares a class writes here which tests assert it, as ``module: function``.
"""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from gis_testing.places import ROOT

SPEC = "://www.opengis.net/spec/"

CORE = "ogc/conformance/test_features_core"
FORMS = "ogc/conformance/test_features_forms"
CRS = "ogc/conformance/test_features_crs"
JSONFG = "ogc/features/test_jsonfg"
SCHEMAS = "ogc/conformance/test_schemas"
FILTER = "ogc/conformance/test_filter"
COMPARISON = "ogc/conformance/test_cql2_comparison"
SPACE = "ogc/conformance/test_cql2_space_time"
ARRAYS = "ogc/conformance/test_cql2_arrays"
ENCODINGS = "ogc/conformance/test_cql2_encodings"
TILES, TILESETS = "ogc/tiles/test_tiles", "ogc/tiles/test_documents"
DOCUMENTS = "ogc/test_documents"
CHANGES, BODIES = "ogc/features/edit/test_changes", "ogc/features/edit/test_bodies"
VALUES, AT_ONCE = "ogc/features/edit/test_values", "ogc/features/edit/test_two_at_once"

DGGS = "ogc/dggs/test_grid"
ZONES, ZONE_DATA = "ogc/dggs/test_zone_query", "ogc/dggs/test_zone_data"

PROCESSES = "ogc/processes/test_processes"

TILESET = [
    (TILESETS, "test_a_tileset_describes_its_tiles"),
    (TILESETS, "test_a_tileset_has_only_the_collections_that_are_chosen"),
]
LISTS = [(TILESETS, "test_a_list_of_tilesets_has_what_the_standard_wants")]
MATRICES = [
    (TILESETS, "test_a_registered_set_is_as_the_register_has_it"),
    (TILESETS, "test_the_cadastral_set_is_our_own_and_in_metres"),
]

SHOWN: dict[str, list[tuple[str, str]]] = {
    "ogcapi-common-1/1.0/conf/core": [
        (CORE, "test_what_is_advertised_answers_over_http_1_1"),
        (CORE, "test_an_unknown_parameter_is_refused"),
    ],
    "ogcapi-common-1/1.0/conf/landing-page": [
        (CORE, "test_the_landing_page_is_where_it_should_be"),
        (CORE, "test_every_link_to_the_definition_leads_to_it"),
        (CORE, "test_the_conformance_declaration_lists_the_classes"),
    ],
    "ogcapi-common-1/1.0/conf/json": [(FORMS, "test_resources_come_in_json_and_geojson")],
    "ogcapi-common-1/1.0/conf/html": [
        (FORMS, "test_resources_come_in_html"),
        (FORMS, "test_pages_are_html_5_with_the_content"),
    ],
    "ogcapi-common-1/1.0/conf/oas30": [(FORMS, "test_the_definition_is_openapi_3_0")],
    "ogcapi-common-2/1.0/conf/collections": [
        (CORE, "test_all_collections_are_described"),
        (CORE, "test_a_collection_says_what_the_list_says"),
    ],
    "ogcapi-tiles-1/1.0/conf/core": [
        (TILES, "test_a_point_is_where_it_is"),
        (TILES, "test_what_is_outside_is_not_found"),
        (TILES, "test_an_empty_tile_inside_the_limits_has_no_content"),
    ],
    "ogcapi-tiles-1/1.0/conf/tileset": TILESET,
    "ogcapi-tiles-1/1.0/conf/tilesets-list": LISTS,
    "ogcapi-tiles-1/1.0/conf/dataset-tilesets": [
        *LISTS, (TILESETS, "test_the_landing_page_and_collections_lead_to_tilesets"),
    ],
    "ogcapi-tiles-1/1.0/conf/geodata-tilesets": [
        *LISTS, (TILESETS, "test_the_landing_page_and_collections_lead_to_tilesets"),
    ],
    "ogcapi-tiles-1/1.0/conf/collections-selection": [
        (TILES, "test_several_collections_are_layers_of_one_tile"),
    ],
    "ogcapi-tiles-1/1.0/conf/datetime": [
        (TILES, "test_datetime_filter_and_subset_choose_features"),
    ],
    "ogcapi-tiles-1/1.0/conf/mvt": [(TILES, "test_a_point_is_where_it_is")],
    "ogcapi-tiles-1/1.0/conf/oas30": [(TILESETS, "test_operations_end_as_the_standard_says")],
    "ogcapi-dggs-1/1.0/conf/core": [(DGGS, "/conf/core/")],
    "ogcapi-dggs-1/1.0/conf/collection-dggs": [(DGGS, "/conf/collection-dggs/")],
    "ogcapi-dggs-1/1.0/conf/operation-ids": [(DGGS, "/conf/operation-ids/")],
    "ogcapi-dggs-1/1.0/conf/zone-query": [(ZONES, "/conf/zone-query/")],
    "ogcapi-dggs-1/1.0/conf/zone-html": [(ZONES, "/conf/zone-html/")],
    "ogcapi-dggs-1/1.0/conf/zone-uint64": [(ZONES, "/conf/zone-uint64/")],
    "ogcapi-dggs-1/1.0/conf/zone-geojson": [(ZONES, "/conf/zone-geojson/")],
    "ogcapi-dggs-1/1.0/conf/data-retrieval": [(ZONE_DATA, "/conf/data-retrieval/")],
    "ogcapi-dggs-1/1.0/conf/data-subsetting": [(ZONE_DATA, "/conf/data-subsetting/")],
    "ogcapi-dggs-1/1.0/conf/data-custom-depths": [(ZONE_DATA, "/conf/data-custom-depths/")],
    "ogcapi-dggs-1/1.0/conf/data-json": [(ZONE_DATA, "/conf/data-json/")],
    "ogcapi-dggs-1/1.0/conf/data-geojson": [(ZONE_DATA, "/conf/data-geojson/")],
    "tms/2.0/conf/tilematrixset": MATRICES,
    "tms/2.0/conf/tilematrixsetlimits": TILESET,
    "tms/2.0/conf/tilesetmetadata": TILESET,
    "tms/2.0/conf/json-tilematrixset": MATRICES,
    "tms/2.0/conf/json-tilematrixsetlimits": TILESET,
    "tms/2.0/conf/json-tilesetmetadata": TILESET,
    "ogcapi-features-1/1.0/conf/core": [(CORE, "*")],
    "ogcapi-features-1/1.0/conf/oas30": [(FORMS, "/conf/oas30/")],
    "ogcapi-features-1/1.0/conf/html": [(FORMS, "/conf/html/")],
    "ogcapi-features-1/1.0/conf/geojson": [(FORMS, "/conf/geojson/")],
    "ogcapi-processes-1/1.0/conf/core": [(PROCESSES, "/conf/core/")],
    "ogcapi-processes-1/1.0/conf/ogc-process-description": [
        (PROCESSES, "/conf/ogc-process-description/"),
    ],
    "ogcapi-processes-1/1.0/conf/json": [(PROCESSES, "/conf/json/")],
    "ogcapi-processes-1/1.0/conf/html": [(PROCESSES, "/conf/html/")],
    "ogcapi-processes-1/1.0/conf/oas30": [(PROCESSES, "/conf/oas30/")],
    "json-fg-1/1.0/conf/core": [
        (JSONFG, "test_a_page_has_the_members_of_json_fg"),
        (JSONFG, "test_places_in_another_crs_are_in_place"),
        (JSONFG, "test_times_are_instants_in_utc"),
    ],
    "json-fg-1/1.0/conf/types-schemas": [(JSONFG, "test_a_page_has_the_members_of_json_fg")],
    "ogcapi-features-2/1.0/conf/crs": [(CRS, "*")],
    "ogcapi-features-3/1.0/conf/queryables": [(FILTER, "/conf/queryables/")],
    "ogcapi-features-3/1.0/conf/queryables-query-parameters": [
        (FILTER, "test_each_queryable_is_a_parameter"),
    ],
    "ogcapi-features-3/1.0/conf/filter": [(FILTER, "/conf/filter/")],
    "ogcapi-features-3/1.0/conf/features-filter": [(FILTER, "/conf/features-filter/")],
    "ogcapi-features-4/1.0/conf/create-replace-delete": [
        (CHANGES, "test_a_new_feature_is_where_its_location_says"),
        (CHANGES, "test_a_replacement_leaves_nothing_of_what_was"),
        (CHANGES, "test_a_replacement_creates_nothing"),
        (CHANGES, "test_what_is_removed_is_gone"),
        (CHANGES, "test_options_and_head_list_the_methods"),
    ],
    "ogcapi-features-4/1.0/conf/update": [(CHANGES, "test_a_change_touches_what_it_names")],
    "ogcapi-features-4/1.0/conf/optimistic-locking-etags": [
        (CHANGES, "test_the_second_of_two_who_read_the_same_is_told"),
        (CHANGES, "test_a_change_says_what_it_changes"),
        (AT_ONCE, "*"),
    ],
    "ogcapi-features-4/1.0/conf/features": [
        (BODIES, "test_a_body_cannot_name_another_feature"),
        (BODIES, "test_the_register_says_which_axis_comes_first"),
        (VALUES, "test_what_is_sent_in_the_layers_crs_is_read"),
    ],
    "ogcapi-features-5/1.0/conf/schemas": [(SCHEMAS, "/conf/schemas/")],
    "ogcapi-features-5/1.0/conf/core-roles-features": [(SCHEMAS, "/conf/core-roles-features/")],
    "ogcapi-features-5/1.0/conf/returnables-and-receivables": [
        (SCHEMAS, "/conf/returnables-and-receivables/"),
    ],
    "ogcapi-features-5/1.0/conf/queryables": [(SCHEMAS, "/conf/queryables/")],
    "ogcapi-features-5/1.0/conf/sortables": [(SCHEMAS, "/conf/sortables/")],
    "cql2/1.0/conf/cql2-text": [(ENCODINGS, "/conf/cql2-text/")],
    "cql2/1.0/conf/cql2-json": [(ENCODINGS, "/conf/cql2-json/")],
    "cql2/1.0/conf/basic-cql2": [(COMPARISON, "/conf/basic-cql2/")],
    "cql2/1.0/conf/advanced-comparison-operators": [
        (COMPARISON, "/conf/advanced-comparison-operators/"),
    ],
    "cql2/1.0/conf/case-insensitive-comparison": [
        (COMPARISON, "test_case_does_not_matter_with_casei"),
        (COMPARISON, "test_names_are_found_without_case_and_accents"),
    ],
    "cql2/1.0/conf/accent-insensitive-comparison": [
        (COMPARISON, "test_accents_do_not_matter_with_accenti"),
        (COMPARISON, "test_names_are_found_without_case_and_accents"),
    ],
    "cql2/1.0/conf/basic-spatial-functions": [(SPACE, "/conf/basic-spatial-functions/")],
    "cql2/1.0/conf/basic-spatial-functions-plus": [
        (SPACE, "/conf/basic-spatial-functions-plus/"),
    ],
    "cql2/1.0/conf/spatial-functions": [(SPACE, "/conf/spatial-functions/")],
    "cql2/1.0/conf/temporal-functions": [(SPACE, "/conf/temporal-functions/")],
    "cql2/1.0/conf/array-functions": [(ARRAYS, "/conf/array-functions/")],
    "cql2/1.0/conf/arithmetic": [(ENCODINGS, "/conf/arithmetic/")],
    "cql2/1.0/conf/property-property": [
        (ENCODINGS, "/conf/property-property/"), (SPACE, "/conf/property-property/"),
    ],
}  # fmt: skip
"""Tests by class: a function, ``*`` for a whole module, or the id that docstrings name."""


def _tests(module: str) -> dict[str, str]:
    """Return the docstrings of a module's tests by function."""
    place = ROOT / "tests" / "gis_server" / f"{module}.py"
    return {
        node.name: ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(place.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def _found(module: str, named: str) -> Iterator[str]:
    for name, says in _tests(module).items():
        if named in ("*", name) or (named.startswith("/") and named in says):
            yield name


def test_what_is_declared_is_tested_and_what_is_tested_is_declared(suite: Any) -> None:
    declared = [uri.split(SPEC)[1] for uri in suite.document("/conformance")["conformsTo"]]
    assert [name for name in declared if name not in SHOWN] == []
    assert [name for name in SHOWN if name not in declared] == []


@pytest.mark.parametrize("name", SHOWN)
def test_the_tests_of_a_class_exist(name: str) -> None:
    assert SHOWN[name]
    for module, named in SHOWN[name]:
        assert list(_found(module, named)), (name, module, named)


@pytest.mark.parametrize(
    "module", [CORE, FORMS, CRS, FILTER, COMPARISON, SPACE, ARRAYS, ENCODINGS, SCHEMAS]
)
def test_every_conformance_test_names_what_it_asserts(module: str) -> None:
    assert [name for name, says in _tests(module).items() if "/conf/" not in says] == []
