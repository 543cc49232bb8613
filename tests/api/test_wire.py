# SPDX-License-Identifier: MIT
"""Hostile and odd requests, byte by byte, straight at the three listeners.

Promises: a request that two parsers could read differently is refused before any effect, nothing hidden in a body is
ever run, every request is answered at once or its connection ends, and one bad client stops nobody else.
"""
import json
import os
import re
import resource
import socket
import threading

import pytest
from pond import WECHAT, wait_for
from wire import Wire, ask

PLANES = ["redirect", "admin", "public"]
ROOT = {"redirect": 200, "admin": 302, "public": 404}  # what "/" answers; the admin's leads to the desk
HOST = b"Host: s.test\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def code(pond):
    return pond.link("https://www.example.com/wire")["code"].encode()


def get(path, headers=b"", host=HOST, method=b"GET"):
    return method + b" " + path + b" HTTP/1.1\r\n" + host + headers + b"\r\n"


def create_link(pond, url, extra=b""):
    """A request that would make a link if anybody ran it."""
    body = json.dumps({"url": url}).encode()
    return (b"POST /api/v1/links HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + pond.key.encode() + b"\r\n" + extra +
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def links_to(pond, word):
    return pond.api("GET", "/links", 200, params={"q": word}).json()["total"]


def assert_refused(wire):
    """400 and the end. (Where the wire library itself refuses, it sends its head twice, which harms nobody: it closes.)"""
    said = wire.all_until_closed()
    assert set(re.findall(rb"^HTTP/1\.1 (\d+)", said, re.M)) == {b"400"}, said


def still_serves(pond, code):
    assert pond.visit(code.decode()).status_code == 302
    assert pond.api("GET", "/healthz", 200).text == "ok\n"


# ---- what two parsers could read differently -----------------------------------------------------------------------

AMBIGUOUS = {
    "two_lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n",
    "two_equal_lengths": b"Content-Length: 5\r\nContent-Length: 5\r\n",
    "length_and_chunked": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "chunked_and_length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "blank_before_colon": b"Transfer-Encoding : chunked\r\n",
    "tab_before_colon": b"Transfer-Encoding\t: chunked\r\n",
    "length_blank_before_colon": b"Content-Length : 5\r\n",
    "gzip": b"Transfer-Encoding: gzip\r\n",
    "gzip_chunked": b"Transfer-Encoding: gzip, chunked\r\n",
    "identity_chunked": b"Transfer-Encoding: identity, chunked\r\n",
    "chunked_twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "coding_in_quotes": b"Transfer-Encoding: \"chunked\"\r\n",
    "name_with_parenthesis": b"X(Y): 1\r\n",
    "name_with_control": b"X\x01Y: 1\r\n",
    "name_with_utf8": "X-中: 1\r\n".encode(),
    "no_colon": b"Nonsense\r\n",
    "folded_value": b"X-A: b\r\n c\r\n",
    "folded_name": b"X-Forwarded-Fo: 6.6.6.6\r\n r\r\n",
    "folded_by_tab": b"X-A: b\r\n\tc\r\n",
    "two_hosts": HOST,
    "negative_length": b"Content-Length: -5\r\n",
    "signed_length": b"Content-Length: +5\r\n",
    "hex_length": b"Content-Length: 0x5\r\n",
    "list_of_lengths": b"Content-Length: 5, 5\r\n",
}


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("name", AMBIGUOUS)
def test_ambiguous_framing_is_refused_and_the_connection_ends(pond, code, plane, name):
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    for method in (b"GET", b"POST"):
        with Wire(pond.urls[plane]) as wire:
            wire.send(get(b"/" + code, AMBIGUOUS[name], method=method) + b"abcde" + get(b"/" + code))
            assert_refused(wire)
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before


@pytest.mark.parametrize("plane", PLANES)
def test_http_1_1_needs_a_host(pond, code, plane):
    with Wire(pond.urls[plane]) as wire:
        assert_refused(wire.send(get(b"/" + code, host=b"")))


SMUGGLERS = {
    "two_lengths": b"Content-Length: 0\r\n",
    "chunked_wins": b"Transfer-Encoding: chunked\r\n",
    "blank_before_colon": b"Transfer-Encoding : chunked\r\n",
    "gzip": b"Transfer-Encoding: gzip\r\n",
}


@pytest.mark.parametrize("name", SMUGGLERS)
def test_a_request_hidden_in_a_body_is_never_run(pond, name):
    word = "smuggled-" + name.replace("_", "-")
    hidden = b"0\r\n\r\n" + create_link(pond, "https://www.example.com/" + word)
    outer = (b"POST /api/v1/links HTTP/1.1\r\n" + HOST + SMUGGLERS[name] + b"Content-Length: %d\r\n\r\n" % len(hidden) +
             hidden)
    with Wire(pond.admin) as wire:
        assert wire.send(outer).answer().status == 400
        assert wire.is_closed()
    assert links_to(pond, word) == 0


def test_a_body_that_is_refused_is_not_run_as_the_next_request(pond):
    """No key: 401 is answered, yet the body must be read as a body."""
    hidden = create_link(pond, "https://www.example.com/smuggled-by-401")
    with Wire(pond.admin) as wire:
        wire.send(b"POST /api/v1/links HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(hidden) + hidden)
        assert wire.answer().status == 401
        wire.send(get(b"/healthz"))
        assert wire.answer().body == b"ok\n"
    assert links_to(pond, "smuggled-by-401") == 0


def test_a_body_sent_to_the_redirect_plane_is_not_run(pond, code):
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    hidden = get(b"/" + code)
    with Wire(pond.redirect) as wire:
        wire.send(b"POST /x HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(hidden) + hidden)
        assert wire.answer().status == 405
        assert wire.is_closed()
    with Wire(pond.redirect) as wire:  # a GET may carry a body; it is dropped
        wire.send(b"GET /" + code + b" HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(hidden) + hidden)
        assert wire.answer().status == 302
        wire.send(get(b"/favicon.ico"))
        assert wire.answer().status == 204
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before + 1


# ---- targets -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("tail", [b"\0evil", b"%00evil", b"%zz", b"%", b"%4", b"\0"], ids=repr)
def test_targets_that_cannot_be_decoded_are_refused(pond, code, plane, tail):
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    with Wire(pond.urls[plane]) as wire:
        assert wire.send(get(b"/" + code + tail)).answer().status == 400
        assert wire.is_closed()
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before


@pytest.mark.parametrize("path", [b"/../%s", b"/./%s", b"/%%2f%s", b"//%s", b"/%%2e%%2e/%s", b"/%s%%0d%%0aX:y", b"/%s%%20", b"/%s%%09",
                                  b"/%s/../%s"], ids=repr)
def test_a_path_means_only_what_it_says(pond, code, path):
    """Nothing is normalised on the way to a look-up, so no odd spelling of a code is that code."""
    answer = ask(pond.redirect, get(path.replace(b"%s", code).replace(b"%%", b"%")))
    assert answer.status == 404
    assert answer.all("x") == []


@pytest.mark.parametrize("path", [b"/../etc/passwd", b"/assets/../../etc/passwd", b"/assets/%2e%2e%2f%2e%2e%2fetc/passwd", b"/-/../api/v1/links",
                                  b"/-/%2e%2e/api/v1/links", b"//api/v1/links"], ids=repr)
@pytest.mark.parametrize("plane", ["admin", "public"])
def test_no_path_leads_elsewhere(pond, plane, path):
    answer = ask(pond.urls[plane], get(path))
    assert answer.status == 404, answer
    assert b"root:" not in answer.body


def test_percent_encoded_letters_of_a_code_are_that_code(pond, code):
    assert ask(pond.redirect, get(b"/%%%02x" % code[0] + code[1:])).status == 302


def test_an_absolute_target_is_understood(pond, code):
    assert ask(pond.redirect, get(b"http://s.test/" + code)).status == 302
    assert ask(pond.redirect, get(b"http://user@s.test/" + code)).status == 400
    assert ask(pond.redirect, get(b"s.test:443", method=b"CONNECT")).status == 400


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("count", [600, 800, 4000])
def test_thousands_of_empty_parameters_are_answered_at_once(pond, plane, count):
    """The wire library's own parsing of these would eat its memory and leave the connection without an answer."""
    answer = ask(pond.urls[plane], get(b"/?" + b"&" * count))
    assert answer.status == ROOT[plane]


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("length", [4097, 5000, 70000, 300000])
def test_a_target_over_the_limit_is_414(pond, plane, length):
    assert ask(pond.urls[plane], get(b"/" + b"a" * (length - 1))).status == 414


def test_the_longest_target_is_read(pond):
    assert ask(pond.redirect, get(b"/" + b"a" * 4095)).status == 404
    assert ask(pond.admin, get(b"/healthz?" + b"a" * (4096 - len("/healthz?")))).status == 200


# ---- headers -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("plane", PLANES)
def test_a_hundred_headers_and_no_more(pond, plane):
    def with_headers(count):  # Host is one of them
        return ask(pond.urls[plane], get(b"/?", b"".join(b"X-%d: a\r\n" % i for i in range(count - 1)))).status
    assert with_headers(100) == ROOT[plane]
    assert with_headers(101) == 431
    assert with_headers(1000) == 431


@pytest.mark.parametrize("plane", PLANES)
def test_headers_larger_than_the_memory_for_them_are_431(pond, code, plane):
    assert ask(pond.urls[plane], get(b"/" + code, b"X-Large: " + b"a" * 100000 + b"\r\n")).status == 431


@pytest.mark.parametrize("query", [0, 1000])
def test_a_head_of_any_size_is_answered_and_recorded_or_neither(pond, code, query):
    """The head of the answer needs room beside that of the request; one that cannot be answered must not be recorded."""
    def answer(size):
        filler = b"X-Large: " + b"a" * size + b"\r\n" + b"".join(b"X-%d: a\r\n" % i for i in range(12))
        said = ask(pond.redirect, get(b"/" + code + b"?" + b"q" * query, filler))
        return said.status if said else 431  # so full that not even the refusal finds room
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    statuses = [answer(size) for size in range(500, 13000, 125)]
    redirects = statuses.count(302)
    assert statuses == [302] * redirects + [431] * (len(statuses) - redirects)
    assert redirects * 125 > 8000 and statuses[-1] == 431
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before + redirects


def test_the_longest_of_everything_at_once_is_still_answered(pond, code):
    """What one click keeps is bounded; a request at every bound is answered and recorded."""
    headers = (b"User-Agent: " + b"u" * 2000 + b"\r\nReferer: https://r.example.com/" + b"r" * 2000 + b"\r\nAccept-Language: " +
               b"l" * 500 + b"\r\nX-Requested-With: " + b"p" * 500 + b".a\r\nX-Request-ID: " + b"i" * 300 + b"\r\n")
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    assert ask(pond.redirect, get(b"/" + code + b"?" + b"q" * 4000, headers)).status == 302
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before + 1


# ---- methods -------------------------------------------------------------------------------------------------------

def test_requests_in_a_row_are_answered_in_order(pond, code):
    with Wire(pond.redirect) as wire:
        wire.send(get(b"/" + code) + get(b"/nobody") + get(b"/" + code, method=b"HEAD") + get(b"/robots.txt"))
        assert wire.answer().status == 302
        assert wire.answer().status == 404
        assert wire.answer(head_only=True).status == 302
        assert wire.answer().body.startswith(b"User-agent")
    with Wire(pond.admin) as wire:
        wire.send(create_link(pond, "https://www.example.com/in-a-row/1") + create_link(pond, "https://www.example.com/in-a-row/2"))
        first, second = wire.answer(), wire.answer()
        assert (first.status, second.status) == (201, 201)
        assert json.loads(first.body)["url"].endswith("/1") and json.loads(second.body)["url"].endswith("/2")


KINDS = [{}, {"crawlable": True}, {"redirect_status": 301}, {"redirect_status": 308, "crawlable": True}, {"redirect_status": 307},
         {"max_clicks": 100000, "redirect_status": 301}]


@pytest.fixture(scope="module")
def kinds(pond):
    """Links whose answers have every set of headers, three of each, with the answer each must get."""
    wanted = {}
    for kind in KINDS * 3:
        link = pond.link(f"https://www.example.com/kinds/{len(wanted)}?a=" + "x" * (len(wanted) * 97), **kind)
        kept = kind.get("redirect_status") in (301, 308) and "max_clicks" not in kind
        wanted[link["code"].encode()] = (link["redirect_status"], link["url"], "private, max-age=90" if kept else "no-store",
                                         None if kind.get("crawlable") else "noindex")
    return wanted


def shape(answer):
    return answer.status, answer["location"], answer["cache-control"], answer["x-robots-tag"]


def test_redirects_sent_back_to_back_each_get_their_own_answer(pond, kinds):
    """A redirect thread uses finished answers again and changes their Location: nobody may get another's."""
    order = [code for turn in range(20) for code in sorted(kinds, key=lambda code: hash((turn, code)))]
    with Wire(pond.redirect) as wire:
        wire.send(b"".join(get(b"/" + code) for code in order))
        for code in order:
            answer = wire.answer()
            assert shape(answer) == kinds[code]
            assert len(answer.all("location")) == 1


def test_redirects_over_many_connections_at_once_each_get_their_own_answer(pond, kinds):
    wires = [(code, Wire(pond.redirect)) for code in kinds for _ in range(4)]
    try:
        for turn in range(10):
            for code, wire in wires:
                wire.send(get(b"/" + code, method=b"HEAD" if turn % 3 == 0 else b"GET"))
            for code, wire in wires:
                assert shape(wire.answer(head_only=True)) == kinds[code]
    finally:
        for _, wire in wires:
            wire.socket.close()


def test_head_is_answered_like_get_without_a_body(pond, code):
    for path in (b"/" + code, b"/nobody", b"/"):
        with Wire(pond.redirect) as wire:
            full = wire.send(get(path)).answer()
            head = wire.send(get(path, method=b"HEAD")).answer(head_only=True)
            assert head.status == full.status
            assert head["location"] == full["location"]
            assert head["content-length"] == full["content-length"]
            wire.send(get(b"/favicon.ico"))
            assert wire.answer().status == 204, "the answer to HEAD had a body"


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"BREW"])
def test_the_redirect_plane_takes_get_and_head_only(pond, code, method):
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    answer = ask(pond.redirect, get(b"/" + code, method=method))
    assert answer.status == 405
    assert answer["allow"] == "GET, HEAD"
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before


def test_options_tells_what_is_allowed(pond):
    answer = ask(pond.admin, get(b"/api/v1/links", method=b"OPTIONS"))
    assert answer.status == 204
    assert set(answer["allow"].replace(" ", "").split(",")) >= {"GET", "POST", "HEAD", "OPTIONS"}
    assert ask(pond.admin, get(b"/api/v1/links", method=b"BREW")).status == 405


# ---- bodies --------------------------------------------------------------------------------------------------------

def test_a_body_over_the_limit_is_refused_before_it_is_sent(pond):
    with Wire(pond.admin) as wire:
        wire.send(b"POST /api/v1/links HTTP/1.1\r\n" + HOST + b"Content-Length: 5000000\r\n\r\n")
        assert wire.answer().status == 413  # not one byte of it has come
        assert wire.is_closed()


def test_a_chunked_body_over_the_limit_is_refused(pond):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with Wire(pond.admin) as wire:
        wire.send(b"POST /api/v1/links HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + pond.key.encode() +
                  b"\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 20 + b"0\r\n\r\n")
        assert wire.answer().status == 413
        assert wire.is_closed()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_spooled_and_read(pond, chunked):
    """Over 256 KiB a body goes through a file; 1,000 links in one call are about that."""
    word = f"spooled-{int(chunked)}"
    body = json.dumps({"links": [{"url": f"https://www.example.com/{word}/{i}/" + "x" * 300} for i in range(900)]}).encode()
    assert 262144 < len(body) < 1048576
    head = b"POST /api/v1/bulk/links HTTP/1.1\r\n" + HOST + JSON + b"Authorization: Bearer " + pond.key.encode() + b"\r\n"
    if chunked:
        pieces = [body[i:i + 50000] for i in range(0, len(body), 50000)]
        sent = (head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n")
    else:
        sent = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    answer = ask(pond.admin, sent, patience=60)
    assert answer.status == 200, answer
    assert {row["status"] for row in json.loads(answer.body)["results"]} == {201}
    assert links_to(pond, word) == 900
    assert not [name for name in os.listdir(pond.data) if "body" in name]


def test_a_broken_chunk_is_refused(pond):
    with Wire(pond.admin) as wire:
        wire.send(b"POST /api/v1/links HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n")
        assert wire.answer().status == 400
        assert wire.is_closed()


def test_expect_100_continue(pond):
    body = b'{"url": "https://www.example.com/expected"}'
    head = (b"POST /api/v1/links HTTP/1.1\r\n" + HOST + JSON + b"Authorization: Bearer " + pond.key.encode() +
            b"\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n")
    with Wire(pond.admin) as wire:
        assert wire.send(head % len(body)).answer().status == 100
        assert wire.send(body).answer().status == 201
    with Wire(pond.admin) as wire:
        assert wire.send(head % 5000000).answer().status == 413  # and no invitation to send it


# ---- nothing a visitor sends can shape our headers -------------------------------------------------------------------

@pytest.mark.parametrize("query", [b"a=%0d%0aSet-Cookie:%20x=1", b"a=%0aX-Evil:1", b"%0d%0a%0d%0a<html>", b"utm_source=%0d%0aX-Evil:%201"], ids=repr)
def test_a_forwarded_query_cannot_split_the_answer(pond, code, query):
    answer = ask(pond.redirect, get(b"/" + code + b"?" + query))
    assert answer.status == 302
    assert answer["location"] == "https://www.example.com/wire?" + query.decode()
    assert not answer.all("set-cookie") and not answer.all("x-evil")


def test_raw_utf8_and_controls_in_a_query_go_out_percent_encoded(pond, code):
    answer = ask(pond.redirect, get(b"/" + code + "?q=链塘&z=1".encode()))
    assert answer["location"] == "https://www.example.com/wire?q=%E9%93%BE%E5%A1%98&z=1"
    answer = ask(pond.redirect, get(b"/" + code + b"?q=\x01\x7f\xff\"<>"))
    assert answer.status in (302, 400)
    if answer.status == 302:
        assert all(0x21 <= ord(c) <= 0x7e for c in answer["location"])


def test_the_host_of_a_request_is_never_echoed(pond, code):
    for host in (b"evil.example", b"<script>", b"s.test:80@evil.example", b"s.test\x01"):
        answer = ask(pond.redirect, get(b"/" + code, host=b"Host: " + host + b"\r\n"))
        assert answer["location"] in (None, "https://www.example.com/wire"), answer
        assert b"evil" not in answer.body and b"<script" not in answer.body
    evil = json.loads(ask(pond.admin, get(b"/api/v1/links/" + code, b"Authorization: Bearer " + pond.key.encode() + b"\r\n",
                                          host=b"Host: evil.example\r\n")).body)
    assert "evil" not in json.dumps(evil)


# ---- who asks ------------------------------------------------------------------------------------------------------

def test_a_stranger_cannot_claim_another_address_or_request_id(make_pond):
    """Only a trusted proxy may say who the visitor is; here 127.0.0.1 is nobody special."""
    pond = make_pond(trusted_proxies="192.0.2.1")
    code = pond.link("https://www.example.com/")["code"]
    headers = b"X-Forwarded-For: 203.0.113.77\r\nX-Request-ID: forged\r\nUser-Agent: " + WECHAT.encode() + b"\r\n"
    assert ask(pond.redirect, get(b"/" + code.encode(), headers)).status == 302
    click = wait_for(lambda: pond.clicks())[0]
    assert click["ip"].startswith("127.0.0.")
    assert not click["request_id"]


def test_only_the_last_hop_of_forwarded_for_counts(pond, code):
    """What a visitor sent stands to the left of what our proxy saw."""
    reply = pond.visit(code.decode(), ip="6.6.6.6, 198.51.100.23")
    assert pond.click_of(reply)["ip"].startswith("198.51.100.")
    reply = pond.visit(code.decode(), ip="6.6.6.6, nonsense")
    assert reply.status_code == 302
    assert not pond.click_of(reply)["ip"].startswith("6.6.6.")


# ---- slow, many ----------------------------------------------------------------------------------------------------

def drip(base, start, piece):
    """Sends a piece every tenth of a second for as long as the server puts up with it; True when it cut us off."""
    tick, count = threading.Event(), 0
    with Wire(base, 1) as wire:
        wire.socket.sendall(start)
        while count < 300:
            count += 1
            tick.wait(0.1)
            try:
                wire.socket.sendall(piece)
                wire.socket.setblocking(False)
                if wire.socket.recv(1) == b"":
                    return True
            except BlockingIOError:
                pass
            except OSError:
                return True
            wire.socket.setblocking(True)
    return False


@pytest.fixture(scope="module")
def hasty_pond(tmp_path_factory):
    from pond import Pond
    hasty = Pond(tmp_path_factory.mktemp("hasty")).start(idle_timeout="1s", request_deadline="1s")
    yield hasty
    hasty.stop()


@pytest.mark.parametrize("plane", PLANES)
def test_a_head_that_drips_in_is_cut_off(hasty_pond, plane):
    assert drip(hasty_pond.urls[plane], b"GET /x HTTP/1.1\r\n" + HOST + b"X-Slow: ", b"a")


@pytest.mark.parametrize("plane", PLANES)
def test_a_body_that_drips_in_is_cut_off(hasty_pond, plane):
    method = b"GET" if plane == "redirect" else b"POST"
    start = method + b" /api/v1/links HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n"
    assert drip(hasty_pond.urls[plane], start, b"a")


def test_a_long_import_without_a_word_is_still_answered(hasty_pond):
    """Longer than an idle connection may live: silence of ours is not the client's."""
    rows = b"alias,url,title\n" + b"".join(b"quiet-%d,https://www.example.com/quiet/%d,Title\n" % (i, i) for i in range(60000))
    reply = hasty_pond.api("POST", "/import?report=problems", 200, data=rows, headers={"Content-Type": "text/csv"})
    assert json.loads(reply.text.splitlines()[-1])["summary"]["rows"] == 60000


@pytest.mark.parametrize("plane", PLANES)
def test_an_idle_connection_is_closed(hasty_pond, plane):
    with Wire(hasty_pond.urls[plane], 20) as wire:
        wire.send(get(b"/?")).answer()
        assert wire.is_closed()


@pytest.mark.parametrize("plane", PLANES)
def test_clients_that_hang_up_midway_harm_nobody(pond, code, plane):
    request = create_link(pond, "https://www.example.com/cut-off") if plane != "redirect" else get(b"/nobody-cut")
    for cut in list(range(1, 60, 3)) + [len(request) - 1]:
        with Wire(pond.urls[plane]) as wire:
            wire.send(request[:cut])
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    still_serves(pond, code)
    assert links_to(pond, "cut-off") == 0


def test_running_out_of_descriptors_is_recovered_from(make_pond):
    """More connections than descriptors: some wait or are dropped, and when they are gone all is as before."""
    pond = make_pond(start=False)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        pond.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    code = pond.link("https://www.example.com/")["code"]
    held = []
    for i in range(300):
        held.append(socket.create_connection(("127.0.0.1", int(pond.urls[PLANES[i % 3]].rsplit(":", 1)[1])), 5))
    for connection in held:
        connection.close()
    wait_for(lambda: answers(pond, code), 30)
    assert pond.process.poll() is None
    reply = pond.visit(code)
    assert pond.click_of(reply)["outcome"] == "redirect"


def answers(pond, code):
    try:
        return pond.visit(code).status_code == 302 and pond.api("GET", "/readyz").status_code == 200
    except OSError:
        return False
