# SPDX-License-Identifier: MIT
"""/-/live/TOKEN: what visitors of a live code see.

Promises: looking again shows the same code as it is now, replaced pictures included; one that is not there any more leads back to
the short link, never in circles; a forged token shows nothing; a token presses once.
"""
import concurrent.futures
import re

import pytest
import requests
from live import change, cookie_key, group_code, hours, now_ms, target, token
from pond import SAFARI, WECHAT

ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
MINUTE, DAY = 60_000, 86_400_000


def page_at(pond, path, ua=WECHAT, language="zh-CN", method="GET"):
    return requests.request(method, pond.public + "/-/live/" + path, headers={"User-Agent": ua, "Accept-Language": language},
                            allow_redirects=False, timeout=60)


def look(pond, one, age_ms=0, **kwargs):
    return page_at(pond, token(pond, one["id"], now_ms() - age_ms), **kwargs)


@pytest.fixture
def made(pond, tmp_path):
    """A link, a picture and a target that shows it."""
    link, image = pond.link(), group_code(pond, tmp_path)
    return link, image, target(pond, link, kind="qr", image=image["id"], title="华东 3 群", hint="备注\n姓名")


def test_a_page_shows_the_picture_and_says_what_to_do(pond, made):
    _, image, one = made
    reply = look(pond, one)
    assert reply.status_code == 200 and len(reply.content) < 20 * 1024
    assert f'<img src="{image["url"]}" width="{image["width"]}" height="{image["height"]}"' in reply.text
    assert "华东 3 群" in reply.text and "备注\n姓名" in reply.text and "长按识别二维码" in reply.text and 'lang="zh-CN"' in reply.text
    assert "打开微信" not in reply.text
    outside = look(pond, one, ua=ANDROID).text
    assert "保存图片，用微信扫一扫" in outside and "从相册选择" in outside and 'href="weixin://"' in outside
    assert "用手机微信扫一扫" in look(pond, one, ua=WINDOWS).text
    english = look(pond, one, language="en-GB").text
    assert "Press and hold the code" in english and 'lang="en"' in english
    assert "Save the picture" in look(pond, one, ua=SAFARI, language="en").text


def test_the_page_is_kept_by_nobody_and_loads_only_its_own(pond, made):
    reply = look(pond, made[2])
    assert reply.headers["Cache-Control"] == "no-store" and reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["X-Robots-Tag"] == "noindex" and reply.headers["X-Content-Type-Options"] == "nosniff"
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "script-src 'self'" in policy and "unsafe" not in policy
    assert "form-action 'none'" in policy and "frame-ancestors 'none'" in policy
    script = re.search(r'<script src="([^"]+)" defer></script>', reply.text).group(1)
    loaded = requests.get(pond.public + script, timeout=60)
    assert loaded.status_code == 200 and loaded.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in loaded.headers["Cache-Control"]
    assert reply.text.count("<script") == 1


def test_words_of_people_are_words(pond, made):
    link, image, _ = made
    one = target(pond, link, kind="staff", image=image["id"], title='<script>alert("1")</script>', hint='"><img src=x onerror=alert(1)>',
                 url="https://example.com/?a='\"><script>")
    text = look(pond, one).text
    assert "<script>alert" not in text and "<img src=x" not in text and text.count("<script") == 1


def test_each_kind_has_its_page(pond, made):
    link, image, _ = made
    staff = look(pond, target(pond, link, kind="staff", image=image["id"], url="https://work.weixin.qq.com/ca/cawcde1")).text
    assert "联系我们" in staff and "立即添加" in staff and 'href="https://work.weixin.qq.com/ca/cawcde1"' in staff
    program = look(pond, target(pond, link, kind="mini_program", image=image["id"], url="https://wxaurl.cn/abc"), language="en").text
    assert program.count("Open the mini program") >= 2
    message = look(pond, target(pond, link, kind="message", title="活动已结束", hint="谢谢")).text
    assert "活动已结束" in message and "<img" not in message and "长按" not in message


def test_looking_again_shows_the_same_and_takes_no_place(pond, made):
    _, image, one = made
    path = token(pond, one["id"], now_ms())
    for _ in range(3):
        assert image["url"] in page_at(pond, path).text
    assert page_at(pond, path, method="HEAD").status_code == 200
    assert sum(row["shown"] + row["reserved"] for row in hours(pond, one["id"])) == 0


def test_a_replaced_picture_is_the_new_one_at_once_and_the_old_one_does_not_break(pond, made, tmp_path):
    link, image, one = made
    path = token(pond, one["id"], now_ms())
    fresh = group_code(pond, tmp_path, "https://weixin.qq.com/g/AwYAABnewgroup")
    change(pond, link, one, image=fresh["id"])
    text = page_at(pond, path).text
    assert fresh["url"] in text and image["url"] not in text
    assert requests.get(pond.public + image["url"], timeout=60).status_code == 200  # a page that is just being opened asks for it


def test_what_is_not_shown_any_more_leads_back_once(pond, made):
    link, image, one = made
    short = f"http://{pond.domain}/{link['code']}"
    over = target(pond, link, kind="qr", image=image["id"], valid_until="2020-01-01T00:00:00Z")
    off = target(pond, link, kind="qr", image=image["id"], enabled=False)
    plain = target(pond, link, kind="url", url="https://www.example.com/elsewhere")
    gone = target(pond, link, kind="qr", image=image["id"])
    pond.api("DELETE", f"/links/{link['id']}/targets/{gone['id']}")
    for other in (over, off, plain, gone):
        reply = look(pond, other, age_ms=MINUTE)
        assert (reply.status_code, reply.headers["Location"], reply.headers["Cache-Control"]) == (302, short, "no-store")
        at_once = look(pond, other)  # whoever comes straight from the short link is told, not sent round
        assert at_once.status_code == 410 and f'href="{short}"' in at_once.text and "<img" not in at_once.text
    assert look(pond, one, age_ms=DAY - MINUTE).status_code == 200
    assert look(pond, one, age_ms=DAY + MINUTE).headers["Location"] == short  # a page that was handed on


def test_a_link_that_is_off_shows_nothing(pond, made):
    link, _, one = made
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"enabled": False})
    assert look(pond, one, age_ms=MINUTE).status_code == 302
    assert look(pond, one).status_code == 410


def test_a_forged_token_shows_nothing(make_pond, tmp_path):
    pond, other = make_pond(), make_pond("other")
    link, image = pond.link(), group_code(pond, tmp_path)
    one = target(pond, link, kind="qr", image=image["id"])
    good = token(pond, one["id"], now_ms())
    assert page_at(pond, good).status_code == 200
    for bad in (token(pond, one["id"], now_ms(), key=cookie_key(other)), "0" * 32, good[:-1], good + "0", good.upper(), "x",
                token(pond, 999_999, now_ms()), token(pond, one["id"], now_ms() + DAY)):
        reply = page_at(pond, bad)
        assert reply.status_code in (404, 429) and image["url"] not in reply.text
        requests.post(f"{pond.public}/-/live/{bad}/pressed", timeout=60)
    assert page_at(pond, good).status_code == 200
    assert hours(pond, one["id"]) == []


def test_a_token_presses_once(make_pond, tmp_path):
    pond = make_pond()
    link, image = pond.link(), group_code(pond, tmp_path)
    one, other = (target(pond, link, kind="qr", image=image["id"]) for _ in range(2))
    at = now_ms()
    paths = [token(pond, one["id"], at + i - 1000) for i in range(5)]

    def press(path):
        return requests.post(f"{pond.public}/-/live/{path}/pressed", timeout=60).status_code
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, paths * 6)) == {204}
    press(token(pond, other["id"], at))
    pond.restart()
    assert {press(path) for path in paths} == {204}
    assert press(token(pond, one["id"], at - 2 * DAY)) == 204  # too old a page to tell anything
    pond.stop()
    assert sum(row["pressed"] for row in hours(pond, one["id"])) == 5
    assert sum(row["pressed"] for row in hours(pond, other["id"])) == 1


def test_who_joined_is_told_once(pond, made):
    link, _, one = made
    path = f"/links/{link['id']}/targets/{one['id']}/joined"
    assert pond.api("POST", path, 200, json={"count": 3}).json() == {"counted": True, "joined": 3, "left": 0}
    assert pond.api("POST", path, 200, json={"id": "crm-1"}).json() == {"counted": True, "joined": 4, "left": 0}
    assert pond.api("POST", path, 200, json={"id": "crm-1"}).json() == {"counted": False, "joined": 4, "left": 0}
    assert pond.api("POST", path, 200, json={"id": "crm-2", "left": True}).json() == {"counted": True, "joined": 4, "left": 1}
    figures = pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"][-1]["figures"]
    assert (figures["joined"], figures["left"], figures["current"]) == (4, 1, 3)
    for bad in ({"count": 0}, {"count": 100_001}, {"count": "x"}, {"id": ""}, {"heads": 1}):
        pond.api("POST", path, 422, json=bad)
    other = pond.link()
    pond.api("POST", f"/links/{other['id']}/targets/{one['id']}/joined", 404, json={})
    pond.api("POST", f"/links/{link['id']}/targets/tgt_999999/joined", 404, json={})
    reader = pond.api("POST", "/keys", 201, json={"name": "r", "scopes": ["links:read"]}).json()["key"]
    pond.api("POST", path, 403, key=reader, json={})


def test_where_joining_takes_the_places_a_full_group_is_passed_over(pond, made, tmp_path):
    link, image, first = made
    change(pond, link, first, cap_on="joined", cap_total=2)
    second = target(pond, link, kind="qr", image=image["id"], title="4 群")

    def led_to():
        location = pond.visit(link["code"]).headers["Location"]
        return requests.get(location, headers={"User-Agent": WECHAT, "Accept-Language": "zh-CN"}, timeout=60).text
    assert "华东 3 群" in led_to()
    pond.api("POST", f"/links/{link['id']}/targets/{first['id']}/joined", 200, json={"count": 2})
    assert "4 群" in led_to() and second["id"]


def test_a_picture_is_for_those_who_uploaded_or_show_it(pond, made, tmp_path):
    link, image, one = made
    pond.api("POST", "/users", 201, json={"key": "lin", "role": "editor"})
    key = pond.api("POST", "/keys", 201, json={"name": "lin", "scopes": ["links:read", "links:write"], "owner": "lin"}).json()["key"]
    own = pond.api("POST", "/links", 201, key=key, json={"url": "https://www.example.com/lin"}).json()
    pond.api("GET", f"/images/{image['id']}", 404, key=key)
    pond.api("POST", f"/links/{own['id']}/targets", 422, key=key, json={"kind": "qr", "image": image["id"]})
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"owner": "lin"})
    pond.api("GET", f"/images/{image['id']}/file", 200, key=key)
    pond.api("PATCH", f"/links/{link['id']}/targets/{one['id']}", 200, key=key, json={"image": image["id"], "hint": "新的"})
    pond.api("POST", f"/links/{own['id']}/targets", 422, key=key, json={"kind": "qr", "image": "img_999999"})
