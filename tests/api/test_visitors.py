# SPDX-License-Identifier: MIT
"""Goal: a visitor who keeps a cookie is one person over days and addresses; who says no gets no number; nobody can make
one up."""
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from pond import SAFARI, Pond

SET = re.compile(r"^lp_v=[0-9a-f]{32}; Path=/; Max-Age=34128000; HttpOnly; SameSite=Lax$")


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    pond = Pond(tmp_path_factory.mktemp("numbered"), visitor_cookie="all").start()
    pond.code = pond.link()["code"]
    yield pond
    pond.stop()


def visit(pond, cookie=None, **more):
    headers = dict(more.pop("headers", {}), **({"Cookie": cookie} if cookie else {}))
    return pond.visit(pond.code, headers=headers, **more)


def given(reply):
    """The cookie as a browser sends it back."""
    return reply.headers["Set-Cookie"].split(";")[0]


def test_a_cookie_makes_one_visitor_of_two_addresses_and_phones(numbered):
    first = visit(numbered, ip="203.0.113.1")
    assert SET.match(first.headers["Set-Cookie"])
    one = numbered.click_of(first)  # in the ledger before the second, which another redirect thread may answer
    again = visit(numbered, given(first), ip="198.51.100.77", ua=SAFARI)
    assert "Set-Cookie" not in again.headers
    two = numbered.click_of(again)
    assert one["visitor"] == two["visitor"]
    assert (one["visitor_by"], two["visitor_by"]) == ("cookie", "cookie")
    assert (one["new_visitor"], two["new_visitor"]) == (True, False)
    assert (one["repeat"], two["repeat"]) == (False, True)


def test_each_new_browser_gets_a_number_of_its_own(numbered):
    with ThreadPoolExecutor(8) as pool:
        cookies = list(pool.map(lambda i: given(visit(numbered, ip=f"203.0.113.{i % 200}")), range(400)))
    assert len(set(cookies)) == 400


@pytest.mark.parametrize("cookie", ["lp_v=", "lp_v=1", "lp_v=" + "0" * 32, "lp_v=" + "f" * 32, "lp_v=" + "g" * 32, "lp_v=" + "a" * 31,
                                    "lp_v=" + "A" * 32, "xlp_v=" + "1" * 32, "lp_v", ";;;=;lp_v=;"])
def test_a_cookie_that_is_none_of_ours_is_no_number(numbered, cookie):
    reply = visit(numbered, cookie, ip=f"192.0.2.{len(cookie)}", ua=SAFARI + repr(cookie))
    assert SET.match(reply.headers["Set-Cookie"])
    assert numbered.click_of(reply)["new_visitor"] is True


def test_a_browser_that_drops_its_cookie_is_one_visitor_of_the_day(numbered):
    first = visit(numbered, ip="192.0.2.200")
    one = numbered.click_of(first)
    again = visit(numbered, ip="192.0.2.200")
    two = numbered.click_of(again)
    assert given(first) != given(again)
    assert one["visitor"] == two["visitor"]
    assert (one["new_visitor"], two["new_visitor"]) == (True, False)
    assert two["repeat"] is True


def test_a_cookie_of_another_install_is_no_number(numbered, make_pond):
    other = make_pond(visitor_cookie="all")
    other.code = other.link()["code"]
    assert "Set-Cookie" in visit(numbered, given(visit(other))).headers


@pytest.mark.parametrize("header", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_who_says_no_gets_no_number_and_loses_the_one_there_was(numbered, header):
    fresh = visit(numbered, headers=header)
    assert "Set-Cookie" not in fresh.headers
    assert numbered.click_of(fresh)["visitor_by"] == "hash"
    cookie = given(visit(numbered))
    gone = visit(numbered, cookie, headers=header)
    assert gone.headers["Set-Cookie"].startswith("lp_v=; Path=/; Max-Age=0;")
    assert numbered.click_of(gone)["visitor_by"] == "hash"


def test_software_that_looks_ahead_gets_no_number(numbered):
    assert "Set-Cookie" not in visit(numbered, method="HEAD").headers
    assert "Set-Cookie" not in visit(numbered, headers={"Sec-Purpose": "prefetch"}).headers


def test_behind_https_the_cookie_is_for_https_only(numbered):
    assert visit(numbered, headers={"X-Forwarded-Proto": "https"}).headers["Set-Cookie"].endswith("; Secure")


def test_pages_that_lead_nowhere_set_none(numbered):
    assert "Set-Cookie" not in numbered.visit("no-such-code").headers
    off = numbered.link("https://www.example.com/off", enabled=False)
    assert "Set-Cookie" not in numbered.visit(off["code"]).headers


def test_by_default_only_links_that_carry_a_click_id_number_their_visitors(make_pond):
    pond = make_pond()
    plain = pond.link()
    carrier = pond.link("https://www.example.com/sign-up", click_id_param="cid")
    assert "Set-Cookie" not in pond.visit(plain["code"]).headers
    assert "Set-Cookie" in pond.visit(carrier["code"]).headers


def test_off_is_off(make_pond):
    pond = make_pond(visitor_cookie="off")
    assert "Set-Cookie" not in pond.visit(pond.link(click_id_param="cid")["code"]).headers


def test_a_restart_and_a_kill_give_no_number_twice(make_pond):
    pond = make_pond(visitor_cookie="all")
    pond.code = pond.link()["code"]
    seen = []
    for stop in (pond.stop, pond.kill9, pond.stop):
        seen += [pond.click_of(visit(pond, ip=f"203.0.113.{i}"))["visitor"] for i in range(5)]
        stop()
        pond.start()
    assert len(set(seen)) == len(seen)


def test_reports_say_how_visitors_were_told_apart(make_pond):
    pond = make_pond(visitor_cookie="all")
    pond.code = pond.link()["code"]
    cookie = given(visit(pond, ip="203.0.113.1"))
    visit(pond, cookie, ip="203.0.113.2")
    visit(pond, headers={"DNT": "1"}, ip="203.0.113.3")
    pond.drain()
    answer = pond.stats(metrics="visitors")
    assert answer["totals"]["visitors"] == 2
    assert answer["identity"]["cookie_share"] == 0.5


# ---- the visitor's own page ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("language, word", [("zh-CN", "隐私说明"), ("en", "Privacy")])
def test_the_privacy_page_tells_what_is_true_here(numbered, make_pond, language, word):
    page = requests.get(numbered.public + "/-/privacy", headers={"Accept-Language": language}, timeout=10)
    assert page.status_code == 200 and word in page.text and "13" in page.text and "<button>" in page.text
    quiet = make_pond("quiet", visitor_cookie="off", click_retention="90d")
    page = requests.get(quiet.public + "/-/privacy", headers={"Accept-Language": language}, timeout=10)
    assert "90" in page.text and "<button>" not in page.text


def test_the_privacy_page_takes_no_for_an_answer(numbered):
    cookie = given(visit(numbered))
    said = requests.post(numbered.public + "/-/privacy", headers={"Cookie": cookie}, timeout=10)
    assert said.status_code == 200 and said.headers["Set-Cookie"].startswith("lp_v=no; ")
    assert "form-action 'self'" in said.headers["Content-Security-Policy"]
    reply = visit(numbered, given(said))
    assert "Set-Cookie" not in reply.headers
    assert numbered.click_of(reply)["visitor_by"] == "hash"
    page = requests.get(numbered.public + "/-/privacy", headers={"Cookie": given(said)}, timeout=10)
    assert "<button>" not in page.text
