# SPDX-License-Identifier: MIT
"""Goal: where the operator allows it, anybody makes a short link at /-/new; and nobody makes more than may be, anywhere
else, for longer, or by another site's page.

Promises: off unless set; a link with tag, maker, end and owner; every check of a target that the API makes; limits per
address (IPv6 by /64) and for all together; a second click makes nothing twice.
"""
import datetime
import html
import re

import pytest
import requests
from pond import Pond

PAGE = "-/new"
BROWSER = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def open_pond(tmp_path_factory):
    """Many may be made in an hour, so that tests leave room for each other; each comes from an address of its own."""
    pond = Pond(tmp_path_factory.mktemp("open"), public_create="true", public_create_per_hour=1000).start()
    yield pond
    pond.stop()


def token_of(page):
    return re.search(r'name="csrf" type="hidden" value="([0-9a-f]{32})"', page.text)[1]


def ask(pond, path=PAGE, **more):
    return pond.visit(path, base=pond.public, **more)


def send(pond, url, ip, token=None, headers=None, host=None, language="zh-CN", **fields):
    token = token if token is not None else token_of(ask(pond))
    sent = {"Host": host or pond.domain, "X-Forwarded-For": ip, "Accept-Language": language, **(BROWSER if headers is None else headers)}
    return requests.post(f"{pond.public}/{PAGE}", data={"url": url, "csrf": token, **fields}, headers=sent, allow_redirects=False, timeout=30)


def count(pond):
    return pond.api("GET", "/links", 200, params={"limit": 1}).json()["total"]


def notice(reply):
    return html.unescape(re.search(r'<p class="notice" id="notice" role="alert">(.*?)</p>', reply.text)[1])


def test_there_is_no_such_page_unless_it_is_set(make_pond):
    pond = make_pond()
    for reply in (ask(pond), ask(pond, PAGE + "/qr?made=abc"), send(pond, "https://www.example.com/", "203.0.113.1", token="0" * 32)):
        assert reply.status_code == 404 and "<form" not in reply.text, reply.text
    assert count(pond) == 0


def test_an_address_becomes_a_link_with_an_end_a_tag_and_a_maker(open_pond):
    reply = send(open_pond, "https://www.example.com/a?b=%2F#c", "203.0.113.2")
    assert reply.status_code == 303, reply.text
    code = reply.headers["Location"].removeprefix("/-/new?made=")
    link = open_pond.api("GET", f"/links/{code}", 200).json()
    assert (link["url"], link["tags"], link["created_by"], link["owner"]) == ("https://www.example.com/a?b=%2F#c", ["public-page"], "public-page", None)
    end, start = (datetime.datetime.fromisoformat(link[name].replace("Z", "+00:00")) for name in ("valid_until", "created_at"))
    assert abs((end - start) - datetime.timedelta(days=30)) < datetime.timedelta(minutes=1)
    assert open_pond.visit(code).headers["Location"] == "https://www.example.com/a?b=%2F#c"
    made = ask(open_pond, f"{PAGE}?made={code}")
    assert made.status_code == 200 and link["short_url"] in made.text and "www.example.com" in made.text and link["valid_until"][:10][:7] in made.text
    picture = ask(open_pond, f"{PAGE}/qr?made={code}")
    assert picture.headers["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")


def test_what_was_made_is_in_the_audit_log_and_goes_in_one_go(make_pond):
    pond = make_pond(public_create="true")
    pond.link("https://www.example.com/own")
    for i in range(3):
        assert send(pond, f"https://www.example.com/{i}", "203.0.113.3").status_code == 303
    lines = [line for line in pond.api("GET", "/audit", 200).json()["items"] if line["action"] == "link.create"]
    assert len(lines) == 4 and lines[0]["changes"]["tags"] == [None, "public-page"] and lines[0]["who"] is None
    pond.api("DELETE", "/bulk/links", 200, json={"filter": {"tag": "public-page"}})
    assert [link["url"] for link in pond.api("GET", "/links", 200).json()["items"]] == ["https://www.example.com/own"]


def test_they_can_be_somebodys_for_as_long_as_one_likes_and_under_a_strict_dictionary(make_pond):
    pond = make_pond(public_create="true", public_create_owner="admin", public_create_days=2, strict_dictionary="true")
    for i in range(2):
        code = send(pond, f"https://www.example.com/{i}", "203.0.113.4").headers["Location"].split("=")[1]
    link = pond.api("GET", f"/links/{code}", 200).json()
    assert link["owner"] == "admin" and link["tags"] == ["public-page"]
    assert link["valid_until"] > link["created_at"]
    days = datetime.date.fromisoformat(link["valid_until"][:10]) - datetime.date.fromisoformat(link["created_at"][:10])
    assert days == datetime.timedelta(days=2)


def test_an_owner_that_is_nobody_makes_no_link_and_is_told_to_the_operator_alone(make_pond):
    pond = make_pond(public_create="true", public_create_owner="nobody-here")
    reply = send(pond, "https://www.example.com/", "203.0.113.5")
    assert reply.status_code == 503 and "nobody-here" not in reply.text
    assert "public_create_failed" in pond.log_text() and count(pond) == 0


def test_the_address_is_found_in_what_was_pasted(open_pond):
    reply = send(open_pond, "快看这个 https://www.example.com/spring ，很划算", "203.0.113.6")
    code = reply.headers["Location"].split("=")[1]
    assert open_pond.api("GET", f"/links/{code}", 200).json()["url"] == "https://www.example.com/spring"


@pytest.mark.parametrize("url", ["", "   ", "nothing at all", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://www.example.com/",
                                 "weixin://dl/business/?t=x", "http://127.0.0.1/", "http://localhost/x", "http://10.1.2.3/", "http://[::1]/",
                                 "http://0x7f.1/", "https://user:pw@www.example.com/", "http://s.test/abc", "https://S.TEST/abc", "https://",
                                 "https://www.example.com/" + "a" * 2048])
def test_targets_that_the_api_refuses_are_refused_in_words(open_pond, url):
    before = count(open_pond)
    for language in ("zh-CN", "en"):
        reply = send(open_pond, url, f"198.18.{len(url) % 250}.{sum(url.encode()) % 250}", language=language)
        assert reply.status_code == 422, (url, reply.status_code, reply.text)
        assert len(notice(reply)) > 5 and 'aria-invalid="true"' in reply.text
        assert html.unescape(re.search(r'placeholder="https://" value="(.*?)"', reply.text)[1]) == url
    assert count(open_pond) == before


def test_an_apps_scheme_that_colleagues_may_use_is_not_for_strangers(make_pond):
    pond = make_pond(public_create="true", extra_schemes="weixin")
    pond.link("weixin://dl/business/?t=x")
    assert send(pond, "weixin://dl/business/?t=x", "203.0.113.7").status_code == 422


def test_what_was_typed_never_becomes_markup(open_pond):
    reply = send(open_pond, "\"><script>alert(1)</script>", "203.0.113.8")
    assert reply.status_code == 422 and "<script" not in reply.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_another_sites_page_makes_nothing(open_pond, headers):
    before = count(open_pond)
    reply = send(open_pond, "https://www.example.com/", "203.0.113.9", headers=headers)
    assert reply.status_code == 403 and notice(reply) and count(open_pond) == before


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://s.test"}, {"Sec-Fetch-Site": "none"}])
def test_browsers_that_say_less_are_believed_by_the_token(open_pond, headers):
    assert send(open_pond, "https://www.example.com/", "203.0.113.10", headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 32, "f" * 32, "g" * 32, "abc"])
def test_what_was_never_shown_the_form_makes_nothing(open_pond, token):
    before = count(open_pond)
    assert send(open_pond, "https://www.example.com/", "203.0.113.11", token=token).status_code == 403
    assert count(open_pond) == before


def test_a_token_of_another_install_or_changed_by_a_bit_is_none(open_pond, make_pond):
    other = token_of(ask(make_pond(public_create="true")))
    own = token_of(ask(open_pond))
    changed = own[:-1] + ("0" if own[-1] != "0" else "1")
    earlier = "0" + own[1:]
    for token in (other, changed, earlier):
        assert send(open_pond, "https://www.example.com/", "203.0.113.12", token=token).status_code == 403


def test_a_program_that_fills_in_every_field_makes_nothing(open_pond):
    assert send(open_pond, "https://www.example.com/", "203.0.113.13", website="https://spam.example").status_code == 403


def test_a_second_click_makes_nothing_twice_and_a_corrected_one_does(open_pond):
    token, before = token_of(ask(open_pond)), count(open_pond)
    places = {send(open_pond, "https://www.example.com/twice", "203.0.113.14", token=token).headers["Location"] for _ in range(3)}
    assert len(places) == 1 and count(open_pond) == before + 1
    assert send(open_pond, "https://www.example.com/corrected", "203.0.113.14", token=token).headers["Location"] not in places


def test_one_address_makes_only_so_many(open_pond):
    answers = [send(open_pond, f"https://www.example.com/many/{i}", "203.0.113.15") for i in range(12)]
    assert [one.status_code for one in answers[:10]] == [303] * 10
    assert answers[10].status_code == 429 and int(answers[10].headers["Retry-After"]) > 0 and "分钟" in notice(answers[10])
    assert send(open_pond, "https://www.example.com/", "203.0.113.16").status_code == 303


def test_refusals_count_as_well_so_that_nobody_tries_for_ever(open_pond):
    answers = [send(open_pond, "http://10.0.0.1/", "203.0.113.17").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_an_ipv6_customer_is_one_address(open_pond):
    answers = [send(open_pond, f"https://www.example.com/six/{i}", f"2001:db8:1:1::{i + 1:x}").status_code for i in range(11)]
    assert answers == [303] * 10 + [429]
    assert send(open_pond, "https://www.example.com/", "2001:db8:1:2::1").status_code == 303


def test_all_together_make_only_so_many_in_an_hour(make_pond):
    pond = make_pond(public_create="true", public_create_per_hour=6)
    answers = [send(pond, f"https://www.example.com/{i}", f"198.51.100.{i + 1}") for i in range(8)]
    assert [one.status_code for one in answers] == [303] * 3 + [429] * 5  # half an hour's worth at once
    assert int(answers[-1].headers["Retry-After"]) > 60 and count(pond) == 3
    assert send(pond, "http://10.0.0.1/", "198.51.100.50").status_code == 429


def test_only_what_was_made_there_is_shown_there(open_pond):
    own = open_pond.link("https://www.example.com/own")["code"]
    for name in (own, "lnk_1", "zzzzzzz", "", "a" * 300, "%00"):
        assert ask(open_pond, f"{PAGE}?made={name}", ip="203.0.113.18").status_code == 404
        assert ask(open_pond, f"{PAGE}/qr?made={name}", ip="203.0.113.19").status_code == 404


def test_a_link_is_made_on_the_domain_the_page_was_opened_on(open_pond):
    open_pond.api("POST", "/domains", 201, json={"host": "second.test", "scheme": "https"})
    open_pond.api("POST", "/domains", 201, json={"host": "closed.test", "scheme": "https", "shareable": False})
    for host, expected in (("second.test", "second.test"), ("closed.test", "s.test"), ("nowhere.test", "s.test"), ("s.test", "s.test")):
        code = send(open_pond, "https://www.example.com/", "203.0.113.20", host=host).headers["Location"].split("=")[1]
        assert open_pond.api("GET", f"/links/{code}", 200).json()["domain"] == expected


def test_the_page_can_run_and_load_nothing(open_pond):
    for language, lang in (("zh-CN", "zh-CN"), ("en", "en")):
        page = ask(open_pond, headers={"Accept-Language": language})
        policy = page.headers["Content-Security-Policy"]
        assert f'<html lang="{lang}">' in page.text and "<script" not in page.text and len(page.content) < 8192
        assert policy.startswith("default-src 'none'; style-src 'sha256-") and "script" not in policy and "form-action 'self'" in policy
        assert (page.headers["X-Frame-Options"], page.headers["Cache-Control"]) == ("DENY", "no-store")
