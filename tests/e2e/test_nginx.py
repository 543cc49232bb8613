# SPDX-License-Identifier: MIT
"""The whole of it behind Debian's nginx with the configuration as shipped: what visitors, scripts and the person at the desk get."""
import json
import uuid

import pytest
import requests
from front import Front
from pond import API_STEP, SAFARI, WECHAT, wait_for
from wire import Wire, ask

DESK = "links.test"


@pytest.fixture(scope="module")
def front(pond, tmp_path_factory):
    nginx = Front(pond, tmp_path_factory.mktemp("nginx"))
    yield nginx
    nginx.stop()


def visit(front, path, ua=WECHAT, host="s.test", **headers):
    """As a visitor's own browser sends it: no header of a proxy's."""
    sent = {"Host": host, "User-Agent": ua, "Accept": "text/html", "Accept-Language": "zh-CN", **headers}
    return requests.get(front.url + "/" + path, headers=sent, allow_redirects=False, timeout=10)


def desk(front, method, path, **kwargs):
    headers = {"Host": DESK, **kwargs.pop("headers", {})}
    return requests.request(method, front.url + path, headers=headers, timeout=30, **kwargs)


def with_key(pond):
    return {"Authorization": "Bearer " + pond.key}


def raw_location(front, code):
    """Location byte for byte, past whatever an HTTP client would tidy up."""
    return ask(front.url, f"GET /{code} HTTP/1.1\r\nHost: s.test\r\nUser-Agent: {SAFARI}\r\n\r\n".encode())["location"]


def newest_click(pond, link):
    return wait_for(lambda: pond.clicks(link=link["id"], order="desc"), 10, API_STEP)[0]


# ---- the planes joined ---------------------------------------------------------------------------------------------

def test_each_name_and_path_reaches_its_plane(pond, front):
    link = pond.link("https://www.example.com/")
    assert visit(front, link["code"]).headers["Location"] == "https://www.example.com/"
    assert visit(front, "-/healthz").status_code == 200
    assert desk(front, "GET", "/healthz").text == "ok\n"
    assert visit(front, "api/v1/links").status_code == 404, "the API is not on the short domain"
    assert desk(front, "GET", "/" + link["code"]).status_code == 404


def test_the_preview_of_a_code(make_pond, tmp_path):
    """CODE+ leads over the short domain to the public plane and shows where the link goes."""
    pond = make_pond(start=False)
    from front import free_port
    port = free_port()
    pond.start(public_url=f"http://s.test:{port}")
    nginx = Front(pond, tmp_path / "nginx")
    try:
        link = pond.link("https://www.example.com/landing", title="春季特卖")
        first = visit(nginx, link["code"] + "+")
        assert first.status_code == 302 and first.headers["Location"].startswith(f"http://s.test:{port}/-/preview?")
        page = visit(nginx, first.headers["Location"].split("/", 3)[3])
        assert page.status_code == 200
        assert "www.example.com" in page.text and "春季特卖" in page.text
        assert page.content.decode("utf-8")
    finally:
        nginx.stop()


def test_the_desk_through_nginx(pond, front):
    made = desk(front, "POST", "/api/v1/links", headers=with_key(pond), json={"url": "https://www.example.com/through-nginx"})
    assert made.status_code == 201
    assert visit(front, made.json()["code"]).status_code == 302
    session = requests.Session()
    signed = session.post(front.url + "/api/v1/session", headers={"Host": DESK, "Sec-Fetch-Site": "same-origin"}, json={"key": pond.key}, timeout=10)
    assert signed.status_code in (200, 201, 204), signed.text
    cookie = signed.headers["Set-Cookie"].split(";")[0]
    me = desk(front, "GET", "/api/v1/me", headers={"Cookie": cookie})
    assert me.status_code == 200
    body = {"url": "https://www.example.com/by-cookie"}
    assert desk(front, "POST", "/api/v1/links", headers={"Cookie": cookie, "Sec-Fetch-Site": "cross-site"}, json=body).status_code == 403
    assert desk(front, "POST", "/api/v1/links", headers={"Cookie": cookie, "Sec-Fetch-Site": "same-site"}, json=body).status_code == 403
    assert desk(front, "POST", "/api/v1/links", headers={"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}, json=body).status_code == 201


def test_an_export_streams_through(pond, front):
    pond.link("https://www.example.com/exported", title='=cmd|" /C calc"!A0')
    reply = desk(front, "GET", "/api/v1/export", headers=with_key(pond))
    assert reply.status_code == 200
    assert "https://www.example.com/exported" in reply.text
    assert not any(cell.lstrip('"').startswith("=cmd") for cell in reply.text.split(",")), "a spreadsheet would run it"


def test_a_large_import_passes(pond, front):
    rows = "url,code\n" + "".join(f"https://www.example.com/large/{i}/{'x' * 200},large-{i}\n" for i in range(3000))
    assert len(rows) > 512 * 1024
    reply = desk(front, "POST", "/api/v1/import", headers={**with_key(pond), "Content-Type": "text/csv"}, data=rows.encode())
    assert reply.status_code == 200, reply.text[:1000]
    assert visit(front, "large-2999").headers["Location"].startswith("https://www.example.com/large/2999/")


# ---- byte for byte -------------------------------------------------------------------------------------------------

TARGETS = [
    "https://s.click.taobao.com/t?e=m%3D2%26s%3DWhUzYAhBzWgcQipKwQzePOeEDrYVVa64K7Vc7tFgwiHjf2vlNIV67vo6&pid=mm_1_2_3&union_lens=lensId%3AOPT%401",
    "https://union-click.jd.com/jdc?e=618%7Cpc%7C&p=JF8BAM4JK1olXg8EUVdVCkkWAV8IGloWWAcBVW5ZCkInRzBQRQQlBENHFRxWFlVPRjtUBABAQlRcCEBdCUoWA2gKHFwUXAMeR0Q%3D&t=W1dCFFlQCxxKQgFHRE5XDVULR0UVAxsPGFwVWQ0QSgNWS0pa",
    "https://mp.weixin.qq.com/s?__biz=MzA5NzU2MDA1Ng==&mid=2650000001&idx=1&sn=5d0a1b2c3d4e5f60718293a4b5c6d7e8&chksm=88b0&scene=21#wechat_redirect",
    "https://www.example.com/%E4%B8%AD/%e4%b8%ad?a=b+c&&empty=&d=%7e~!*'();:@$,[]",
]


@pytest.mark.parametrize("target", TARGETS, ids=["taobao", "jd", "wechat_article", "odd"])
def test_targets_come_out_as_they_went_in(pond, front, target):
    link = pond.link(target)
    assert link["url"] == target
    assert raw_location(front, link["code"]) == target
    before, _, fragment = target.partition("#")
    forwarded = raw_location(front, link["code"] + "?from=groupmessage&utm_source=wechat&pass_ticket=abc")
    assert forwarded.startswith(before) and "pass_ticket" not in forwarded and forwarded.partition("#")[2] == fragment


def test_the_longest_location_passes(pond, front):
    """4 KiB of header are more than nginx takes by default; the shipped file gives it room."""
    target = "https://www.example.com/" + "a" * (2048 - len("https://www.example.com/"))
    link = pond.link(target)
    query = "q=" + "b" * 1021  # with its ? the 1,024 bytes that a visit may add
    assert raw_location(front, f"{link['code']}?{query}") == f"{target}?{query}"
    for length in range(1000, 4000, 250):  # whatever is cut or kept: an answer, never 502
        answer = ask(front.url, f"GET /{link['code']}?{'c' * length} HTTP/1.1\r\nHost: s.test\r\n\r\n".encode())
        assert answer.status == 302 and answer["location"].startswith(target)


# ---- the ledger ----------------------------------------------------------------------------------------------------

def test_a_visit_from_a_wechat_group_reads_back(pond, front):
    link = pond.link("https://www.example.com/landing", channel="华东3群", campaign="spring", utm_campaign="spring-2026")
    reply = visit(front, link["code"] + "?utm_source=wechat&utm_medium=social&from=groupmessage&isappinstalled=0")
    assert reply.status_code == 302
    click = newest_click(pond, link)
    expected = {"class": "human", "outcome": "redirect", "app": "wechat", "scene": "group", "source": "wechat", "source_by": "request",
                "utm_source": "wechat", "utm_medium": "social", "channel": "华东3群", "channel_by": "link", "os": "ios", "campaign": "spring",
                "host": "s.test", "code": link["code"], "link": link["id"], "repeat": False}
    assert {name: click[name] for name in expected} == expected
    assert visit(front, link["code"]).status_code == 302
    assert wait_for(lambda: [c for c in pond.clicks(link=link["id"]) if c["repeat"]], 10, API_STEP)
    totals = pond.stats(link=link["id"], period="today", metrics="clicks,visitors")["totals"]
    assert (totals["clicks"], totals["visitors"]) == (2, 1)


def test_the_visitor_s_address_is_the_real_one_and_truncated(pond, front):
    link = pond.link("https://www.example.com/")
    visit(front, link["code"], **{"X-Forwarded-For": "6.6.6.6"})
    assert newest_click(pond, link)["ip"] == "127.0.0.0"
    for line in pond.log_text().splitlines():
        assert "6.6.6.6" not in line


def test_nginx_names_the_request_and_not_the_visitor(pond, front):
    link = pond.link("https://www.example.com/")
    forged = uuid.uuid4().hex
    visit(front, link["code"], **{"X-Request-ID": forged})
    named = newest_click(pond, link)["request_id"]
    assert named and named != forged
    int(named, 16)


def test_the_ledger_balances(pond, front):
    link = pond.link("https://www.example.com/")
    before = pond.metrics()
    for i in range(40):
        visit(front, link["code"] if i % 2 else f"nobody-{i}")
    pond.drain()
    after = pond.metrics()
    grown = {name: after[f"linkpond_clicks_{name}_total"] - before[f"linkpond_clicks_{name}_total"]
             for name in ("answered", "journalled", "ingested", "dropped")}
    assert grown == {"answered": 40, "journalled": 40, "ingested": 40, "dropped": 0}
    classes = sum(value for name, value in after.items() if name.startswith("linkpond_clicks_by_class_total"))
    assert classes == after["linkpond_clicks_ingested_total"]
    assert after["linkpond_clicks_answered_total"] == after["linkpond_clicks_journalled_total"]


# ---- one bad client ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("count", [600, 800, 3000])
def test_odd_queries_take_nobody_down(pond, front, count):
    code = pond.link("https://www.example.com/")["code"]
    for _ in range(8):
        assert ask(front.url, f"GET /?{'&' * count} HTTP/1.1\r\nHost: s.test\r\n\r\n".encode()).status == 200
        assert visit(front, code).status_code == 302


@pytest.mark.parametrize("head", [
    b"GET /x HTTP/1.1\r\nHost: s.test\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde",
    b"POST /x HTTP/1.1\r\nHost: s.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /a\0b HTTP/1.1\r\nHost: s.test\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: s.test\r\n\r\n",
    b"GET /x HTTP/1.1\r\nHost: s.test\r\nHost: links.test\r\n\r\n",
], ids=["two_lengths", "length_and_chunked", "nul", "encoded_nul", "two_hosts"])
def test_ambiguous_requests_are_refused(pond, front, head):
    assert ask(front.url, head).status == 400


def test_odd_but_readable_requests_are_answered(pond, front):
    """What nginx lets through: bare line feeds, a body on a GET, encoded breaks, two Cookie lines."""
    code = pond.link("https://www.example.com/")["code"]
    for request in (f"GET /{code} HTTP/1.1\nHost: s.test\n\n", f"GET /{code} HTTP/1.1\r\nHost: s.test\r\nContent-Length: 3\r\n\r\nabc",
                    f"GET /{code} HTTP/1.1\r\nHost: s.test\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n",
                    f"GET /{code} HTTP/1.0\r\nHost: s.test\r\n\r\n"):
        assert ask(front.url, request.encode()).status == 302
    answer = ask(front.url, f"GET /{code}%0d%0aX-Evil:1 HTTP/1.1\r\nHost: s.test\r\n\r\n".encode())
    assert answer.status == 404 and not answer.all("x-evil")


def test_a_restart_behind_nginx_is_a_short_pause(make_pond, tmp_path):
    """The daemon goes and comes back on its port; nginx finds it again without help, and no click counts twice."""
    from front import free_port
    pond = make_pond(listen=f"127.0.0.1:{free_port()}")
    nginx = Front(pond, tmp_path / "nginx")
    try:
        link = pond.link("https://www.example.com/")
        with Wire(nginx.url) as wire:
            request = f"GET /{link['code']} HTTP/1.1\r\nHost: s.test\r\nUser-Agent: {SAFARI}\r\n\r\n".encode()
            assert wire.send(request).answer().status == 302
            pond.kill9()
            assert wire.send(request).answer().status == 502
            pond.start()
            wait_for(lambda: wire.send(request).answer().status == 302, 10)
        pond.drain()
        clicks = [c for c in pond.clicks(link=link["id"]) if c["class"] != "duplicate"]
        assert len(clicks) == len({c["request_id"] for c in clicks}) >= 2
    finally:
        nginx.stop()


def test_errors_of_the_api_pass_as_they_are(pond, front):
    reply = desk(front, "POST", "/api/v1/links", headers=with_key(pond), json={"url": "javascript:alert(1)"})
    assert reply.status_code == 422
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert json.loads(reply.text)["errors"][0]["field"] == "url"
