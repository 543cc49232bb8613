# SPDX-License-Identifier: MIT
"""/api/v1/images: the pictures that visitors of live codes see.

Promises: what is shown is a file of our own making, with nothing in it but the pixels, upright and small; a picture whose code
cannot be read is refused when a code was meant; nothing that is no picture does any harm.
"""
import struct
import zlib

import pytest
import requests
from codes import code_blocks, code_png
from jpeg import exif, jpeg, segment
from pictures import decoded, png, png_size

GROUP = "https://weixin.qq.com/g/AwYAAGdhY5kxnVqQ3bW1cVnZ0rTnJmPzKqXxQm8pB0h3x2V7a9sL"


def put(pond, body, expect=201, kind="image/png", **kwargs):
    return pond.api("POST", "/images", expect, data=body, headers={"Content-Type": kind}, **kwargs)


def shown(pond, image):
    return requests.get(pond.public + image["url"], timeout=60)


def read_back(pond, image, folder):
    """What a phone reads in the picture that visitors get: by another reader than the server's."""
    return decoded(shown(pond, image).content, folder)


def jpeg_size(body):
    at = body.index(b"\xff\xc0")
    return struct.unpack(">HH", body[at + 5:at + 9])[::-1]


def test_a_code_is_read_named_and_shown(pond, tmp_path):
    image = put(pond, code_png(GROUP, tmp_path), params={"expect": "qr"}).json()
    assert (image["qr_text"], image["qr_kind"], image["type"]) == (GROUP, "wechat_group", "image/png")
    reply = shown(pond, image)
    assert reply.status_code == 200 and reply.headers["Content-Type"] == "image/png" and len(reply.content) == image["bytes"]
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["X-Content-Type-Options"] == "nosniff" and reply.headers["X-Robots-Tag"] == "noindex"
    assert read_back(pond, image, tmp_path) == GROUP
    again = requests.get(pond.public + image["url"], headers={"If-None-Match": reply.headers["ETag"]}, timeout=60)
    assert again.status_code == 304 and again.content == b""
    assert pond.api("GET", f"/images/{image['id']}", 200).json() == image
    assert pond.api("GET", f"/images/{image['id']}/file", 200).content == reply.content


@pytest.mark.parametrize("text,kind", [
    ("https://u.wechat.com/MEaBcDeFgHiJkLm", "wechat_personal"), ("https://work.weixin.qq.com/gm/0123456789abcdef", "wecom"),
    ("http://weixin.qq.com/q/kZgfwMTm72WWPkovabbI", "wechat_account"), ("https://www.example.com/", "other"),
    ("https://weixin.qq.com.example.com/g/1", "other"), ("加入我们的群", "other")])
def test_what_a_code_is_of(pond, tmp_path, text, kind):
    image = put(pond, code_png(text, tmp_path), params={"expect": "qr"}).json()
    assert (image["qr_text"], image["qr_kind"]) == (text, kind)


def test_a_picture_without_a_code_is_refused_where_one_was_meant(pond):
    body = png(200, 200, [[128] * 200] * 200)
    problem = put(pond, body, 422, params={"expect": "qr"}).json()
    assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == ("image", "no_qr_code")
    chinese = pond.api("POST", "/images", 422, data=body, params={"expect": "qr"},
                       headers={"Content-Type": "image/png", "Accept-Language": "zh-CN"}).json()
    assert "识别不到二维码" in chinese["errors"][0]["detail"]
    image = put(pond, body).json()
    assert image["qr_text"] is None and image["qr_kind"] is None
    put(pond, body, 422, params={"expect": "card"})


def test_nothing_of_the_file_is_kept_but_the_pixels(pond, tmp_path):
    secret = segment(0xfe, b"a comment: SECRETCO") + segment(0xe2, b"ICC_PROFILE\0SECRETCO")
    image = put(pond, jpeg(code_blocks(GROUP, tmp_path), exif(1) + secret), kind="image/jpeg", params={"expect": "qr"}).json()
    seen = shown(pond, image).content
    assert b"SECRETCO" not in seen and b"Exif" not in seen and b"GPS" not in seen and b"ICC" not in seen
    comment = b"tEXtComment\0SECRETCO"
    body = code_png(GROUP, tmp_path)
    body = body[:33] + struct.pack(">I", len(comment) - 4) + comment + struct.pack(">I", zlib.crc32(comment)) + body[33:]
    assert b"SECRETCO" not in shown(pond, put(pond, body).json()).content


@pytest.mark.parametrize("order", [">", "<"], ids=["big end first", "little end first"])
@pytest.mark.parametrize("held", range(1, 9))
def test_a_picture_stands_upright_however_the_phone_was_held(pond, held, order):
    """One dark corner: where it ends up says which way the picture was turned."""
    blocks = [[(20,) if x < 10 and y < 5 else (230,) for x in range(40)] for y in range(20)]
    image = put(pond, jpeg(blocks, exif(held, order=order)), kind="image/jpeg").json()
    turned = held > 4
    assert (image["width"], image["height"]) == ((160, 320) if turned else (320, 160))
    assert image["type"] == "image/png"
    rows = palette_rows(shown(pond, image).content)
    dark = {(x > image["width"] // 2, y > image["height"] // 2) for x, y in
            ((4, 4), (image["width"] - 4, 4), (4, image["height"] - 4), (image["width"] - 4, image["height"] - 4)) if rows[y][x] < 128}
    assert dark == {[(False, False), (True, False), (True, True), (False, True),
                     (False, False), (True, False), (True, True), (False, True)][held - 1]}


def palette_rows(image):
    """Red of each pixel of a PNG with a palette of at most 16 colours, unfiltered or filtered by the row above."""
    width, height, depth, kind = struct.unpack(">IIBB", image[16:26])
    assert kind == 3
    at, packed, colours = 8, b"", b""
    while at < len(image):
        size, name = struct.unpack(">I4s", image[at:at + 8])
        packed += image[at + 8:at + 8 + size] if name == b"IDAT" else b""
        colours = image[at + 8:at + 8 + size] if name == b"PLTE" else colours
        at += size + 12
    raw, stride = zlib.decompress(packed), (width * depth + 7) // 8
    rows, before = [], bytes(stride)
    for y in range(height):
        how, line = raw[y * (stride + 1)], raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)]
        assert how in (0, 2)
        before = bytes((a + b) % 256 for a, b in zip(line, before)) if how == 2 else line
        places = [(byte >> (8 - depth - shift)) & ((1 << depth) - 1) for byte in before for shift in range(0, 8, depth)]
        rows.append([colours[3 * place] for place in places[:width]])
    return rows


def test_ink_becomes_light(pond, tmp_path):
    """Files for print have four inks; Adobe's are stored the other way round."""
    plain = jpeg(code_blocks(GROUP, tmp_path, dark=(0, 0, 0, 255), light=(0, 0, 0, 0)))
    adobe = jpeg(code_blocks(GROUP, tmp_path, dark=(255, 255, 255, 0), light=(255, 255, 255, 255)), adobe=0)
    for body in (plain, adobe):
        image = put(pond, body, kind="image/jpeg", params={"expect": "qr"}).json()
        assert image["qr_text"] == GROUP
        assert max(map(max, palette_rows(shown(pond, image).content))) > 250


def test_of_an_animation_the_first_picture_is_kept(pond, tmp_path):
    still = code_png(GROUP, tmp_path)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    control = chunk(b"acTL", struct.pack(">II", 2, 0))
    body = still[:33] + control + still[33:-12] + chunk(b"fdAT", b"\0\0\0\1" + zlib.compress(b"x")) + still[-12:]
    image = put(pond, body, params={"expect": "qr"}).json()
    assert b"acTL" not in shown(pond, image).content and b"fdAT" not in shown(pond, image).content


def test_what_can_be_seen_through_stands_on_white(pond):
    image = put(pond, png(100, 100, [[0, 0, 0, 0] * 100] * 100, kind=6)).json()
    assert set(map(max, palette_rows(shown(pond, image).content))) == {255}


def test_a_large_picture_is_made_small(pond, tmp_path):
    grid = [[(v,) for v in (60, 200)] * 200 for _ in range(300)]
    image = put(pond, jpeg(grid), kind="image/jpeg").json()
    assert (image["width"], image["height"]) == (1080, 810) and image["bytes"] <= 200 * 1024
    noise = [[(zlib.crc32(f"{x} {y}".encode()) % 256,) for x in range(270)] for y in range(270)]
    assert put(pond, jpeg(noise), kind="image/jpeg").json()["bytes"] <= 200 * 1024
    photo = jpeg([[(90,)] * 1008] * 756)  # 8064 x 6048, as of a phone with 48 megapixels
    assert (lambda made: (made["width"], made["height"]))(put(pond, photo, kind="image/jpeg").json()) == (1080, 810)


GREY = [[(128,)] * 20] * 20


@pytest.mark.parametrize("body,kind,status,code", [
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml", 415, None),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "unreadable"),
    (b"GIF89a" + b"\0" * 40, "image/png", 422, "unreadable"),
    (b"RIFF\0\0\0\0WEBPVP8 ", "image/jpeg", 422, "unreadable"),
    (b"", "image/jpeg", 422, "unreadable"),
    (b"\xff\xd8\xff\xe0", "image/jpeg", 422, "unreadable"),
    (png(1, 1, [[0]]), "image/png", 422, "too_short"),
    (png(1000, 63, [[0] * 1000] * 63), "image/png", 422, "too_short"),
    (jpeg(GREY, size=(20000, 20000)), "image/jpeg", 422, "too_long"),
    (b"x" * (8 * 1024 * 1024 + 1), "image/png", 413, None)],
    ids=["svg", "svg called png", "gif", "webp", "nothing", "a head", "1x1", "too flat", "20,000x20,000", "too many bytes"])
def test_what_is_no_picture_is_refused(pond, body, kind, status, code):
    problem = put(pond, body, status, kind).json()
    if code:
        assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == ("image", code)


def test_a_bomb_is_refused_before_it_is_unpacked(pond):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    packed = zlib.compress(b"\0" * 100_000_000, 9)
    for width, height in ((20000, 20000), (1 << 31, 1), (0, 5), (12001, 100)):
        body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
        assert put(pond, body, 422).json()["errors"][0]["code"] in ("too_long", "unreadable")
    profile = chunk(b"iCCP", b"x\0\0" + packed) + chunk(b"zTXt", b"x\0\0" + packed)
    small = png(100, 100, [[9] * 100] * 100)
    put(pond, small[:33] + profile + small[33:])
    pond.api("GET", "/links", 200)


def test_a_cut_off_or_damaged_file_is_refused_or_shown_but_never_more(pond, tmp_path):
    whole = {"image/png": code_png(GROUP, tmp_path, 3), "image/jpeg": jpeg(code_blocks(GROUP, tmp_path), exif(6))}
    for kind, body in whole.items():
        for size in range(0, len(body) - 40, len(body) // 12):
            reply = pond.api("POST", "/images", data=body[:size], headers={"Content-Type": kind})
            assert reply.status_code in (201, 422), (kind, size, reply.text)
        for at in range(0, len(body), len(body) // 25):
            damaged = body[:at] + bytes([body[at] ^ 0x41]) + body[at + 1:]
            reply = pond.api("POST", "/images", data=damaged, headers={"Content-Type": kind})
            assert reply.status_code in (201, 422), (kind, at, reply.text)


def test_names_cannot_be_guessed(pond):
    made = [put(pond, png(64 + i, 64, [[i] * (64 + i)] * 64)).json() for i in range(4)]
    names = {image["url"].rsplit("/", 1)[1] for image in made}
    assert len(names) == 4 and all(len(name) == 22 for name in names)
    for path in ("/-/image/" + "a" * 22, "/-/image/1", "/-/image/" + made[0]["id"], "/-/image/", "/-/image"):
        assert requests.get(pond.public + path, timeout=60).status_code == 404


def test_the_same_picture_is_kept_once(pond, tmp_path):
    body = code_png("https://www.example.com/once", tmp_path)
    assert put(pond, body).json()["id"] == put(pond, body).json()["id"]


def test_who_may(pond, tmp_path):
    body = code_png(GROUP, tmp_path)
    reader = pond.api("POST", "/keys", 201, json={"name": "r", "scopes": ["links:read"]}).json()["key"]
    put(pond, body, 403, key=reader)
    image = put(pond, body).json()
    pond.api("GET", f"/images/{image['id']}/file", 200, key=reader)
    assert requests.post(pond.admin + "/api/v1/images", data=body, timeout=60).status_code == 401
    pond.api("GET", "/images/img_999999", 404)
    pond.api("GET", "/images/12", 404)
