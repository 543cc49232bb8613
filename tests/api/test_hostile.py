# SPDX-License-Identifier: MIT
"""A user who means harm or has a bug: whatever comes, the answer is a problem that names the field, never 5xx, never a crash.

Run it against a build with sanitizers by LINKPOND_BIN=build/asan/linkpond.
"""
import concurrent.futures
import csv
import io
import itertools
import json
import random
import uuid

import pytest
import requests
from pond import SAFARI, WECHAT, Pond, wait_for

GOOD = "https://www.example.com/"


@pytest.fixture(autouse=True)
def alive(pond):
    yield
    assert pond.process.poll() is None, pond.log_text()[-4000:]
    assert "runtime error" not in pond.log_text() and "Sanitizer" not in pond.log_text()


def problem(reply, field=None, statuses=(400, 409, 413, 415, 422)):
    assert reply.status_code in statuses, f"{reply.request.body!r:.300}: {reply.status_code} {reply.text[:500]}"
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    told = reply.json()
    assert told["type"].startswith("urn:linkpond:problem:") and told["status"] == reply.status_code and told["title"]
    if field:
        assert field in [error["field"] for error in told.get("errors", [])], told
    return told


def post_raw(pond, body, content_type="application/json", path="/links"):
    return pond.api("POST", path, data=body, headers={"Content-Type": content_type})


# ---- JSON ----------------------------------------------------------------------------------------------------------

BAD_JSON = [b"", b" ", b"{", b"}", b"[]", b"null", b"true", b"1", b'"x"', b'{"url":}', b'{"url": "x"', b"{'url': 'x'}", b'{"url": "' + GOOD.encode() + b'",}',
            b'{"url": "a", "url": "b"}', b"\xef\xbb\xbf{}", b'{"url": "\xff\xfe"}', b'{"url": "\\ud800"}', b'{"url": "\\u0000"}', b'{"url": "a\x01b"}',
            b'{"url": NaN}', b"[" * 100000, b'{"a":' * 50000, b'{"url": 1e999}', b'{"max_clicks": 1' + b"0" * 500 + b"}", b"\0", b'{"url": "a"}\0', b'{"url": "a"} x',
            b'{"tags": [' + b'"a",' * 5000 + b'"a"]}', b'{' + b",".join(b'"k%d": 1' % i for i in range(20000)) + b"}"]


@pytest.mark.parametrize("body", BAD_JSON, ids=lambda body: repr(body[:24]))
def test_bodies_that_are_no_link(pond, body):
    problem(post_raw(pond, body))
    problem(post_raw(pond, body, path="/bulk/links"))
    problem(post_raw(pond, body, path="/domains"))
    problem(post_raw(pond, body, path="/keys"))
    problem(post_raw(pond, body, path="/tags"))


@pytest.mark.parametrize("content_type", ["text/html", "", "multipart/form-data; boundary=x", "application/xml", "application/jsonx", "a" * 5000])
def test_other_content_types(pond, content_type):
    problem(post_raw(pond, b'{"url": "https://www.example.com/"}', content_type), statuses=(415, 400, 422))


TEXTS = ["title", "alias", "domain", "campaign", "channel", "source", "utm_source", "utm_id", "fallback_url", "click_id_param", "owner", "customer", "external_id",
         "notes", "query_conflict", "if_exists", "valid_from", "valid_until"]
NUMBERS = ["redirect_status", "max_clicks"]
BOOLS = ["forward_query", "enabled", "archived", "crawlable"]


@pytest.mark.parametrize("field", TEXTS + ["url"])
@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["a"], {"a": 1}], ids=json.dumps)
def test_texts_of_another_type(pond, field, value):
    problem(pond.api("POST", "/links", json={"url": GOOD, field: value}), field)


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", ["1", "", True, [], {}, 1.5, -1, 2**31, 2**63 - 1, -2**63, 2**64, -2**64], ids=json.dumps)
def test_numbers_of_another_kind(pond, field, value):
    told = problem(pond.api("POST", "/links", json={"url": GOOD, field: value}))
    fits = not isinstance(value, int) or abs(value) <= 2**63  # else it is no number that JSON can carry to us, whatever the field
    assert not fits or told["errors"][0]["field"] == field, told


@pytest.mark.parametrize("field", BOOLS)
@pytest.mark.parametrize("value", ["true", 1, 0, [], {}], ids=json.dumps)
def test_switches_of_another_type(pond, field, value):
    problem(pond.api("POST", "/links", json={"url": GOOD, field: value}), field)


@pytest.mark.parametrize("value", [1, "a", {}, [1], [None], [[]], ["a" * 65], ["x"] * 51 + [str(i) for i in range(51)], ["a\nb"], ["\u0001"]],
                         ids=lambda value: json.dumps(value)[:20])
def test_tags_that_are_none(pond, value):
    told = problem(pond.api("POST", "/links", json={"url": GOOD, "tags": value}))
    assert told["errors"][0]["field"].startswith("tags"), told


@pytest.mark.parametrize("value", [1, "a", [], {"k" * 300: 1}, {str(i): i for i in range(21)}, {"k": "v" * 5000}, {"k": {"deep": {"er": []}}}, {"": 1}],
                         ids=lambda value: json.dumps(value)[:20])
def test_metadata_that_is_none(pond, value):
    reply = pond.api("POST", "/links", json={"url": GOOD, "metadata": value})
    if reply.status_code == 201:
        assert reply.json()["metadata"] == value, "taken, so it must come back as it was"
    else:
        problem(reply, "metadata")


@pytest.mark.parametrize("field, length", [("title", 513), ("notes", 4097), ("alias", 65), ("campaign", 65), ("channel", 65), ("source", 129), ("utm_source", 256),
                                           ("utm_content", 256), ("external_id", 129), ("customer", 129), ("owner", 129), ("click_id_param", 65)])
def test_texts_past_their_bound(pond, field, length):
    problem(pond.api("POST", "/links", json={"url": GOOD, field: "a" * length}), field)
    problem(pond.api("POST", "/links", json={"url": GOOD, field: "a" * 100000}), field)


@pytest.mark.parametrize("field", ["password", "rules", "targets", "og", "id", "code", "no_such_field", "Url", "url ", "__proto__"])
def test_fields_that_are_not_taken(pond, field):
    problem(pond.api("POST", "/links", json={"url": GOOD, field: "x"}), field)


@pytest.mark.parametrize("value", ["tomorrow", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T25:00:00Z",
                                   "99999-01-01T00:00:00Z", "2026-01-01T00:00:00+99:00", "-1", "0000-00-00T00:00:00Z", "2026-01-01T00:00:00Z\n"])
def test_times_that_are_none(pond, value):
    problem(pond.api("POST", "/links", json={"url": GOOD, "valid_until": value}), "valid_until")


def test_blanks_around_what_was_pasted_are_cut_off(pond):
    assert pond.link("  \t" + GOOD + "pasted \r\n", tags=["", " a "])["url"] == GOOD + "pasted"


# ---- targets -------------------------------------------------------------------------------------------------------

BAD_TARGETS = ["", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://example.com/", "//example.com/", "/x", "x",
               "http:", "http://", "http:///x", "https://", "https:www.example.com", "http:\\\\example.com", "https://user@www.example.com/", "https://u:p@www.example.com/",
               "https://www.example.com:99999/", "https://www.example.com:x/", "https://www.example.com:0/", "https://[::1/", "https://[zz]/", "https://a b.example.com/",
               "https://www.example.com/\r\nX: y", "https://www.example.com/\nx", "https://www.exa\tmple.com/", "https://a..example.com/",
               "https://" + "a" * 64 + ".example.com/", "https://" + "a." * 127 + "com.example/", "https://www.example.com/" + "x" * 2048, "https://%00.example.com/",
               "https://\u202e.example.com/", "https://www.example.com/\x7f"]
PRIVATE = ["http://127.0.0.1/", "http://localhost/", "http://LOCALHOST./", "http://127.1/", "http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://[::1]/",
           "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
           "http://[fe80::1]/", "http://[fd00::1]/", "http://0.0.0.0/", "http://0/", "http://100.64.0.1/", "http://[::]/", "http://[64:ff9b::7f00:1]/",
           "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://sub.localhost/"]
OWN = ["http://s.test/x", "https://s.test/", "http://S.TEST/x", "http://s.test./x", "http://s.test:8443/x", "http://ｓ.test/x", "http://s。test/x", "http://s.tes\u00adt/x"]


@pytest.mark.parametrize("url", BAD_TARGETS + PRIVATE + OWN, ids=lambda url: ascii(url)[:40])
def test_targets_that_are_refused_everywhere(pond, url):
    problem(pond.api("POST", "/links", json={"url": url}), "url")
    if url:
        problem(pond.api("POST", "/links", json={"url": GOOD, "fallback_url": url}), "fallback_url")
    link = pond.link(GOOD)
    problem(pond.api("PATCH", f"/links/{link['id']}", json={"url": url}), "url")
    bulk = pond.api("POST", "/bulk/links", 200, json={"links": [{"url": url}]}).json()["results"][0]
    assert bulk["status"] in (400, 422), bulk
    form = pond.api("POST", "/links", data={"url": url})
    problem(form)
    if url.strip():
        problem(pond.api("PATCH", "/domains/s.test", json={"root_url": url}), "root_url")


# ---- aliases, tags and domains in disguise ---------------------------------------------------------------------------

@pytest.mark.parametrize("alias", ["a", "-/x", "a/b", "a b", "a.b", "ü", "中文", "a\u200bb", "а-cyrillic", "a%20b", "a+", "+", "../x", "a\n", "\u202eabc", "ａｂｃ",
                                   "api", "API", "-", "assets", "healthz", "robots.txt", "favicon.ico", "metrics"], ids=ascii)
def test_aliases_that_are_refused(pond, alias):
    reply = pond.api("POST", "/links", json={"url": GOOD, "alias": alias})
    problem(reply, "alias")


def test_an_alias_cannot_take_the_place_of_a_code(pond):
    code = pond.link(GOOD)["code"]
    told = problem(pond.api("POST", "/links", json={"url": "https://phish.example.com/", "alias": code}), "alias", (409, 422))
    assert told["status"] == 409
    assert pond.visit(code).headers["Location"] == GOOD


@pytest.mark.parametrize("host", ["", " ", "a b", "http://x.test", "x.test/", "x.test/path", "*.x.test", "x..test", "x.test:99999", "x.test:x",
                                  "user@x.test", "a" * 64 + ".test", "x" * 300, "x.test\n", "x.test\r\nX: y", "\u202e.test", "<b>.test", "x.test?", "x.test#"], ids=ascii)
def test_domains_that_are_none(pond, host):
    problem(pond.api("POST", "/domains", json={"host": host}), "host")


def test_domains_in_disguise_are_the_same(pond):
    pond.api("POST", "/domains", 201, json={"host": "Bücher.test"})
    for twin in ("bücher.test", "BÜCHER.TEST.", "xn--bcher-kva.test", "bu\u0308cher.test", "ｂücher.test"):
        problem(pond.api("POST", "/domains", json={"host": twin}), "host", (409, 422))
    assert [d["host"] for d in pond.api("GET", "/domains", 200).json()["items"]].count("xn--bcher-kva.test") == 1


@pytest.mark.parametrize("key", ["", " ", "a" * 65, "a\nb", "\u202eabc"], ids=ascii)
def test_label_keys_that_are_none(pond, key):
    for kind in ("tags", "campaigns", "channels"):
        problem(pond.api("POST", f"/{kind}", json={"key": key}), "key")


# ---- queries, references, cursors ------------------------------------------------------------------------------------

NASTY = ["", "'", "\"", "%00", "%ff", "%", "../..", "a' OR '1'='1", "%%%", "_" * 500, "x" * 3000, "-1", "0", "9" * 40, "1e9", "NaN", "null", "\u202e", "lnk_", "lnk_-1", "lnk_0", "lnk_1x",
         "lnk_99999999999999999999", "ext:", "ext:%00", "lnk_1%2f..", "*", "(", "\\", "; DROP TABLE link", "zzzzzzz", "ZZZZZZZZZZ", "zzzzzzzzzzz"]


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text)[:24])
def test_no_reference_breaks_anything(pond, text):
    raw = requests.utils.quote(text, safe="%")
    for method, path in itertools.product(("GET", "PATCH", "DELETE"), (f"/links/{raw}", f"/tags/{raw}", f"/campaigns/{raw}", f"/keys/{raw}", f"/domains/{raw}")):
        if raw and not raw.startswith(("..", "%2e")):
            reply = pond.api(method, path, json={"title": "x"} if method == "PATCH" else None)
            assert reply.status_code in (200, 204, 400, 404, 405, 409, 414, 415, 422), (method, path, reply.status_code, reply.text[:300])


LIST_PARAMS = ["q", "tag", "campaign", "channel", "owner", "domain", "state", "sort", "limit", "cursor", "archived"]
STATS_PARAMS = ["link", "campaign", "class", "from", "to", "period", "tz", "interval", "group_by", "metrics", "compare", "limit", "hour", "weekday", "utm_source", "not_source", "qr", "after",
                "cursor", "order", "format", "count", "request_id"]


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text)[:24])
def test_no_parameter_breaks_anything(pond, text):
    for path, names in (("/links", LIST_PARAMS), ("/stats", STATS_PARAMS), ("/clicks", STATS_PARAMS), ("/export", ["format", "q"]), ("/tags", LIST_PARAMS)):
        for name in names:
            reply = pond.api("GET", f"{path}?{name}={requests.utils.quote(text, safe='%')}")
            assert reply.status_code in (200, 400, 404, 409, 414, 422), (path, name, reply.status_code, reply.text[:300])
            if reply.status_code >= 400:
                assert reply.json()["status"] == reply.status_code


def test_cursors_of_another_list_are_refused_or_harmless(pond):
    for i in range(3):
        pond.link(GOOD, title=f"t{i}")
    cursor = pond.api("GET", "/links", 200, params={"limit": 1, "sort": "title"}).json()["next_cursor"]
    for path, params in (("/links", {"sort": "-clicks"}), ("/clicks", {}), ("/links", {"sort": "created"})):
        reply = pond.api("GET", path, params={**params, "cursor": cursor})
        assert reply.status_code in (200, 400, 422), reply.text
    chance = random.Random(3)
    for _ in range(200):
        broken = list(cursor)
        broken[chance.randrange(len(broken))] = chance.choice("ABCxyz019-_=+/%")
        reply = pond.api("GET", "/links", params={"sort": "title", "cursor": "".join(broken)})
        assert reply.status_code in (200, 400, 422), reply.text


def test_large_lists_fit_into_an_answer(pond):
    """1,000 links as large as they may be on one page."""
    body = {"links": [{"url": GOOD + "x" * 1900, "tags": ["large"], "notes": "\"" * 4096, "title": "<" * 512, "metadata": {"k": "v" * 4000}} for _ in range(40)]}
    for _ in range(25):
        done = pond.api("POST", "/bulk/links", 200, json=body).json()["results"]
        assert {row["status"] for row in done} == {201}, done[0]
    seen, cursor = 0, None
    while True:
        reply = pond.api("GET", "/links", params={"tag": "large", "limit": 1000, **({"cursor": cursor} if cursor else {})})
        assert reply.status_code == 200, reply.text[:500]
        seen += len(reply.json()["items"])
        cursor = reply.json()["next_cursor"]
        if not cursor:
            break
    assert seen == 1000


def test_a_bulk_call_with_too_many_or_odd_items(pond):
    problem(pond.api("POST", "/bulk/links", json={"links": [{"url": GOOD}] * 1001}), "links")
    rows = pond.api("POST", "/bulk/links", 200, json={"links": [{"url": GOOD}, 1, None, [], "x", {}, {"url": 5}, {"url": GOOD, "alias": "bulk-odd"}, {"url": GOOD, "alias": "bulk-odd"}]})
    assert [row["status"] for row in rows.json()["results"]][0] == 201
    assert all(400 <= row["status"] < 500 for row in rows.json()["results"][1:7]), rows.text[:2000]
    assert [row["status"] for row in rows.json()["results"]][7:] == [201, 409]


@pytest.mark.parametrize("value", [None, 1, "x", [], [{}], True], ids=json.dumps)
def test_a_bulk_edit_that_says_nothing_to_set(pond, value):
    problem(pond.api("PATCH", "/bulk/links", json={"refs": ["lnk_1"], "set": value}), "set")


# ---- what comes out again --------------------------------------------------------------------------------------------

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{title}}</title>"


def test_no_script_gets_into_a_page(pond):
    link = pond.link(GOOD + "?q=<script>", title=EVIL, notes=EVIL, utm_source=EVIL, campaign="<i>c</i>", tags=["<b>t</b>"], channel="<u>ch</u>")
    preview = pond.visit(f"-/preview?code={link['code']}&host=s.test", base=pond.public)
    session = requests.Session()
    signed = session.post(pond.admin + "/api/v1/session", json={"key": pond.key}, headers={"Sec-Fetch-Site": "same-origin"}, timeout=10)
    cookie = {"Cookie": signed.headers["Set-Cookie"].split(";")[0], "Host": pond.admin.split("//")[1], "Accept": "text/html"}
    pages = [preview, requests.get(pond.admin + "/desk/form", headers=cookie, timeout=10), requests.get(pond.admin + f"/desk/form?q={requests.utils.quote(EVIL)}", headers=cookie, timeout=10),
             pond.visit(requests.utils.quote(EVIL)), pond.visit("-/preview?code=" + requests.utils.quote(EVIL) + "&host=" + requests.utils.quote(EVIL), base=pond.public)]
    for page in pages:
        assert "<script>alert" not in page.text and "<img src=x" not in page.text and "<b>t</b>" not in page.text, page.text[:3000]
        if "html" in page.headers.get("Content-Type", ""):
            policy = page.headers["Content-Security-Policy"]
            assert "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "\n=", ";="], ids=repr)
def test_no_formula_gets_into_a_spreadsheet(pond, start):
    text = start + 'HYPERLINK("http://evil.example")'
    made = pond.api("POST", "/links", json={"url": GOOD, "title": text, "notes": text, "utm_source": text.strip() or "x"})
    code = made.json()["code"] if made.status_code == 201 else pond.link(GOOD)["code"]
    pond.visit(code + "?utm_source=" + requests.utils.quote(text), ua=WECHAT, headers={"Referer": ("https://x.example/" + text.strip()).encode()})
    pond.drain()
    for path, params in (("/export", {"format": "csv"}), ("/clicks", {"format": "csv", "class": "all", "period": "all"})):
        reply = pond.api("GET", path, 200, params=params)
        for row in csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))):
            for cell in row:
                assert not cell.lstrip(" \t\r\n").startswith(("=", "+", "-HYPER", "@")), (path, cell)


def test_log_lines_stay_lines(pond):
    pond.visit("x", ua='a"\\\u0007b', headers={"Referer": "http://x/\u001b[31m"})
    for line in pond.log_text().splitlines():
        if line.startswith("{"):
            json.loads(line)


# ---- races -----------------------------------------------------------------------------------------------------------

def together(count, work):
    with concurrent.futures.ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(work, range(count)))


def test_the_same_new_tag_from_all_sides(pond):
    tag = uuid.uuid4().hex
    replies = together(24, lambda i: pond.api("POST", "/links", json={"url": f"{GOOD}{i}", "tags": [tag, f"{tag}-{i % 3}"], "campaign": tag, "channel": tag}))
    assert {reply.status_code for reply in replies} == {201}
    assert pond.api("GET", "/links", 200, params={"tag": tag}).json()["total"] == 24
    assert len({reply.json()["code"] for reply in replies}) == 24


def test_the_same_alias_from_all_sides_is_given_once(pond):
    alias = uuid.uuid4().hex[:20]
    replies = together(24, lambda i: pond.api("POST", "/links", json={"url": f"{GOOD}{i}", "alias": alias}))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 23
    winner = next(reply for reply in replies if reply.status_code == 201).json()
    assert pond.visit(alias).headers["Location"] == winner["url"]
    for reply in replies:
        if reply.status_code == 409:
            assert reply.json()["existing"]["id"] == winner["id"]


@pytest.mark.parametrize("mode", ["return", "update"])
def test_if_exists_from_all_sides_makes_one(pond, mode):
    name = uuid.uuid4().hex
    replies = together(16, lambda i: pond.api("POST", "/links", json={"url": GOOD + name, "external_id": name, "if_exists": mode}))
    assert sorted(reply.status_code for reply in replies) == [200] * 15 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1


def test_one_idempotency_key_makes_one_link(pond):
    key, word = uuid.uuid4().hex, uuid.uuid4().hex
    replies = together(16, lambda i: pond.api("POST", "/links", json={"url": GOOD + word}, headers={"Idempotency-Key": key}))
    assert {reply.status_code for reply in replies} <= {201, 409}
    made = [reply.json()["id"] for reply in replies if reply.status_code == 201]
    assert made and len(set(made)) == 1
    assert pond.api("GET", "/links", 200, params={"q": word}).json()["total"] == 1
    again = pond.api("POST", "/links", 201, json={"url": GOOD + word}, headers={"Idempotency-Key": key})
    assert again.json()["id"] == made[0]
    problem(pond.api("POST", "/links", json={"url": GOOD + "other"}, headers={"Idempotency-Key": key}), statuses=(422,))


def test_one_entity_tag_lets_one_edit_through(pond):
    link = pond.link(GOOD)
    tag = pond.api("GET", f"/links/{link['id']}", 200).headers["ETag"]
    replies = together(12, lambda i: pond.api("PATCH", f"/links/{link['id']}", json={"title": f"t{i}"}, headers={"If-Match": tag}))
    assert sorted(reply.status_code for reply in replies) == [200] + [412] * 11
    title = next(reply for reply in replies if reply.status_code == 200).json()["title"]
    assert pond.api("GET", f"/links/{link['id']}", 200).json()["title"] == title
    for broken in ('"', "x", 'W/"r1"', '"r99999999999999999999"', '"r-1"', '"r0"', ",,,", "*, *"):
        reply = pond.api("PATCH", f"/links/{link['id']}", json={"title": "y"}, headers={"If-Match": broken})
        assert reply.status_code in (400, 412), (broken, reply.status_code)


def test_edits_deletes_and_visits_at_once(pond):
    links = [pond.link(GOOD, alias=f"storm-{uuid.uuid4().hex[:8]}") for _ in range(6)]

    def storm(i):
        chance, seen = random.Random(i), set()
        for _ in range(15):
            link = chance.choice(links)
            act = chance.randrange(5)
            if act == 0:
                seen.add(pond.api("PATCH", f"/links/{link['id']}", json={"url": f"{GOOD}{i}", "tags": [f"s{chance.randrange(4)}"]}).status_code)
            elif act == 1:
                seen.add(pond.api("DELETE", f"/links/{link['id']}").status_code)
            elif act == 2:
                seen.add(pond.api("POST", f"/links/{link['id']}/restore").status_code)
            elif act == 3:
                seen.add(pond.api("GET", "/stats", params={"link": link["id"], "group_by": "tag"}).status_code)
            else:
                seen.add(pond.visit(chance.choice([link["code"], link["aliases"][0]]), ua=SAFARI).status_code)
        return seen

    for seen in together(8, storm):
        assert seen <= {200, 201, 204, 302, 404, 409, 410, 429}, seen


# ---- keys ------------------------------------------------------------------------------------------------------------

def make_key(pond, **fields):
    return pond.api("POST", "/keys", 201, json={"name": uuid.uuid4().hex, **fields}).json()["key"]


@pytest.mark.parametrize("credentials", ["", "Bearer", "Bearer ", "Bearer lp_", "Bearer lp_x", "Basic YWRtaW46YWRtaW4=", "bearer lp_" + "a" * 43, "Bearer " + "a" * 5000, "Bearer lp_\u00ff"], ids=ascii)
def test_wrong_credentials_all_look_alike(make_pond, credentials):
    pond = make_pond()
    reply = requests.get(pond.admin + "/api/v1/links", headers={"Authorization": credentials.encode("latin-1")}, timeout=10)
    assert reply.status_code == 401 and reply.json()["type"].endswith(":unauthorized") and reply.headers["WWW-Authenticate"]


def test_scopes_hold(pond):
    reader = make_key(pond, scopes=["links:read"])
    link = pond.link(GOOD)
    assert pond.api("GET", f"/links/{link['id']}", key=reader).status_code == 200
    for method, path, body in (("POST", "/links", {"url": GOOD}), ("PATCH", f"/links/{link['id']}", {"title": "x"}), ("DELETE", f"/links/{link['id']}", None),
                               ("GET", "/stats", None), ("GET", "/clicks", None), ("GET", "/keys", None), ("POST", "/keys", {"name": "x", "scopes": ["admin"]}),
                               ("POST", "/domains", {"host": "x.test"}), ("POST", "/bulk/links", {"links": [{"url": GOOD}]}), ("POST", "/tags", {"key": "x"}),
                               ("POST", "/backup", None), ("GET", "/metrics", None), ("POST", "/import", None)):
        reply = pond.api(method, path, key=reader, json=body)
        assert reply.status_code == 403, (method, path, reply.status_code, reply.text[:300])


def test_a_key_bound_to_a_domain_sees_nothing_foreign(pond):
    pond.api("POST", "/domains", 201, json={"host": "bound.test", "scheme": "http"})
    bound = make_key(pond, scopes=["links:read", "links:write", "stats:read"], domain="bound.test")
    foreign = pond.link(GOOD + "foreign-secret", alias="foreign-secret", external_id="foreign-secret", title="foreign-secret")
    mine = pond.api("POST", "/links", 201, key=bound, json={"url": GOOD + "mine", "domain": "bound.test"}).json()
    pond.click_of(pond.visit(foreign["code"]))
    for ref in (foreign["id"], foreign["code"], "foreign-secret", "ext:foreign-secret"):
        for method, path, body in (("GET", f"/links/{ref}", None), ("PATCH", f"/links/{ref}", {"title": "x"}), ("DELETE", f"/links/{ref}", None),
                                   ("POST", f"/links/{ref}/restore", None), ("GET", f"/links/{ref}/qr", None), ("DELETE", f"/links/{ref}?purge=true", None)):
            reply = pond.api(method, path, key=bound, json=body)
            assert reply.status_code in (403, 404) and "foreign-secret" not in reply.text.replace(str(ref), ""), (method, path, reply.status_code, reply.text[:300])
    for path, params in (("/links", {}), ("/links", {"q": "foreign"}), ("/clicks", {"class": "all", "period": "all"}), ("/export", {}), ("/clicks", {"format": "csv", "period": "all"}),
                         ("/clicks", {"link": foreign["id"]}), ("/links", {"domain": "s.test"})):
        reply = pond.api("GET", path, key=bound, params=params)
        assert "foreign-secret" not in reply.text and foreign["code"] not in reply.text, (path, params)
    assert pond.api("GET", "/stats", 200, key=bound, params={"period": "all", "class": "all"}).json()["totals"]["clicks"] == 0
    assert pond.api("GET", "/links", 200, key=bound).json()["total"] == 1
    for body in ({"url": GOOD}, {"url": GOOD, "domain": "s.test"}):
        reply = pond.api("POST", "/links", key=bound, json=body)
        assert reply.status_code in (403, 404, 422) or reply.json()["domain"] == "bound.test", reply.text
    assert pond.api("PATCH", f"/links/{mine['id']}", key=bound, json={"domain": "s.test"}).status_code in (403, 404, 409, 422)
    taken = pond.api("POST", "/links", key=bound, json={"url": GOOD + "x", "external_id": "foreign-secret", "if_exists": "return", "domain": "bound.test"})
    assert "foreign" not in taken.text.replace("foreign-secret", "", 1) and taken.status_code in (201, 403, 409, 422)
    bulk = pond.api("PATCH", "/bulk/links", key=bound, json={"refs": [foreign["id"]], "set": {"title": "taken over"}})
    assert all(row["status"] in (403, 404) for row in bulk.json().get("results", [])), bulk.text
    pond.api("DELETE", "/bulk/links", key=bound, json={"filter": {"q": "foreign"}})
    again = pond.api("GET", f"/links/{foreign['id']}", 200).json()
    assert (again["title"], again["state"]) == ("foreign-secret", "active")
    for method, path, body in (("POST", "/keys", {"name": "x"}), ("GET", "/keys", None), ("POST", "/domains", {"host": "more.test"}), ("PATCH", "/domains/bound.test", {"enabled": False})):
        assert pond.api(method, path, key=bound, json=body).status_code == 403


def test_a_revoked_key_is_out_at_once(pond):
    made = pond.api("POST", "/keys", 201, json={"name": "short-lived", "scopes": ["links:read"]}).json()
    assert pond.api("GET", "/links", key=made["key"]).status_code == 200
    pond.api("DELETE", f"/keys/{made['id']}", 204)
    assert pond.api("GET", "/links", key=made["key"]).status_code == 401


def test_guessing_is_slowed_and_owners_are_not(make_pond):
    pond = make_pond()
    code = pond.link(GOOD)["code"]
    statuses = [requests.get(pond.admin + "/api/v1/links", headers={"Authorization": f"Bearer lp_{i:043d}"}, timeout=10).status_code for i in range(40)]
    assert statuses[0] == 401 and statuses[-1] == 429
    assert pond.api("GET", "/links").status_code == 200, "the owner of a key is not locked out by somebody's guesses"
    misses = [pond.visit(f"guess{i:04d}").status_code for i in range(400)]
    assert misses[0] == 404 and 429 in misses
    assert pond.visit(code).status_code == 302
    wait_for(lambda: pond.visit("guess", ip="198.51.100.77").status_code == 404)


def test_pond_is_sound_after_all_of_this(pond):
    pond.drain()
    done = pond.cli("check", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert isinstance(pond, Pond)
