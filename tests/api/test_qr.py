# SPDX-License-Identifier: MIT
"""/api/v1/links/{ref}/qr: codes for print and for chats.

Promises: whatever is asked for, a phone reads it (zbarimg stands in for the phone), or it is refused with the field named;
the caption says where the code belongs; the code carries the scan's mark.
"""
import itertools

import pytest
from pictures import decoded, png_size, svg_text, svg_to_png

URL = "https://www.example.com/landing"


@pytest.fixture(scope="module")
def made(pond):
    pond.api("POST", "/channels", 201, json={"key": "east3", "name": "华东3群", "names": {"en": "East group 3"}})
    return pond.link(URL, channel="east3", title="Spring <b>sale</b>")


def qr(pond, made, expect=200, headers=None, **params):
    return pond.api("GET", f"/links/{made['id']}/qr", expect, params=params, headers=headers or {})


def read(reply, folder):
    image = reply.content if reply.headers["Content-Type"] == "image/png" else svg_to_png(reply.content)
    return decoded(image, folder)


COLOURS = [{}, {"dark": "1a3c6e", "light": "ffffff"}, {"dark": "#7a0019", "light": "fff6e0"}]
CAPTIONS = ["0", "1", "活动现场 Hall 3 & <more>"]


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("level", "LMQH")
def test_every_combination_is_read_back(pond, made, tmp_path, kind, level):
    for size, margin, colours, caption in itertools.product((200, 512), (2, 4), COLOURS, CAPTIONS):
        reply = qr(pond, made, format=kind, level=level, size=size, margin=margin, caption=caption, **colours)
        assert read(reply, tmp_path) == made["short_url"] + "?lp_qr=1", (size, margin, colours, caption)


@pytest.mark.parametrize("size", [64, 1000, 4096])
def test_a_png_is_as_wide_as_asked_and_higher_by_its_caption(pond, made, tmp_path, size):
    plain, named = (qr(pond, made, format="png", size=size, caption=caption) for caption in "01")
    assert png_size(plain.content) == (size, size)
    width, height = png_size(named.content)
    assert width == size and size * 1.05 < height < size * 1.3
    if size >= 1000:
        assert read(named, tmp_path) == made["short_url"] + "?lp_qr=1"


# ---- captions ------------------------------------------------------------------------------------------------------

def test_the_caption_is_the_place_in_the_readers_language(pond, made):
    assert svg_text(qr(pond, made, caption="1").content) == ["East group 3"]
    assert svg_text(qr(pond, made, caption="1", headers={"Accept-Language": "zh-CN"}).content) == ["华东3群"]


def test_without_a_channel_the_title_stands_there_and_nothing_can_break_out(pond):
    titled = pond.link(URL, title="Spring </text><script>alert(1)</script>")
    svg = qr(pond, titled, caption="1")
    assert "<script" not in svg.text and "".join(svg_text(svg.content)).replace(" ", "") == "Spring</text><script>alert(1)</script>"
    assert svg_text(qr(pond, pond.link(URL), caption="1").content) == []


def test_a_long_caption_takes_two_lines_and_says_that_it_goes_on(pond, made):
    first, second = svg_text(qr(pond, made, caption="渠" * 42).content)
    assert set(first) == {"渠"} and second.endswith("…")
    lines = svg_text(qr(pond, made, caption="North exhibition hall, second floor, stand 214").content)
    assert " ".join(lines) == "North exhibition hall, second floor, stand 214"


# ---- what is refused -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("params,field,code", [
    ({"dark": "ffffff", "light": "000000"}, "dark", "inverted"), ({"light": "000000"}, "dark", "inverted"),
    ({"dark": "999999"}, "dark", "low_contrast"), ({"dark": "00ff00"}, "dark", "low_contrast"),
    ({"dark": "red"}, "dark", "not_allowed"), ({"light": "12345"}, "light", "not_allowed"),
    ({"light": "1234567"}, "light", "not_allowed"), ({"caption": "x" * 129}, "caption", "too_long"),
    ({"caption": "a\nb"}, "caption", "control_character"), ({"size": "63"}, "size", "out_of_range"),
    ({"size": "64", "margin": "16", "level": "H", "format": "png"}, "size", "too_small"), ({"logo": "maybe"}, "logo", "not_allowed"),
    ({"download": "perhaps"}, "download", "wrong_type")])
def test_what_no_phone_would_read_is_refused(pond, made, params, field, code):
    error = qr(pond, made, 422, **params).json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)


# ---- downloads -----------------------------------------------------------------------------------------------------

def test_a_download_is_named_after_the_place(pond, made):
    header = qr(pond, made, headers={"Accept-Language": "zh"}, format="png", download="1").headers["Content-Disposition"]
    assert header == f"attachment; filename=\"{made['code']}.png\"; filename*=UTF-8''%E5%8D%8E%E4%B8%9C3%E7%BE%A4.png"
    assert "Content-Disposition" not in qr(pond, made).headers
    odd = pond.link(URL, title='..\\a/b:"c"*?<d>|.')
    assert qr(pond, odd, download="1").headers["Content-Disposition"].endswith("UTF-8''_a_b__c____d__.svg")
