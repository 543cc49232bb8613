# SPDX-License-Identifier: MIT
"""Goal: the form works without script, keeps what people typed, and is no way in for anybody else's page."""
import html
import itertools
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

addresses = (f"198.51.100.{i}" for i in itertools.count(1))  # signing in is limited per address
EN, ZH = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN,zh;q=0.9"}


@pytest.fixture
def visitor(pond):
    """A browser that is signed in."""
    session = requests.Session()
    session.headers.update({"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": next(addresses), **EN})
    reply = session.post(pond.admin + "/sign-in", data={"key": f"  {pond.key}\n"}, allow_redirects=False, timeout=10)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/desk/form")
    return session


def create(pond, visitor, expect=303, **fields):
    reply = visitor.post(pond.admin + "/desk/form", data=fields, allow_redirects=False, timeout=10)
    assert reply.status_code == expect, reply.text[:500]
    return reply


def value_of(page, name):
    found = re.search(rf'<input[^>]* name="{name}" value="([^"]*)"', page)
    return html.unescape(found.group(1)) if found else None


def test_signed_out_it_asks_for_a_key_in_the_readers_language(pond):
    page = requests.get(pond.admin + "/desk/form", headers=ZH, timeout=10)
    assert page.status_code == 200
    assert 'lang="zh-CN"' in page.text and "API 密钥" in page.text
    assert 'lang="en"' in requests.get(pond.admin + "/desk/form", headers=EN, timeout=10).text


def test_pages_run_no_code_of_anybody(pond, visitor):
    create(pond, visitor, url="https://e.com/?a=\"><script>alert(1)</script>&b='", alias="xss-1",
           campaign="<img src=x onerror=alert(1)>", channel='"><b>')
    for page in (visitor.get(pond.admin + "/desk/form?made=lnk_1&url=%22%3E%3Cscript%3E", timeout=10),
                 requests.get(pond.admin + "/desk/form?url=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", timeout=10),
                 visitor.post(pond.admin + "/desk/form", data={"url": "<script>", "alias": "\"><script>"}, timeout=10)):
        assert "<script" not in page.text and "<img src=x" not in page.text and "<b>\"" not in page.text
        assert not re.search(r"<[^>]+ (style|on\w+)=", page.text)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"


def test_a_link_is_made_and_shown_with_its_qr_code(pond, visitor):
    reply = create(pond, visitor, url="https://www.example.com/a?x=1", alias="form-1", channel="华东3群", campaign="双十一",
                   utm_source="wechat", utm_content="a&b")
    link = pond.api("GET", "/links/form-1", 200).json()
    assert reply.headers["Location"] == f"/desk/form?made={link['id']}"
    assert (link["channel"], link["campaign"], link["utm_source"], link["utm_content"]) == \
        ("华东3群", "双十一", "wechat", "a&b")
    page = visitor.get(pond.admin + reply.headers["Location"], timeout=10).text
    assert 'value="http://s.test/form-1"' in page
    image = html.unescape(re.search(r'<img src="([^"]+)"', page).group(1))
    svg = visitor.get(pond.admin + image, timeout=10)
    assert svg.status_code == 200 and svg.headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize("fields, wrong, status", [
    ({"url": "javascript:alert(1)"}, "url", 422),
    ({"url": ""}, "url", 422),
    ({"url": "https://e.com/", "alias": "no spaces"}, "alias", 422),
    ({"url": "https://e.com/", "alias": "taken-1"}, "alias", 409),
    ({"url": "https://e.com/", "utm_source": "x" * 300}, "utm_source", 422),
])
def test_what_is_wrong_is_marked_and_what_was_typed_is_kept(pond, visitor, fields, wrong, status):
    pond.link(alias="taken-1", if_exists="return", expect=None)
    page = create(pond, visitor, status, channel="kept & <safe>", **fields).text
    assert f'id="e-{wrong}"' in page
    assert re.search(rf'<input id="f-{wrong}"[^>]* aria-invalid="true"[^>]* autofocus', page)
    assert value_of(page, "channel") == "kept & <safe>"
    for name, value in fields.items():
        assert value_of(page, name) == value
    chinese = visitor.post(pond.admin + "/desk/form", data=fields, headers=ZH, timeout=10).text
    assert re.search(rf'id="e-{wrong}">[^<]*[\u4e00-\u9fff]', chinese)


def test_what_is_odd_about_utm_values_is_said_in_the_readers_language(pond, visitor):
    made = create(pond, visitor, url="https://www.example.com/utm", utm_source="WeChat <b>", utm_content="13800138000")
    for language, word in (("zh-CN", "个人信息"), ("en", "phone number")):
        page = visitor.get(pond.admin + made.headers["Location"], headers={"Accept-Language": language}).text
        assert word in page and "<b>" not in page.split("made-title")[1].split("</section>")[0]
        assert page.count("<code>utm_source</code>") == 2 and page.count("<code>utm_medium</code>") == 1


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                                     {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
                                     {"Sec-Fetch-Site": None}])
def test_other_peoples_pages_make_no_links(pond, visitor, headers):
    before = pond.api("GET", "/links", 200).json()["total"]
    for path in ("/desk/form", "/sign-out"):
        reply = visitor.post(pond.admin + path, data={"url": "https://evil.example/"}, headers=headers, allow_redirects=False,
                             timeout=10)
        assert reply.status_code == 403
    assert pond.api("GET", "/links", 200).json()["total"] == before
    assert "f-url" in visitor.get(pond.admin + "/desk/form", timeout=10).text  # still signed in


def test_an_old_browser_sends_the_token_instead(pond, visitor):
    token = value_of(visitor.get(pond.admin + "/desk/form", timeout=10).text, "csrf")
    reply = visitor.post(pond.admin + "/desk/form", data={"url": "https://e.com/token", "csrf": token}, headers={"Sec-Fetch-Site": None},
                         allow_redirects=False, timeout=10)
    assert reply.status_code == 303


def test_when_the_session_has_ended_nothing_typed_is_lost(pond, visitor):
    visitor.cookies.clear()
    page = create(pond, visitor, 401, url="https://e.com/?q=1&r=2", alias="later-1")
    assert "Your session has ended" in page.text
    kept = {"url": value_of(page.text, "url"), "alias": value_of(page.text, "alias")}
    assert kept == {"url": "https://e.com/?q=1&r=2", "alias": "later-1"}
    back = visitor.post(pond.admin + "/sign-in", data={"key": pond.key, **kept}, timeout=10)
    assert value_of(back.text, "url") == kept["url"] and value_of(back.text, "alias") == "later-1"
    pond.api("GET", "/links/later-1", 404)  # only filled in, not sent


def test_a_session_that_is_no_more_is_said_on_the_first_page(pond, visitor):
    assert "session has ended" not in requests.get(pond.admin + "/desk/form", headers=EN, timeout=10).text
    stale = {"lp_session": "0" * 64}
    assert "Your session has ended. Sign in again." in \
        requests.get(pond.admin + "/desk/form", headers=EN, cookies=stale, timeout=10).text
    assert "登录已过期，请重新登录。" in requests.get(pond.admin + "/desk/form", headers=ZH, cookies=stale, timeout=10).text
    visitor.post(pond.admin + "/sign-out", allow_redirects=False, timeout=10)
    assert "session has ended" not in visitor.get(pond.admin + "/desk/form", timeout=10).text  # they ended it themselves


def test_two_clicks_make_one_link(pond, visitor):
    def total():
        return pond.api("GET", "/links", 200, params={"q": "e.com/twice"}).json()["total"]

    once = value_of(visitor.get(pond.admin + "/desk/form", timeout=10).text, "once")
    fields = {"url": "https://e.com/twice", "once": once}
    first = create(pond, visitor, **fields)
    again = create(pond, visitor, **fields)
    assert again.headers["Location"] == first.headers["Location"]
    assert total() == 1
    # gone back, corrected and sent again: another link; the next page has a token of its own
    other = create(pond, visitor, **fields | {"campaign": "corrected"})
    assert other.headers["Location"] != first.headers["Location"]
    assert value_of(visitor.get(pond.admin + first.headers["Location"], timeout=10).text, "once") != once
    assert total() == 2


def test_two_clicks_at_the_same_moment_make_one_link(pond, visitor):
    for turn in range(5):
        fields = {"url": f"https://e.com/moment/{turn}", "once": value_of(visitor.get(pond.admin + "/desk/form", timeout=10).text, "once")}
        with ThreadPoolExecutor(6) as pool:
            replies = [reply.result() for reply in [pool.submit(
                requests.post, pond.admin + "/desk/form", data=fields, cookies=dict(visitor.cookies), allow_redirects=False,
                headers={"Sec-Fetch-Site": "same-origin"}, timeout=30) for _ in range(6)]]
        assert {reply.status_code for reply in replies} == {303}
        assert len({reply.headers["Location"] for reply in replies}) == 1
        assert pond.api("GET", "/links", 200, params={"q": f"e.com/moment/{turn}"}).json()["total"] == 1


def test_what_was_refused_is_judged_anew(pond, visitor):
    once = value_of(visitor.get(pond.admin + "/desk/form", timeout=10).text, "once")
    link = pond.link(alias="later-free")
    fields = {"url": "https://e.com/anew", "alias": "later-free", "once": once}
    create(pond, visitor, 409, **fields)
    pond.api("DELETE", f"/links/{link['id']}?purge=true", 204)
    create(pond, visitor, 303, **fields)


def test_signing_out_ends_the_session(pond, visitor):
    cookie = dict(visitor.cookies)
    assert visitor.post(pond.admin + "/sign-out", allow_redirects=False, timeout=10).status_code == 303
    assert requests.get(pond.admin + "/api/v1/me", cookies=cookie, timeout=10).status_code == 401


def test_wrong_keys_are_refused_in_words(pond):
    for key in ("", "lp_wrongwrongwrongwrongwrongwrong", "'; drop table link; --"):
        reply = requests.post(pond.admin + "/sign-in", data={"key": key}, headers=ZH | {"X-Forwarded-For": "192.0.2.7"},
                              allow_redirects=False, timeout=10)
        assert reply.status_code in (401, 422)
        assert 'role="alert"' in reply.text and "Set-Cookie" not in reply.headers


def test_figures_and_balance_are_those_of_the_ledger(make_pond):
    own = make_pond()
    own.link(alias="fig-1")
    for i in range(3):
        own.visit("fig-1", ip=f"203.0.{i}.7")
    own.visit("fig-1?lp_qr=1", ip="198.51.100.7")
    own.visit("fig-1", ua="Googlebot/2.1 (+http://www.google.com/bot.html)")
    own.visit("fig-1", method="HEAD")
    own.drain()
    session = requests.Session()
    session.post(own.admin + "/sign-in", data={"key": own.key}, headers={"Sec-Fetch-Site": "none", "X-Forwarded-For": "192.0.2.8"},
                 timeout=10)
    page = session.get(own.admin + "/desk/form", headers=ZH, timeout=10).text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "收到 6 = 真实访问 4 + 机器访问 1 + 链接检测 1 · 丢失 0" in text
    assert re.search(r"<dt>访问次数\(PV\)</dt><dd>4</dd>", page)
    assert re.search(r"<dt>访问人数\(UV\)</dt><dd>4</dd>", page)
    assert re.search(r"<dt>扫码次数</dt><dd>1</dd>", page)


def test_a_key_that_may_only_read_sees_no_figures_it_may_not(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "r", "scopes": ["links:read"]}).json()["key"]
    session = requests.Session()
    session.post(pond.admin + "/sign-in", data={"key": key}, headers={"Sec-Fetch-Site": "none", "X-Forwarded-For": "192.0.2.8"},
                 timeout=10)
    page = session.get(pond.admin + "/desk/form", headers=EN, timeout=10).text
    assert "This key may not create links" in page
    assert "Last 7 days" not in page
    assert session.post(pond.admin + "/desk/form", data={"url": "https://e.com/"}, headers={"Sec-Fetch-Site": "same-origin"},
                        timeout=10).status_code == 403
