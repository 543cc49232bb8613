# SPDX-License-Identifier: MIT
"""What a visitor gets for every state a link can be in, and what the ledger keeps of it, straight from the redirect listener."""
import concurrent.futures
import datetime
import uuid

import pytest
from pond import API_STEP, GOOGLEBOT, SAFARI, WECHAT, wait_for

TARGET = "https://www.example.com/landing"
YEAR = datetime.timedelta(days=365)


def rfc3339(delta):
    return (datetime.datetime.now(datetime.timezone.utc) + delta).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def domain(pond):
    """A second short domain that serves only its own links."""
    return pond.api("POST", "/domains", 201, json={"host": "own.test", "scheme": "http", "serves": "own"}).json()


def check(pond, reply, status, outcome, location=None):
    """The answer, and the one row of the ledger that it left."""
    assert reply.status_code == status, reply.text[:500]
    assert reply.headers.get("Location") == location
    assert pond.click_of(reply)["outcome"] == outcome


# ---- outcomes ------------------------------------------------------------------------------------------------------

def test_redirect(pond):
    reply = pond.visit(pond.link(TARGET)["code"])
    check(pond, reply, 302, "redirect", TARGET)
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.text == ""


def test_unknown_codes_are_in_the_ledger(pond):
    reply = pond.visit("nobody?utm_source=poster")
    check(pond, reply, 404, "unknown")
    click = pond.click_of(reply)
    assert (click["link"], click["code"], click["utm_source"]) == (None, "nobody", "poster")
    assert reply.headers["Cache-Control"] == "no-store"


def test_not_started(pond):
    reply = pond.visit(pond.link(TARGET, valid_from=rfc3339(YEAR))["code"])
    check(pond, reply, 404, "not_started")
    assert rfc3339(YEAR)[:7] in reply.text  # the day may differ by zone


def test_expired(pond):
    check(pond, pond.visit(pond.link(TARGET, valid_until=rfc3339(-YEAR))["code"]), 410, "expired")


def test_used_up(pond):
    code = pond.link(TARGET, max_clicks=1)["code"]
    check(pond, pond.visit(code), 302, "redirect", TARGET)
    check(pond, pond.visit(code), 410, "used_up")


def test_disabled_and_enabled_again(pond):
    link = pond.link(TARGET, enabled=False)
    check(pond, pond.visit(link["code"]), 410, "disabled")
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"enabled": True})
    check(pond, pond.visit(link["code"]), 302, "redirect", TARGET)


def test_bin_restore_and_purge(pond):
    link = pond.link(TARGET, alias="to-the-bin")
    pond.api("DELETE", f"/links/{link['id']}", 204)
    for path in (link["code"], "to-the-bin"):
        check(pond, pond.visit(path), 410, "disabled")
    pond.api("POST", f"/links/{link['id']}/restore", 200)
    for path in (link["code"], "to-the-bin"):
        check(pond, pond.visit(path), 302, "redirect", TARGET)
    pond.api("DELETE", f"/links/{link['id']}", 204, params={"purge": "true"})
    assert pond.visit(link["code"]).status_code in (404, 410)
    assert pond.link(TARGET)["code"] != link["code"]
    pond.restart()
    assert pond.visit(link["code"]).status_code in (404, 410)
    assert pond.api("GET", f"/links/{link['id']}").status_code in (404, 410)


@pytest.mark.parametrize("fields, outcome", [
    ({"valid_from": rfc3339(YEAR)}, "not_started"), ({"valid_until": rfc3339(-YEAR)}, "expired"), ({"enabled": False}, "disabled")],
    ids=lambda value: value if isinstance(value, str) else "")
def test_a_fallback_takes_the_place_of_every_closed_door(pond, fields, outcome):
    fallback = "https://www.example.com/instead"
    check(pond, pond.visit(pond.link(TARGET, fallback_url=fallback, **fields)["code"]), 302, "fallback", fallback)


def test_a_fallback_takes_the_place_of_used_up(pond):
    fallback = "https://www.example.com/sold-out"
    code = pond.link(TARGET, fallback_url=fallback, max_clicks=1)["code"]
    check(pond, pond.visit(code), 302, "redirect", TARGET)
    check(pond, pond.visit(code), 302, "fallback", fallback)


# ---- statuses ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_statuses_and_what_may_be_kept(pond, status):
    reply = pond.visit(pond.link(TARGET, redirect_status=status)["code"])
    check(pond, reply, status, "redirect", TARGET)
    assert reply.headers["Cache-Control"] == ("private, max-age=90" if status in (301, 308) else "no-store")


def test_an_edit_is_seen_by_the_next_visit(pond):
    link = pond.link(TARGET)
    for i in range(20):
        url = f"https://www.example.com/{i}"
        pond.api("PATCH", f"/links/{link['id']}", 200, json={"url": url})
        assert pond.visit(link["code"]).headers["Location"] == url


# ---- domains -------------------------------------------------------------------------------------------------------

def test_a_domain_of_its_own_serves_its_links_only(pond, domain):
    here, there = pond.link(TARGET), pond.link(TARGET, domain=domain["host"], alias="spring")
    check(pond, pond.visit(there["code"], host="own.test"), 302, "redirect", TARGET)
    check(pond, pond.visit("spring", host="own.test"), 302, "redirect", TARGET)
    check(pond, pond.visit(here["code"], host="own.test"), 404, "unknown")
    assert pond.click_of(pond.visit("spring", host="own.test"))["host"] == "own.test"


def test_a_domain_that_serves_all_finds_any_code_but_only_its_own_aliases(pond, domain):
    there = pond.link(TARGET, domain=domain["host"], alias="only-there")
    check(pond, pond.visit(there["code"]), 302, "redirect", TARGET)
    check(pond, pond.visit("only-there"), 404, "unknown")


def test_the_same_alias_on_two_domains(pond, domain):
    pond.link("https://www.example.com/one", alias="sale")
    pond.link("https://www.example.com/two", alias="sale", domain=domain["host"])
    assert pond.visit("sale").headers["Location"] == "https://www.example.com/one"
    assert pond.visit("sale", host="own.test").headers["Location"] == "https://www.example.com/two"
    assert pond.api("GET", "/links/sale").status_code == 409
    assert pond.api("GET", "/links/sale", 200, params={"domain": "own.test"}).json()["url"] == "https://www.example.com/two"


@pytest.mark.parametrize("host", ["S.TEST", "s.test:80", "s.test.", "S.Test.:8443"])
def test_a_host_is_found_however_it_is_written(pond, host):
    assert pond.visit(pond.link(TARGET)["code"], host=host).status_code == 302


def test_a_stranger_s_host_serves_nothing(pond):
    code = pond.link(TARGET)["code"]
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    assert pond.visit(code, host="elsewhere.test").status_code == 404
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before


def test_a_disabled_domain_serves_nothing(pond):
    pond.api("POST", "/domains", 201, json={"host": "off.test", "scheme": "http"})
    code = pond.link(TARGET, domain="off.test")["code"]
    assert pond.visit(code, host="off.test").status_code == 302
    pond.api("PATCH", "/domains/off.test", 200, json={"enabled": False})
    assert pond.visit(code, host="off.test").status_code == 404


def test_a_domain_s_own_addresses_for_what_it_has_not(pond):
    root, missing, expired = (f"https://www.example.com/{name}" for name in ("root", "missing", "expired"))
    pond.api("POST", "/domains", 201, json={"host": "brand.test", "scheme": "http", "root_url": root, "not_found_url": missing,
                                           "expired_url": expired})
    reply = pond.visit("", host="brand.test")
    assert (reply.status_code, reply.headers["Location"]) == (302, root)
    check(pond, pond.visit("nobody", host="brand.test"), 302, "unknown", missing)
    old = pond.link(TARGET, domain="brand.test", valid_until=rfc3339(-YEAR))["code"]
    check(pond, pond.visit(old, host="brand.test"), 302, "fallback", expired)
    off = pond.link(TARGET, domain="brand.test", enabled=False)["code"]
    check(pond, pond.visit(off, host="brand.test"), 302, "fallback", expired)


# ---- aliases -------------------------------------------------------------------------------------------------------

def test_aliases_keep_their_case(pond):
    pond.link("https://www.example.com/lower", alias="case")
    pond.link("https://www.example.com/upper", alias="CASE")
    assert pond.visit("case").headers["Location"].endswith("lower")
    assert pond.visit("CASE").headers["Location"].endswith("upper")
    assert pond.visit("Case").status_code == 404


def test_aliases_may_be_folded_from_the_start(make_pond):
    pond = make_pond(init_args=("--fold-case",))
    link = pond.link(TARGET, alias="Summer")
    for path in ("summer", "SUMMER", "Summer"):
        assert pond.visit(path).status_code == 302
    swapped = link["code"].swapcase()
    if swapped != link["code"]:
        assert pond.visit(swapped).status_code == 404, "codes are never folded"


def test_imported_aliases_may_have_slashes_and_any_letters(pond):
    rows = "Long URL,Short code\nhttps://www.example.com/imported/1,spring/sale/2024\nhttps://www.example.com/imported/2,春天/特价\n"
    done = pond.api("POST", "/import", data=rows.encode(), headers={"Content-Type": "text/csv"})
    assert done.status_code == 200, done.text
    for path, number in (("spring/sale/2024", 1), ("spring%2Fsale/2024", 1), ("春天/特价", 2), ("%E6%98%A5%E5%A4%A9/%e7%89%b9%e4%bb%b7", 2)):
        reply = pond.visit(path)
        assert reply.headers.get("Location") == f"https://www.example.com/imported/{number}", (path, reply.status_code, done.text)


# ---- preview, robots, pages ------------------------------------------------------------------------------------------

def test_code_plus_previews_and_counts_nothing(pond):
    link = pond.link(TARGET, title="<b>Sale</b> & more")
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    reply = pond.visit(link["code"] + "+")
    assert reply.status_code == 302 and reply.headers["Location"].startswith(pond.public + "/-/preview?")
    page = pond.visit(reply.headers["Location"].split("/", 3)[3], base=pond.public)
    assert page.status_code == 200
    assert "www.example.com" in page.text and "&lt;b&gt;Sale&lt;/b&gt; &amp; more" in page.text
    assert "script" not in page.headers["Content-Security-Policy"].split("default-src 'none'")[1]
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before
    gone = pond.visit("nobody+")
    assert pond.visit(gone.headers["Location"].split("/", 3)[3], base=pond.public).status_code == 404


def test_a_preview_says_where_to_report_a_link(pond, make_pond):
    with_contact = make_pond("contact", abuse_email='abuse+"lp"@s.test')
    for where, shown in ((with_contact, True), (pond, False)):
        link = where.link(TARGET)
        page = where.visit(f"-/preview?code={link['code']}&host={where.domain}", base=where.public, headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert ("mailto:abuse+&quot;lp&quot;@s.test?subject=http%3A%2F%2Fs.test%2F" + link["code"] in page.text) == shown
        assert ("Report this link" in page.text) == shown


def test_robots_favicon_and_front_page_are_no_clicks(pond):
    before = pond.metrics()["linkpond_clicks_journalled_total"]
    assert pond.visit("robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert pond.visit("favicon.ico").status_code == 204
    assert pond.visit("").status_code == 200
    assert pond.metrics()["linkpond_clicks_journalled_total"] == before


@pytest.mark.parametrize("language, words", [("zh-CN,zh;q=0.9", "没有找到这个链接"), ("en-GB", "There is no such link"), (None, "There is no such link"),
                                             ("en;q=0.5, zh-TW", "没有找到这个链接"), ("fr, de;q=0.9", "There is no such link")])
def test_pages_speak_the_visitor_s_language(pond, language, words):
    reply = pond.visit("nobody-at-all", headers={"Accept-Language": language})
    assert words in reply.text
    assert reply.headers["Vary"] == "Accept-Language"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Frame-Options"] == "DENY" and reply.headers["X-Content-Type-Options"] == "nosniff"


# ---- who asks ------------------------------------------------------------------------------------------------------

TWITTERBOT = "Twitterbot/1.0"
CASES = {
    "human": ({"ua": WECHAT}, "human"),
    "human_browser": ({"ua": SAFARI}, "human"),
    "head": ({"ua": SAFARI, "method": "HEAD"}, "head"),
    "prefetch": ({"ua": SAFARI, "headers": {"Sec-Purpose": "prefetch;prerender"}}, "prefetch"),
    "purpose": ({"ua": SAFARI, "headers": {"Purpose": "prefetch"}}, "prefetch"),
    "bot": ({"ua": GOOGLEBOT}, "bot"),
    "curl": ({"ua": "curl/8.5.0"}, "bot"),
    "no_agent": ({"ua": None}, "bot"),
    "preview": ({"ua": TWITTERBOT}, "preview"),
}


def counted_link(pond, ref):
    """The link once its stored counts know of a visit."""
    def counted():
        link = pond.api("GET", f"/links/{ref}", 200).json()
        return link if link["counts"]["total"] else None
    return wait_for(counted, 10, API_STEP)


@pytest.mark.parametrize("name", CASES)
def test_classes(pond, name):
    how, expected = CASES[name]
    link = pond.link(TARGET, max_clicks=1)
    reply = pond.visit(link["code"], **how)
    assert reply.status_code == 302 and reply.headers["Location"] == TARGET
    click = pond.click_of(reply)
    assert (click["class"], click["outcome"]) == (expected, "redirect")
    counted = counted_link(pond, link["id"])
    assert counted["state"] == ("used_up" if expected == "human" else "active")
    assert (counted["counts"]["clicks"], counted["counts"]["bots"]) == ((1, 0) if expected == "human" else (0, 1))


def test_max_clicks_is_exact_while_many_come_at_once(pond):
    """64 at a time; bots and checks of the link among them use none up."""
    limit = 100
    link = pond.link(TARGET, max_clicks=limit)

    def visit(i):
        if i % 5 == 0:
            pond.visit(link["code"], ua=GOOGLEBOT)
            pond.visit(link["code"], ua=SAFARI, method="HEAD")
        return pond.visit(link["code"], ip=f"198.51.100.{i % 250}").status_code

    with concurrent.futures.ThreadPoolExecutor(64) as crowd:
        statuses = list(crowd.map(visit, range(300)))
    assert statuses.count(302) == limit and statuses.count(410) == 200
    assert pond.visit(link["code"], ua=GOOGLEBOT).status_code == 410
    pond.drain()
    totals = pond.stats(link=link["id"], period="all")["totals"]
    assert (totals["clicks"], totals["by_class"]["human"]) == (limit, 300), totals


def test_a_raised_limit_opens_the_link_again(pond):
    link = pond.link(TARGET, max_clicks=2)
    assert [pond.visit(link["code"]).status_code for _ in range(3)] == [302, 302, 410]
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"max_clicks": 3})
    assert [pond.visit(link["code"]).status_code for _ in range(2)] == [302, 410]
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"max_clicks": None})
    assert pond.visit(link["code"]).status_code == 302


def test_a_restart_knows_what_is_used(make_pond):
    pond = make_pond()
    link = pond.link(TARGET, max_clicks=3)
    assert [pond.visit(link["code"]).status_code for _ in range(2)] == [302, 302]
    pond.restart()
    assert [pond.visit(link["code"]).status_code for _ in range(2)] == [302, 410]


# ---- queries -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("target, query, location", [
    ("https://www.example.com/", "utm_source=a", "https://www.example.com/?utm_source=a"),
    ("https://www.example.com/?pid=mine", "pid=thief", "https://www.example.com/?pid=mine"),
    ("https://www.example.com/?utm_source=a", "utm_source=b", "https://www.example.com/?utm_source=b"),
    ("https://www.example.com/#top", "x=1", "https://www.example.com/?x=1#top"),
    ("https://www.example.com/?a=%2F&b=1;c", "d=%2F+%20", "https://www.example.com/?a=%2F&b=1;c&d=%2F+%20"),
    ("https://www.example.com/", "lp_qr=1&lp_ch=x&lp_src=y&exportkey=k&pass_ticket=p&nsukey=n", "https://www.example.com/"),
    ("https://www.example.com/", "url=https://evil.example/&redir_url=//evil.example", "https://www.example.com/?url=https://evil.example/&redir_url=//evil.example"),
], ids=str)
def test_the_query_is_merged_byte_for_byte(pond, target, query, location):
    assert pond.visit(pond.link(target)["code"] + "?" + query).headers["Location"] == location


def test_a_query_is_not_forwarded_when_told_so(pond):
    assert pond.visit(pond.link(TARGET, forward_query=False)["code"] + "?x=1").headers["Location"] == TARGET


def test_every_answered_visit_is_in_the_ledger_once(pond):
    code = pond.link(TARGET)["code"]
    ids = [pond.visit(code, headers={"X-Request-ID": uuid.uuid4().hex}).request_id for _ in range(50)]
    pond.drain()
    seen = [click["request_id"] for click in pond.clicks(limit=1000)]
    assert all(seen.count(one) == 1 for one in ids)
