"""Processes by the abstract tests of 18-062r2, and against the addresses that answer the same."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import jsonschema
import pytest
from owslib.ogcapi.processes import Processes  # type: ignore[import-untyped]

REL = "http://www.opengis.net/def/rel/ogc/1.0"
NO_SUCH = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such"
GEOJSON = "application/geo+json"
HOUR = "2026-03-02T00:00:00Z/2026-03-02T01:00:00Z"
QUARTER = "2026-01-01/2026-04-30"

pytestmark = pytest.mark.usefixtures("events")


@pytest.fixture
def run(client: Any) -> Any:
    """A function that posts to a process; gives the answer."""

    def post(process: str, body: Any, **more: Any) -> Any:
        address = f"/ogc/processes/{process}/execution"
        data = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(address, data=data, **{"content_type": "application/json", **more})

    return post


def _links(document: Any, rel: str) -> list[str]:
    return [link["href"] for link in document["links"] if link["rel"] == rel]


def test_a_client_comes_to_a_result_by_links_alone(client: Any) -> None:
    """/conf/core/process-list, /conf/core/process, /conf/core/process-execute-op."""

    def follow(href: str) -> Any:
        place = urlsplit(href)
        answer = client.get(f"{place.path}?{place.query}")
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        return answer.get_json()

    (every,) = _links(follow("http://localhost/ogc"), f"{REL}/processes")
    (own,) = {
        href
        for one in follow(every)["processes"]
        if one["id"] == "hotspots"
        for href in _links(one, "self")
    }
    described = follow(own)
    (there,) = _links(described, f"{REL}/execute")
    given = {name for name, each in described["inputs"].items() if each["minOccurs"]}
    assert given == {"layer"}
    assert "fire_event" in described["inputs"]["layer"]["schema"]["enum"]
    body = {"inputs": {"layer": "fire_event", "datetime": QUARTER}}
    answer = client.post(urlsplit(there).path, json=body)
    kinds = {one["properties"]["kind"] for one in answer.get_json(force=True)["features"]}
    assert "unusual" in kinds


def test_the_list_names_all_processes(own_api: Any) -> None:
    """/conf/core/process-list-success, /conf/core/pl-links, /conf/json/definition."""
    found = own_api.json("/processes")
    assert [one["id"] for one in found["processes"]] == ["hotspots", "usual"]
    for one in found["processes"]:
        assert one["version"]
        assert one["jobControlOptions"] == ["sync-execute"]
        assert one["outputTransmission"] == ["value"]
    assert len(_links(found, "self")) == len(_links(found, "alternate")) == 1


def test_the_list_comes_in_parts(own_api: Any) -> None:
    """/conf/core/pl-limit-definition, /conf/core/pl-limit-response."""
    part = own_api.json("/processes", limit=1)
    assert [one["id"] for one in part["processes"]] == ["hotspots"]
    (following,) = _links(part, "next")
    rest = own_api.client.get(following.removeprefix("http://localhost")).get_json()
    assert [one["id"] for one in rest["processes"]] == ["usual"]
    assert _links(rest, "next") == []
    for wrong in ("0", "-1", "x"):
        assert "limit" in own_api.refusal("/processes", limit=wrong)["detail"]
    (limit,) = [
        one
        for one in own_api.json("/openapi")["paths"]["/processes"]["get"]["parameters"]
        if one.get("name") == "limit"
    ]
    assert (limit["in"], limit["required"], limit["style"]) == ("query", False, "form")
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10}


@pytest.mark.parametrize("process", ["hotspots", "usual"])
def test_a_process_is_described_with_schemas(own_api: Any, process: str) -> None:
    """/conf/core/process-success, /conf/ogc-process-description/inputs-def and outputs-def."""
    found = own_api.json(f"/processes/{process}")
    assert found["id"] == process
    for each in (*found["inputs"].values(), *found["outputs"].values()):
        assert each["title"]
        jsonschema.Draft202012Validator.check_schema(each["schema"])
    assert list(found["outputs"]) == ["result"]
    assert found["outputs"]["result"]["schema"]["contentMediaType"] == GEOJSON
    assert found["inputs"]["datetime"]["minOccurs"] == int(process == "usual")
    assert own_api.json(f"/processes/{process}", lang="en")["title"] != found["title"]


@pytest.mark.parametrize("path", ["/processes", "/processes/usual"])
def test_documents_are_pages_too(own_api: Any, path: str) -> None:
    """/conf/html/definition, /conf/html/content."""
    page, document = own_api.page(path), own_api.json(path)
    for each in document.get("processes", [document]):
        assert each["title"] in page
        assert each["description"] in page
    for name in document.get("inputs", ()):
        assert f"<code>{name}</code>" in page
    assert "/ogc/processes?f=html" in own_api.page()


SAME = [
    ("hotspots", {"layer": "fire_event"}, {}),
    (
        "hotspots",
        {"layer": "fire_event", "datetime": QUARTER, "slices": 10, "resolution": 7},
        {"datetime": QUARTER, "slices": 10, "resolution": 7},
    ),
    (
        "hotspots",
        {"layer": "fire_event", "category": ["forest"], "hour": [0, 12, 13],
         "weekday": "1-5"},
        {"category": "forest", "hour": "0,12,13", "weekday": "1-5"},
    ),
    (
        "hotspots",
        {"layer": {"value": "fire_event"}, "category": "forest,grass", "hour": 12,
         "slices": {"href": "data:application/json,10"}},
        {"category": "forest,grass", "hour": 12, "slices": 10},
    ),
    ("usual", {"layer": "traffic", "datetime": HOUR}, {"datetime": HOUR}),
    (
        "usual",
        {"layer": "traffic", "datetime": HOUR, "hour": [7], "weekday": [1, 2], "resolution": 6},
        {"datetime": HOUR, "hour": 7, "weekday": "1,2", "resolution": 6},
    ),
]  # fmt: skip
"""Inputs of processes, and the parameters of the addresses that ask the same."""


@pytest.mark.parametrize(("process", "inputs", "query"), SAME)
def test_the_result_is_that_of_the_address(
    client: Any, run: Any, process: str, inputs: Any, query: Any
) -> None:
    """/conf/core/process-execute-sync-raw-value-one, /conf/core/process-execute-inputs."""
    layer = inputs["layer"] if isinstance(inputs["layer"], str) else inputs["layer"]["value"]
    asked = client.get(f"/{process}/{layer}.geojson?{urlencode(query)}")
    assert asked.status_code == 200, asked.text
    answer = run(process, {"inputs": inputs})
    assert (answer.status_code, answer.content_type) == (200, GEOJSON)
    assert answer.get_json(force=True) == asked.get_json()
    assert "ETag" not in answer.headers


def test_the_response_is_raw_unless_a_document_is_wanted(run: Any) -> None:
    """/conf/core/process-execute-sync-document, /conf/core/process-execute-default-outputs."""
    body = {"inputs": {"layer": "traffic", "datetime": HOUR}}
    raw = run("usual", body).get_json(force=True)
    assert len(raw["features"]) == 2
    wanted = {"result": {"transmissionMode": "value", "format": {"mediaType": GEOJSON}}}
    for more in ({"response": "raw"}, {"outputs": {"result": {}}}, {"outputs": wanted}):
        assert run("usual", {**body, **more}).get_json(force=True) == raw
    answer = run("usual", {**body, "response": "document"})
    assert answer.content_type == "application/json"
    assert answer.get_json() == {"result": raw}


@pytest.mark.parametrize("prefer", ["respond-async", "respond-async, wait=1", "return=minimal"])
def test_a_process_answers_at_once_whatever_is_preferred(run: Any, prefer: str) -> None:
    """/conf/core/process-execute-auto-execution-mode: only sync-execute is offered."""
    body = {"inputs": {"layer": "traffic", "datetime": HOUR}}
    answer = run("usual", body, headers={"Prefer": prefer})
    assert answer.status_code == 200
    assert "Preference-Applied" not in answer.headers


def test_what_there_is_not_is_no_such_process(own_api: Any, run: Any) -> None:
    """/conf/core/process-exception-no-such-process, /conf/core/job-exception-no-such-job."""
    for answer in (own_api.get("/processes/nowhere"), run("nowhere", {"inputs": {}})):
        assert own_api.problem(answer, 404)["type"] == f"{NO_SUCH}-process"
    for path in ("/jobs/1", "/jobs/1/results", "/jobs/1/results/result"):
        assert own_api.problem(own_api.get(path), 404)["type"] == f"{NO_SUCH}-job"


@pytest.mark.parametrize(
    ("process", "inputs", "said"),
    [
        ("hotspots", {}, "'layer': this input is needed"),
        ("usual", {"layer": "traffic"}, "'datetime': this input is needed"),
        ("usual", {"layer": "traffic", "datetime": HOUR, "slices": 5}, "'slices'"),
        ("hotspots", {"layer": "camera"}, "'layer': it is one of"),
        ("hotspots", {"layer": ["fire_event"]}, "'layer': its value is not of the type string"),
        ("hotspots", {"layer": None}, "'layer'"),
        ("hotspots", {"layer": "fire_event", "lang": "en"}, "'lang'"),
        ("hotspots", {"layer": "fire_event", "slices": 2}, "'slices'"),
        ("hotspots", {"layer": "fire_event", "slices": "12"}, "type integer"),
        ("hotspots", {"layer": "fire_event", "slices": True}, "type integer"),
        ("hotspots", {"layer": "fire_event", "slices": 5.5}, "type integer"),
        ("hotspots", {"layer": "fire_event", "resolution": 10}, "'resolution'"),
        ("hotspots", {"layer": "fire_event", "hour": 24}, "'hour'"),
        ("hotspots", {"layer": "fire_event", "hour": [7, "8"]}, "'hour'"),
        ("hotspots", {"layer": "fire_event", "weekday": [0]}, "'weekday'"),
        ("hotspots", {"layer": "fire_event", "category": ["arson"]}, "no category 'arson'"),
        ("hotspots", {"layer": "fire_event", "category": ["forest,grass"]}, "'forest,grass'"),
        ("hotspots", {"layer": "fire_event", "category": {"forest": 1}}, "'category'"),
        ("hotspots", {"layer": "fire_event", "datetime": "yesterday"}, "'datetime'"),
        ("hotspots", {"layer": {"href": "http://127.0.0.1/x"}}, "nothing is fetched"),
        ("hotspots", {"layer": {"href": "data:,x"}}, "not JSON"),
        ("usual", {"layer": "traffic", "datetime": "2026-01-01/.."}, "datetime=START/END"),
        ("hotspots", {"layer": "fire_event", "datetime": "2026-01-01T00:00:00Z"}, "too short"),
    ],
)
def test_an_input_that_is_wrong_is_named(
    own_api: Any, run: Any, process: str, inputs: Any, said: str
) -> None:
    """/conf/core/process-execute-input-validation, /conf/core/process-execute-input-cardinality."""
    assert said in own_api.problem(run(process, {"inputs": inputs}), 400)["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"), (b"{", "not JSON"), (b"\xff", "UTF-8"), (b"null", "not a JSON object"),
        (b"[]", "not a JSON object"), (b"[" * 90_000, "nested"), (b'{"a":1,"a":2}', "given twice"),
        (b'"inputs"', "not a JSON object"), (b"{}", "'layer'"), ({"inputs": []}, "'inputs'"),
        ({"inputs": None}, "'inputs'"), ({"outputs": ["result"]}, "'outputs'"),
        ({"outputs": {"x": {}}}, "'x'"), ({"outputs": {"result": 1}}, "'result'"),
        ({"outputs": {"result": {"transmissionMode": "reference"}}}, "'transmissionMode'"),
        ({"outputs": {"result": {"format": {"mediaType": "text/csv"}}}}, "'format'"),
        ({"response": "file"}, "'response'"), ({"response": []}, "'response'"),
        ({"subscriber": {}}, "'subscriber'"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused(
    own_api: Any, run: Any, body: Any, said: str
) -> None:
    """/conf/core/process-execute-request."""
    assert said in own_api.problem(run("hotspots", body), 400)["detail"]


def test_other_requests_are_refused(own_api: Any, run: Any) -> None:
    body = {"inputs": {"layer": "fire_event"}}
    own_api.problem(run("hotspots", b" " * 100_001), 413)
    own_api.problem(run("hotspots", body, content_type="text/plain"), 415)
    own_api.problem(run("hotspots", body, headers={"Accept": "image/png"}), 406)
    own_api.problem(run("hotspots", body, query_string={"layer": "fire_event"}), 400)
    own_api.problem(own_api.get("/processes/hotspots/execution"), 405)


def test_who_asks_while_events_are_counted_is_told_when_to_come_back(
    own_api: Any, run: Any
) -> None:
    answer = run("hotspots", {"inputs": {"layer": "incident"}})
    assert "being counted" in own_api.problem(answer, 503)["detail"]
    assert int(answer.headers["Retry-After"]) > 0


def test_owslib_executes_a_process(live: str) -> None:
    """/conf/oas30/oas-definition-1: a client of others, over the wire."""
    client = Processes(f"{live}/ogc/")
    assert [one["id"] for one in client.processes()] == ["hotspots", "usual"]
    assert client.process("usual")["outputs"]
    found = client.execute("usual", inputs={"layer": "traffic", "datetime": HOUR})
    levels = {one["properties"]["level"] for one in found["result"]["features"]}
    assert levels == {"much worse", "usual"}
    answer = client._request(path="openapi")
    assert "post" in answer["paths"]["/processes/usual/execution"]
