# SPDX-License-Identifier: MIT
"""/api/v1/qr-logo: the picture in the middle of codes.

Promises: a code with a logo is still read, in every combination; what is uploaded is never stored or sent on as it came;
what is no picture is refused.
"""
import io
import itertools
import struct
import zipfile
import zlib

import pytest
import requests
from pictures import decoded, png, png_size, svg_to_png

URL = "https://www.example.com/landing"


def picture(edge=300, dark=True):
    """A chequered disc of dark and light, which is about the worst for a reader."""
    rows = []
    for y in range(edge):
        row = []
        for x in range(edge):
            inside = (x - edge / 2) ** 2 + (y - edge / 2) ** 2 < edge * edge / 4
            shade = 0 if dark and (x // 30 + y // 30) % 2 else 255
            row += [shade, 0, shade // 2, 255 if inside else 0]
        rows.append(row)
    return png(edge, edge, rows, kind=6)


def put(pond, body, expect=204, kind="image/png", key=None):
    return pond.api("PUT", "/qr-logo", expect, key=key, data=body, headers={"Content-Type": kind})


@pytest.fixture
def pond(make_pond):
    return make_pond()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_every_combination_with_a_logo_is_read_back(pond, tmp_path, kind):
    put(pond, picture())
    pond.api("POST", "/channels", 201, json={"key": "east3", "name": "华东3群"})
    made = [pond.link(URL, channel="east3"), pond.link(URL, alias="a-rather-long-alias-that-people-print-on-their-posters-in-2026")]
    colours = [{}, {"dark": "1a3c6e", "light": "fff6e0"}]
    for link, level, size, margin, colour, caption in itertools.product(made, "LH", (300, 700), (2, 4), colours, "01"):
        reply = pond.api("GET", f"/links/{link['id']}/qr", 200,
                         params={"format": kind, "logo": "1", "level": level, "size": size, "margin": margin, "caption": caption, **colour})
        image = reply.content if kind == "png" else svg_to_png(reply.content)
        assert decoded(image, tmp_path) == link["short_url"] + "?lp_qr=1", (level, size, margin, colour, caption)


def test_a_logo_raises_the_level_and_comes_along(pond):
    put(pond, picture(40))
    link = pond.link(URL)
    svg = pond.api("GET", f"/links/{link['id']}/qr", 200, params={"logo": "1", "level": "L"}).text
    assert svg.count("<image ") == 1 and 'href="data:image/png;base64,' in svg
    highest = pond.api("GET", f"/links/{link['id']}/qr", 200, params={"level": "H"}).text
    assert svg.split('viewBox="')[1].split('"')[0] == highest.split('viewBox="')[1].split('"')[0]


def test_a_sheet_and_a_zip_have_it_too(pond, tmp_path):
    put(pond, picture())
    links = [pond.link(URL, alias=f"n-{i}") for i in range(3)]
    page = pond.api("GET", "/qr-sheet", 200, params={"refs": "n-0,n-1,n-2", "logo": "1"}).text
    assert page.count("<image ") == 1 and page.count('<use href="#logo"') == 3
    reply = pond.api("POST", "/bulk/qr", 200, json={"refs": ["n-0"], "logo": True, "size": 600})
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    assert decoded(archive.read(archive.namelist()[1]), tmp_path) == links[0]["short_url"] + "?lp_qr=1"


def test_without_a_logo_there_is_none_to_show(pond):
    link = pond.link(URL)
    pond.api("GET", "/qr-logo", 404)
    error = pond.api("GET", f"/links/{link['id']}/qr", 422, params={"logo": "1"}).json()["errors"][0]
    assert (error["field"], error["code"]) == ("logo", "unknown")
    put(pond, picture(20))
    assert png_size(pond.api("GET", "/qr-logo", 200).content) == (256, 256)
    pond.restart()
    pond.api("GET", "/qr-logo", 200)
    pond.api("DELETE", "/qr-logo", 204)
    pond.api("DELETE", "/qr-logo", 204)
    pond.api("GET", "/qr-logo", 404)


def test_nothing_of_the_upload_is_sent_on(pond):
    secret = b"tEXtComment\0<script>alert(1)</script>"
    body = picture(20)
    chunk = struct.pack(">I", len(secret) - 4) + secret + struct.pack(">I", zlib.crc32(secret))
    put(pond, body[:33] + chunk + body[33:])
    assert b"<script>" not in pond.api("GET", "/qr-logo", 200).content


@pytest.mark.parametrize("body,kind,status,code", [
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml", 415, None),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "unreadable"), (b"GIF89a", "image/png", 422, "unreadable"),
    (b"", "image/png", 422, "unreadable"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image/png", 422, "unreadable"),
    (png(5000, 1, [[0] * 5000]), "image/png", 422, "too_long"), (b"x" * (1 << 20 | 1), "image/png", 413, None)],
    ids=["svg", "svg called png", "gif", "nothing", "head alone", "too wide", "too many bytes"])
def test_what_is_no_picture_is_refused(pond, body, kind, status, code):
    problem = put(pond, body, status, kind).json()
    if code:
        assert problem["errors"][0]["code"] == code
    pond.api("GET", "/qr-logo", 404)


def test_only_who_may_do_everything_sets_it(pond):
    writer = pond.api("POST", "/keys", 201, json={"name": "w", "scopes": ["links:read", "links:write"]}).json()["key"]
    put(pond, picture(20), 403, key=writer)
    pond.api("DELETE", "/qr-logo", 403, key=writer)
    put(pond, picture(20))
    pond.api("GET", "/qr-logo", 200, key=writer)
    assert requests.get(pond.admin + "/api/v1/qr-logo", timeout=60).status_code == 401
