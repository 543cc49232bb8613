# SPDX-License-Identifier: MIT
"""/api/v1/bulk/qr and /api/v1/qr-sheet: the codes of many links at once.

Promises: every code leads to its own link; files are named after their place and none is lost; the table that comes along is
harmless in a spreadsheet; a sheet holds every code once and runs nothing.
"""
import csv
import io
import re
import zipfile

import pytest
import requests
from pictures import decoded, png_size, svg_text, svg_to_png

URL = "https://www.example.com/landing"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def fan(pond, places, **body):
    answer = pond.api("POST", "/bulk/fan-out", 200, json={"url": URL, "places": places, **body}).json()
    assert answer["counts"]["failed"] == 0
    return [row["link"] for row in answer["results"]]


def bulk(pond, expect=200, key=None, **body):
    reply = pond.api("POST", "/bulk/qr", expect, key=key, json=body)
    if expect != 200:
        error = reply.json()["errors"][0]
        return error["field"], error["code"]
    assert reply.headers["Content-Type"] == "application/zip" and "attachment" in reply.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    assert archive.testzip() is None
    return archive


def index_of(archive):
    text = archive.read("index.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# ---- the archive ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["png", "svg"])
def test_every_file_of_fifty_places_leads_to_its_link(pond, tmp_path, kind):
    links = fan(pond, [f"华东{i}群" for i in range(50)], campaign="spring", alias_pattern="s-{channel}")
    archive = bulk(pond, refs=[link["id"] for link in links], format=kind, caption="1", size=300)
    assert archive.namelist() == ["index.csv"] + [f"华东{i}群.{kind}" for i in range(50)]
    for row, link in zip(index_of(archive), links):
        assert (row["short_url"], row["id"], row["channel"], row["url"]) == (link["short_url"], link["id"], link["channel"], URL)
        image = archive.read(row["file"])
        if kind == "svg":
            assert svg_text(image) == [link["channel"]]
            image = svg_to_png(image)
        assert decoded(image, tmp_path) == link["short_url"] + "?lp_qr=1"


def test_png_is_what_comes_unless_said_otherwise(pond):
    link = pond.link(URL, title="Poster")
    archive = bulk(pond, refs=[link["code"]])
    assert archive.namelist() == ["index.csv", "Poster.png"] and png_size(archive.read("Poster.png")) == (512, 512)


def test_names_are_safe_and_none_is_lost(pond):
    titles = ["../../etc/passwd", "a/b", "a\\b", "CON", "shop", "Shop", "shop", "x" * 200, ".", None, "店\u3000一"]
    links = [pond.link(URL, title=title) for title in titles]
    archive = bulk(pond, refs=[link["id"] for link in links], format="svg")
    names = archive.namelist()[1:]
    assert len(names) == len({name.lower() for name in names}) == len(titles)
    assert names[:7] == ["_.._etc_passwd.svg", "a_b.svg", "a_b (2).svg", "CON_.svg", "shop.svg", "Shop (2).svg", "shop (3).svg"]
    assert names[8:] == [links[8]["code"] + ".svg", links[9]["code"] + ".svg", "店\u3000一.svg"]
    assert all(not name.startswith(("/", ".")) and "/" not in name and len(name.encode()) < 128 for name in names)


def test_the_table_runs_nothing_in_a_spreadsheet(pond):
    pond.link(URL, title="=HYPERLINK(\"http://x\")", customer="@cmd", campaign="+1")
    row = index_of(bulk(pond, filter={"campaign": "+1"}))[0]
    assert (row["title"], row["customer"], row["campaign"]) == ("'=HYPERLINK(\"http://x\")", "'@cmd", "'+1")


def test_a_filter_selects_what_a_list_shows(pond):
    fan(pond, ["east", "west"], campaign="a")
    fan(pond, ["east"], campaign="b")
    assert len(index_of(bulk(pond, filter={"campaign": "a"}))) == 2
    assert {row["campaign"] for row in index_of(bulk(pond, filter={"channel": "east"}))} == {"a", "b"}


def test_a_thousand_codes_in_one_call(pond, tmp_path):
    links = fan(pond, [f"place {i}" for i in range(1000)])
    archive = bulk(pond, filter={"q": "place"}, size=120, margin=2)
    rows = {row["id"]: row for row in index_of(archive)}
    assert len(rows) == 1000
    for link in links[::250]:
        assert decoded(archive.read(rows[link["id"]]["file"]), tmp_path) == link["short_url"] + "?lp_qr=1"
    assert bulk(pond, 422, filter={"q": "place"}, size=4096) == ("size", "out_of_range")


@pytest.mark.parametrize("body,field,code", [
    ({}, "refs", "required"), ({"refs": []}, "refs", "required"), ({"refs": ["x"], "filter": {"q": "x"}}, "refs", "required"),
    ({"filter": {}}, "filter", "required"), ({"filter": {"colour": "x"}}, "colour", "unknown_field"), ({"filter": {"q": "nobody"}}, "filter", "required"),
    ({"refs": ["nobody"]}, "refs[0]", "unknown"), ({"refs": ["a"] * 1001}, "refs", "too_many"), ({"refs": ["a"], "size": 9}, "size", "out_of_range"),
    ({"refs": ["a"], "size": "big"}, "size", "out_of_range"), ({"refs": ["a"], "dark": "fff"}, "dark", "not_allowed"),
    ({"refs": ["a"], "format": "gif"}, "format", "not_allowed"), ({"refs": ["a"], "colour": "x"}, "colour", "unknown_field"),
    ({"refs": ["a"], "format": ["png"]}, "format", "not_allowed")])
def test_calls_that_mean_nothing_are_refused(pond, body, field, code):
    expect = 404 if code == "unknown" else 422
    assert bulk(pond, expect, **body) == (field, code)


def test_colours_that_no_phone_reads_are_refused_whole(pond):
    pond.link(URL, alias="a1")
    assert bulk(pond, 422, refs=["a1"], dark="ffffff", light="000000") == ("dark", "inverted")


def test_a_bound_key_gets_its_own_only(pond):
    pond.link(URL, alias="others", owner=None)
    bound = pond.api("POST", "/keys", 201, json={"name": "b", "scopes": ["links:read"], "owner": "admin"}).json()["key"]
    assert bulk(pond, 404, key=bound, refs=["others"]) == ("refs[0]", "unknown")
    writer = pond.api("POST", "/keys", 201, json={"name": "w", "scopes": ["links:write"]}).json()["key"]
    pond.api("POST", "/bulk/qr", 403, key=writer, json={"refs": ["others"]})


# ---- the sheet -----------------------------------------------------------------------------------------------------

def sheet(pond, expect=200, headers=None, **params):
    return pond.api("GET", "/qr-sheet", expect, params=params, headers=headers or {})


def codes_of(page):
    return re.findall(r"<svg .*?</svg>", page, re.S)


def test_a_sheet_holds_every_code_with_its_place(pond, tmp_path):
    links = fan(pond, [f"群 <{i}>" for i in range(14)], campaign="spring")
    page = sheet(pond, campaign="spring", per_page=6)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.text.count('class="sheet per-6"') == 3
    seen = [decoded(svg_to_png(svg), tmp_path) for svg in codes_of(page.text)]
    assert sorted(seen) == sorted(link["short_url"] + "?lp_qr=1" for link in links)
    for i, link in enumerate(links):
        assert f"<strong>群 &lt;{i}&gt;</strong> <span>{link['short_url']}</span>" in page.text
    assert "<script" not in page.text and "style=" not in page.text


def test_a_sheet_of_links_that_are_named_in_their_order(pond):
    links = [pond.link(URL, alias=f"n-{i}", title=f"T{i}") for i in range(3)]
    page = sheet(pond, refs="n-2,n-0, n-1").text
    assert re.findall(r"<strong>(.*?)</strong>", page) == ["T2", "T0", "T1"]
    assert re.findall(r"<strong>(.*?)</strong>", sheet(pond, refs=links[0]["id"], caption="Hall <3>").text) == ["Hall &lt;3&gt;"]
    assert re.findall(r"<strong>(.*?)</strong>", sheet(pond, refs=links[0]["id"], caption="0").text) == [""]


def test_a_sheet_speaks_the_readers_language_and_warns(make_pond):
    pond = make_pond("local", domain="localhost:8080")
    pond.link(URL, alias="a1")
    english, chinese = sheet(pond, refs="a1"), sheet(pond, refs="a1", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="en">' in english.text and "not public" in english.text
    assert '<html lang="zh-CN">' in chinese.text and "尚未对外开放" in chinese.text


@pytest.mark.parametrize("params,field,code", [({}, "refs", "required"), ({"refs": ""}, "refs", "required"), ({"refs": "a1", "per_page": 7}, "per_page", "not_allowed"),
                                               ({"refs": "a1", "per_page": 99}, "per_page", "out_of_range"), ({"refs": "a1,nobody"}, "refs[1]", "unknown"),
                                               ({"refs": "a1", "light": "111111"}, "dark", "low_contrast"), ({"sort": "title"}, "refs", "required")])
def test_sheets_that_mean_nothing_are_refused(pond, params, field, code):
    pond.link(URL, alias="a1")
    error = sheet(pond, 404 if code == "unknown" else 422, **params).json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)


def test_the_sheets_style_is_served(pond):
    pond.link(URL, alias="a1")
    href = re.search(r'<link rel="stylesheet" href="([^"]+)">', sheet(pond, refs="a1").text).group(1)
    style = requests.get(pond.admin + href, timeout=60)
    assert style.status_code == 200 and ".per-12" in style.text
