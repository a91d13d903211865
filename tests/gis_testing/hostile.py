"""What hostile and careless clients send: texts, headers, JSON, and sensible values to spoil."""

from collections.abc import Mapping
from typing import Any

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"

TEXTS: tuple[str, ...] = (
    "", " ", "\0", "a\0b", "a\nb", "\r\nX-Evil: 1", "'", '"', "''; DROP TABLE layer.school; --",
    "%", "%00", "%s", "{}", "{0}", "${7*7}", "{{7*7}}", "<script>alert(1)</script>", "..", ".", "/",
    "//", "../../etc/passwd", "\\", "~", "*", "?", "#", "&", "=", ";", ",", ",,,,", "()", "[]", "{",
    "NaN", "nan,nan,nan,nan", "inf", "-inf", "1e400", "1e308", "-1e308", "1e25", "3.4028235e38",
    "5e-324", "-0", "00", "1_0", "0x10", "1.", "+1", "-1", "0", "1e0", "٣", "²", "９", "½",
    "9" * 18, "9" * 19, "9" * 20, "-" + "9" * 20, "9" * 400, "9" * 5000, "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "2147483648", "true", "null", "None", "..",
    "../..", "/", "0001-01-01", "9999-12-31", "0001-01-01/9999-12-31", "0001-01-01/..",
    "../9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31T23:59:60Z", "0000-01-01", "10000-01-01", "2026-02-30", "2026-W01-1", "20260101",
    "2026-01-01T00:00:00+99:99", "2026-01-01T24:00:00Z", "-0001-01-01", "1", "1,2,3,4",
    "1,2,3,4,5,6", "-180,-90,180,90", "180,-90,-180,90", "0,0,0,0", "1e999,0,1,1", "Đạt", "e\u0301",
    "\u202e", "\ufeff", "\u200b", "𝒳😀", "\ufffd", "\u2028", "ß", "İ", "A" * 300, "A" * 9000,
    "(" * 3000, "[" * 3000, "'" * 2000, "a," * 2000, "PT0S", "P1D", "P9999999999D", "PT1e9S", "P1Y",
)  # fmt: skip
"""Texts that programs have stumbled over; each goes everywhere."""

RAW = ("%ED%A0%80", "%FF%FE", "%C0%AF", "%", "%zz", "+", "%E2%82", "%F4%90%80%80", "%00%0a")
"""Values that are not percent-encoded UTF-8, as they stand in an address."""

SENSIBLE: Mapping[str, tuple[str, ...]] = {
    "layer_id": ("school", "incident", "report", "land_parcel", "traffic", "commune"),
    "key": ("1", "7", "200"), "school": ("S1", "S2", "S/4", "T1"),
    "name": ("schema", "queryables", "sortables"), "sprites": ("light", "light@2x", "dark"),
    "theme": ("light", "dark"), "path": ("main.js", "css/base.css"),
    "vendor": ("maplibre-gl/dist/maplibre-gl.css", "maplibre-gl/dist/maplibre-gl.js"),
    "parcel_id": ("1", "399"),
    "z": ("12", "9", "0"), "x": ("3252", "406", "0"), "y": ("1796", "224", "0"),
    "tms_id": ("WebMercatorQuad", "WorldCRS84Quad", "VN2000-9213"),
    "matrix": ("12", "9", "0"), "row": ("1796", "224", "0"), "col": ("3252", "406", "0"),
    "dggrs_id": ("H3",), "zone_id": ("85415c3bfffffff", "8a415cb6dd97fff", "8009fffffffffff"),
    "process_id": ("hotspots", "usual"), "job_id": ("1",), "output_id": ("result",),
    "f": (*("json", "html") * 3, "csv", "fgb", "parquet", "geojsonseq", "jsonfg", "geojson",
          "uint64", "tilejson", "mvt"),
    "lang": ("vi", "en"),
    "limit": ("1", "10", "1000", "10000", "999999999999999999"),
    "offset": ("0", "1", "250", "999999999999999999", "9223372036854775807"),
    "after": ("WyJjb2RlIiwiUzEiXQ", "WyJpZCIsN10", "85415c3bfffffff", "8a415cb6dd97fff"),
    "bbox": ("105.5,21.3,106.2,22", "105,21,0,106,22,9", "170,-10,-170,10", "21.3,105.5,22,106.2",
             "400000,2300000,500000,2400000"),
    "bbox-crs": (f"{EPSG}4326", f"{EPSG}9213", f"{EPSG}3857", f"{EPSG}3405", "[EPSG:4326]"),
    "crs": (f"{EPSG}4326", f"{EPSG}9213", f"{EPSG}3857", f"{EPSG}3405"),
    "datetime": ("2026-01-01/2026-04-10", "2026-02-01", "../2026-02-01", "2026-02-01T00:00:00Z/..",
                 "0001-01-01/9999-12-31", "2026-03-02T00:00:00+07:00/2026-03-08",
                 "0001-01-01T00:00:00+14:00/..", "../9999-12-31T23:59:59-14:00"),
    "sortby": ("-occurred_at", "id,-category", "name", "-pupils,+code", "severity"),
    "properties": ("name", "category,id", "count", "value"),
    "exclude-properties": ("value", "count"),
    "skipGeometry": ("true", "false"), "resulttype": ("hits", "results"),
    "q": ("van lang", "Văn Lăng", "Linh Sơn tờ 12 thửa 77", "tờ 1 thửa 5", "30/4", "21.5,105.8"),
    "filter": (
        "severity >= 3 AND category IN ('theft','flood')", "pupils > 500", "code = 'S1'",
        "id = 9007199254740993", "CASEI(ACCENTI(name)) LIKE '%van%'", "NOT (id BETWEEN 3 AND 9)",
        "T_AFTER(occurred_at, DATE('2026-02-01'))", "name IS NULL", "severity * 2 - 1 = id / 3",
        "T_DURING(occurred_at, INTERVAL('0001-01-01','9999-12-31'))", "id % 0 = 1", "id ^ 99 > 1",
        "S_INTERSECTS(geometry, BBOX(105,21,106,22))", "A_CONTAINS(('a','b'), (category))",
        "S_WITHIN(geometry, POLYGON((105 21,106 21,106 22,105 21)))", "1 = 1", "TRUE",
        "S_DISJOINT(geometry, POINT(1e308 1e308))", "area_paper > 1e308 * 10", "id div 0 = 1",
        '{"op":"=","args":[{"property":"id"},7]}',
        "occurred_at > TIMESTAMP('2026-02-01T00:00:00Z')",
    ),
    "filter-lang": ("cql2-text", "cql2-json"), "filter-crs": (f"{EPSG}4326", f"{EPSG}9213"),
    "subset": ('datetime("2026-01-01":"2026-02-01")', "E(400000:500000)",
               'Lon(105:106),Lat(21:22),time("2026-02-01":*)', 'time("0001-01-01":"9999-12-31")'),
    "subset-crs": ("[EPSG:4326]", "[EPSG:3857]", "[OGC:CRS84]"),
    "collections": ("school,incident", "commune", "report"),
    "category": ("theft", "theft,flood", "environment"), "severity": ("3", "1"),
    "occurred_at": ("2026-02-01", "2026-01-01/.."), "level": ("primary",), "pupils": ("420",),
    "area_paper": ("250000", "1e5"), "id": ("7",), "code": ("S1",),
    "hour": ("7-9,17", "0-23", "5"), "weekday": ("1-5", "7"),
    "zone-level": ("5", "8", "10", "0"), "zone-depth": ("0-2", "1", "0,2", "5"),
    "compact-zones": ("true", "false"), "parent-zone": ("85415c3bfffffff", "82415ffffffffff"),
    "geometry": ("zone-region", "zone-centroid", "none"),
    "rate": ("area", "people"), "resolution": ("8", "5", "1", "9"), "slices": ("6", "12", "3"),
    "step": ("P1D", "PT6H"), "window": ("P7D", "P1D"),
}  # fmt: skip
"""Values that there are, by the name in an address or a query."""

COUNTED, EDITED = ("incident", "traffic", "report"), ("school", "report", "land_parcel")
"""Layers whose events are counted by cell, and those that are changed one feature at a time."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    "ACCEPT": (
        "application/geo+json;q=0, */*", "text/html", "*/*;q=0", "text/csv", "a/b;q=", ";;;", "*",
        "application/json;q=1e9, text/html;q=nan", ",".join(f"a/b{n};q=0.{n}" for n in range(900)),
        "application/vnd.ogc.fg+json", "application/json;q=\"0.5\"", "/", "text/", "text/html;q=-1",
    ),
    "ACCEPT_LANGUAGE": ("en", "vi;q=0, *", "xx-" * 500, "en;q=x", "*;q=0", "-", "en-\xff"),
    "ACCEPT_ENCODING": ("gzip", "br", "zstd", "identity;q=0", "*;q=0", "gzip;q=2, x", "gzip;q=nan"),
    "IF_NONE_MATCH": (
        '""', "*", 'W/""', "W/*", '"', '"a', ",,,", '"a","b"', '"a" "b"', '"' * 999, "x" * 8000,
        '"1.abc"', '"1.2.abc-gzip"', '"\xe9"', "W/", '"*"', "*, *", '"1.","2.."', "\x7f",
    ),
    "IF_MATCH": ('""', "*", '"', '"1.2.3"', 'W/"1.2.3"', f'"1.{"9" * 20}.3"', '"1.-5.x"'),
    "IF_MODIFIED_SINCE": (
        "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", "Mon, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 +9999", "9" * 30,
    ),
    "IF_UNMODIFIED_SINCE": ("Thu, 01 Jan 1970 00:00:00 GMT", "x"),
    "IF_RANGE": ('"a"', "x"),
    "RANGE": ("bytes=0-10", "bytes=-5", "bytes=9-1", "bytes=0-0,5-", "x=1"),
    "CONTENT_CRS": (f"<{EPSG}9213>", f"<{EPSG}4326>", "<>", "<" * 99, "\xff"),
    "PREFER": ("respond-async", "return=minimal", ";"),
    "X_FORWARDED_FOR": ("203.0.113.9", ",,,", "\xff" * 200, "<script>", "a" * 5000),
    "X_FORWARDED_PROTO": ("https", "javascript"), "COOKIE": ("a=b; c", "=;;\xff"),
    "AUTHORIZATION": ("Bearer", "Bearer \xff", "Basic OjpBOg==", "Bearer " + "x" * 9000, "\xff"),
    "X_HTTP_METHOD_OVERRIDE": ("DELETE",), "ORIGIN": ("null", "http://evil.example"),
    "ACCESS_CONTROL_REQUEST_METHOD": ("PUT", "\xff"),
}  # fmt: skip
"""Headers under their WSGI names; what Host may be is a matter of settings."""

MEDIA = (
    "application/json", "application/geo+json", "application/merge-patch+json", "text/plain", "",
    "application/json; charset=utf-16", "multipart/form-data", "application/cql2+json", "\xff",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=", "a" * 3000,
)  # fmt: skip

BODIES: tuple[bytes, ...] = (
    b"", b" ", b"{", b"null", b"[]", b"{}", b'""', b"0", b"\xff\xfe", b"\xef\xbb\xbf{}", b"\0" * 99,
    b"[" * 100_000, b'{"a":' * 50_000, b'{"layers":' * 50_000, b"1" * 6000,
    b'{"a":' + b"9" * 6000 + b"}",
    b'{"type":"Feature","type":"Feature"}', b"{'a': 1}", b'{"a": NaN}', b'{"a": 1e999}', b"<xml/>",
    '{"a":"\ud800"}'.encode("utf-8", "surrogatepass"), b'{"a":"\\ud800"}', "{}".encode("utf-16"),
    b"a=b&c=d", b'--\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n----\r\n',
)  # fmt: skip

NODES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1e25, 3.4028235e38, 1e308, -0.0, 10**19, 10**400, float("inf"), "", "x",
    "\0", "a\nb", "/x", "x/", ".", "..", "Đạt", "e\u0301", "A" * 20_000, [], {}, [[]], [None],
    {"": 0}, {"type": "Point", "coordinates": [1e308, 1e308]}, {"value": 1},
    {"href": "data:application/json,1"}, {"href": "http://127.0.0.1:1/"}, [0] * 2000,
    "2026-13-01", "0001-01-01T00:00:00+14:00",
)  # fmt: skip
"""Values that take the place of others in JSON."""

KEYS = (
    "a\nb", "/x", "x/", ".", "..", "a/b", "a//b", "a%2Fb", "%", "?", "#", "a b", "\\", "e\u0301",
    "Đạt", "+", ";", "\u202e", "a\tb", "\x7f", "x" * 200,
)  # fmt: skip
"""Texts that are hard to name in an address."""

_SCHOOL = {
    "type": "Feature", "geometry": {"type": "Point", "coordinates": [105.85, 21.55]},
    "properties": {"code": "T1", "name": "Tân Cương", "level": "primary", "pupils": 300},
}  # fmt: skip
_PARCEL = {
    "type": "Feature",
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[105.8, 21.5], [105.81, 21.5], [105.81, 21.51], [105.8, 21.5]]],
    },
    "properties": {"sheet": "12", "number": "7", "land_code": "ODT", "area_paper": 100.5},
}
_CQL2 = {
    "op": "and",
    "args": [
        {"op": ">=", "args": [{"property": "severity"}, 3]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [105, 21, 106, 22]}]},
        {"op": "in", "args": [{"property": "category"}, ["theft", "flood"]]},
    ],
}
_EXECUTION = {
    "inputs": {
        "layer": "incident", "datetime": "2026-01-01/2026-04-10", "category": ["theft"],
        "hour": "7-9", "weekday": [1, 2],
    },
    "outputs": {"result": {"transmissionMode": "value"}}, "response": "document",
}  # fmt: skip
_PURGE = {"layers": ["school"], "bbox": [105, 21, 106, 22], "tiles": ["12/3252/1796"]}

DOCUMENTS: tuple[Any, ...] = (_SCHOOL, _PARCEL, _CQL2, _EXECUTION, _PURGE)
"""Bodies that some address takes."""
