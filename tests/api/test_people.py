# SPDX-License-Identifier: MIT
"""Goal: people come in by their own password, set by a link that works once; what they may follows their role; whoever
is let out is out at once; and nobody learns from an answer who has an account."""
import json
import re

import pytest
import requests

from people import PASSWORD, Browser, invite, key_of, person
from pond import wait_for


def problem(reply):
    error = reply.json()["errors"][0]
    return error["field"], error["code"]


# ---- coming in -------------------------------------------------------------------------------------------------------

def test_an_invited_user_sets_a_password_once_and_is_signed_in(pond):
    made = invite(pond, "lin.yue@example.com", name="林悦", role="editor", language="zh")
    assert (made["user"]["state"], made["user"]["role"], made["user"]["links"]) == ("invited", "editor", 0)
    assert made["invite"]["kind"] == "invite" and made["invite"]["url"] == f"{pond.admin}/desk/accept#{made['invite']['token']}"
    assert len(made["invite"]["token"]) == 43
    browser = Browser(pond)
    shown = browser.api("POST", "/session/accept", 200, json={"token": made["invite"]["token"]}).json()
    assert shown["user"] == {"key": "lin.yue@example.com", "name": "林悦"} and shown["kind"] == "invite"
    reply = browser.accept(made["invite"]["token"])
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("lp_session=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    me = reply.json()
    assert me["user"] == {"key": "lin.yue@example.com", "name": "林悦", "role": "editor", "language": "zh", "has_password": True}
    assert (me["by"], me["key"], me["scopes"]) == ("session", None, ["links:read", "links:write", "stats:read", "events:write", "customers:read", "customers:write"])
    assert reply.headers["Cache-Control"] == "no-store"
    again = browser.api("GET", "/session", 200).json()
    assert again["csrf"] == me["csrf"] and again["expires_at"] > "2"
    user = pond.api("GET", "/users/lin.yue@example.com", 200).json()
    assert user["state"] == "active" and user["signed_in_at"] and user["link_expires_at"] is None
    stranger = Browser(pond)
    used = stranger.accept(made["invite"]["token"], expect=422)
    unknown = stranger.accept("x" * 43, expect=422)
    assert problem(used) == problem(unknown) == ("token", "not_usable") and used.json() == unknown.json()


def test_signing_in_by_password_and_out(pond):
    person(pond, "Wang Wu")
    browser = Browser(pond)
    first = browser.sign_in("wang wu")
    cookie = browser.cookie
    assert first.json()["user"]["key"] == "Wang Wu", "names are typed in any case"
    browser.sign_in("Wang Wu")
    assert browser.cookie != cookie, "a new id at each sign-in"
    old = requests.get(pond.admin + "/api/v1/me", cookies={"lp_session": cookie}, timeout=10)
    assert old.status_code == 401
    link = browser.api("POST", "/links", 201, json={"url": "https://www.example.com/"}).json()
    assert link["created_by"] == "Wang Wu"
    browser.api("DELETE", "/session", 204)
    browser.api("GET", "/session", 401)


def test_wrong_names_and_wrong_passwords_look_the_same(pond):
    person(pond, "zhao")
    invite(pond, "never.came")
    person(pond, "gone")
    pond.api("PATCH", "/users/gone", 200, json={"disabled": True})
    bodies = set()
    for login, password in (("zhao", "wrong but long"), ("nobody", PASSWORD), ("never.came", PASSWORD), ("gone", PASSWORD), ("zhao", "x")):
        browser = Browser(pond)
        bodies.add(browser.sign_in(login, password, 401).text)
        assert browser.cookie is None
    assert len(bodies) == 1


def test_a_session_by_key_may_no_more_than_the_key(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "look", "scopes": ["links:read"]}).json()["key"]
    browser = Browser(pond)
    me = browser.api("POST", "/session", 201, json={"key": key}).json()
    assert me["scopes"] == ["links:read"] and me["key"]["name"] == "look" and me["user"]["key"] == "admin"
    browser.api("POST", "/links", 403, json={"url": "https://www.example.com/"})
    browser.api("GET", "/keys", 403)


@pytest.mark.parametrize("body,field", [({}, "login"), ({"login": "x"}, "password"), ({"login": 1}, "login"), ({"key": ""}, "key"),
                                        ({"login": "x", "password": ["x"]}, "password")])
def test_credentials_that_are_none_are_refused_by_field(pond, body, field):
    assert problem(Browser(pond).api("POST", "/session", 422, json=body))[0] == field


def test_unsafe_calls_by_cookie_come_from_our_pages_only(pond):
    browser = person(pond, "csrf")
    body = {"url": "https://www.example.com/"}
    for headers, expect in (({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
                            ({"Sec-Fetch-Site": None}, 403), ({"Sec-Fetch-Site": None, "X-CSRF-Token": "0" * 64}, 403),
                            ({"Sec-Fetch-Site": None, "Origin": "https://evil.example"}, 403),
                            ({"Sec-Fetch-Site": None, "X-CSRF-Token": browser.csrf}, 201),
                            ({"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": browser.csrf}, 403)):
        browser.api("POST", "/links", expect, json=body, headers=headers)
    evil = Browser(pond, **{"Sec-Fetch-Site": "cross-site"})
    evil.sign_in("csrf", expect=403)
    evil.api("POST", "/session/accept", 403, json={"token": "x" * 43, "password": PASSWORD})


def test_guessing_is_slow_and_each_login_has_a_limit_of_its_own(make_pond):
    pond = make_pond()
    person(pond, "target")
    statuses = [Browser(pond).sign_in("Target" if turn % 2 else "target", "wrong but long", None).status_code for turn in range(11)]
    assert statuses[:9] == [401] * 9 and statuses[-1] == 429, "from many addresses, in any spelling"
    limited = Browser(pond).sign_in("target", expect=429)
    assert int(limited.headers["Retry-After"]) >= 1
    one = Browser(pond)
    person(pond, "other")
    statuses = [one.sign_in(f"guess{turn}", "wrong but long", None).status_code for turn in range(11)]
    assert statuses[-1] == 429, "from one address, any names"
    Browser(pond).sign_in("other")


def test_a_repeat_with_the_same_idempotency_key_makes_one_link(pond):
    browser, other = person(pond, "twice"), person(pond, "twice.other")
    first, second, third = (who.api("POST", "/links", 201, json={"url": "https://www.example.com/"}, headers={"Idempotency-Key": "k1"}).json()
                            for who in (browser, browser, other))
    assert first["id"] == second["id"] != third["id"]


# ---- passwords -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("password,code", [("short one", "too_short"), ("pwd.check@example.com", "is_login"), ("pwd.checkpwd.check", "is_login"),
                                           ("Password123", "too_common"), ("1234567890", "too_common"), ("x" * 257, "too_long")])
def test_a_password_that_is_none_leaves_the_link_usable(pond, password, code):
    key = "pwd.check@example.com"
    pond.api("POST", "/users", None, json={"key": key, "name": "检查"})
    token = pond.api("POST", f"/users/{key}/reset", 201).json()["token"]
    browser = Browser(pond)
    assert problem(browser.accept(token, password, 422)) == ("password", code)
    browser.api("POST", "/session/accept", 200, json={"token": token})


def test_a_changed_password_ends_all_other_sessions(pond):
    here, there = person(pond, "change"), Browser(pond)
    there.sign_in("change")
    assert problem(here.api("POST", "/me/password", 422, json={"current": "not that one", "new": "a better one 2"})) == ("current", "wrong")
    assert problem(here.api("POST", "/me/password", 422, json={"current": PASSWORD, "new": "1234567890"})) == ("new", "too_common")
    there.api("GET", "/me", 200)
    here.api("POST", "/me/password", 204, json={"current": PASSWORD, "new": "a better one 2"})
    here.api("GET", "/me", 200)
    there.api("GET", "/me", 401)
    there.sign_in("change", expect=401)
    there.sign_in("change", "a better one 2")


def test_a_reset_link_works_once_and_ends_sessions(pond):
    browser = person(pond, "forgot")
    first = pond.api("POST", "/users/forgot/reset", 201).json()
    second = pond.api("POST", "/users/forgot/reset", 201).json()
    assert first["kind"] == second["kind"] == "reset"
    browser.api("GET", "/me", 200)
    fresh = Browser(pond)
    fresh.accept(first["token"], expect=422)
    fresh.accept(second["token"], "quite another tea")
    browser.api("GET", "/me", 401)
    fresh.accept(second["token"], expect=422)
    Browser(pond).sign_in("forgot", expect=401)


def test_secrets_are_not_in_the_database(make_pond):
    pond = make_pond()
    browser = person(pond, "secretive")
    token = invite(pond, "waiting")["invite"]["token"]
    cookie = browser.cookie
    pond.stop()
    stored = b"".join(path.read_bytes() for path in pond.data.glob("linkpond.db*"))
    for secret in (PASSWORD, token, cookie):
        assert secret.encode() not in stored
    assert b"$scrypt$ln=15,r=8,p=1$" in stored
    assert PASSWORD not in pond.log_text() and token not in pond.log_text()


# ---- who may be here -------------------------------------------------------------------------------------------------

def test_a_disabled_user_is_out_at_once_and_may_come_back(pond):
    browser, key = person(pond, "leaver"), key_of(pond, "leaver")
    pond.api("GET", "/links", 200, key=key)
    user = pond.api("PATCH", "/users/leaver", 200, json={"disabled": True}).json()
    assert user["disabled"] and user["state"] == "disabled" and user["disabled_at"]
    browser.api("GET", "/links", 401)
    pond.api("GET", "/links", 401, key=key)
    assert problem(pond.api("POST", "/users/leaver/reset", 409))[1] == "user_disabled"
    pond.api("PATCH", "/users/leaver", 200, json={"disabled": False})
    pond.api("GET", "/links", 200, key=key)
    browser.api("GET", "/links", 401)
    browser.sign_in("leaver")


def test_an_invitation_of_a_disabled_user_is_void(pond):
    token = invite(pond, "uninvited")["invite"]["token"]
    pond.api("PATCH", "/users/uninvited", 200, json={"disabled": True})
    assert problem(Browser(pond).accept(token, expect=422)) == ("token", "not_usable")
    pond.api("PATCH", "/users/uninvited", 200, json={"disabled": False})
    assert problem(Browser(pond).accept(token, expect=422)) == ("token", "not_usable")


def test_another_role_holds_at_once_for_keys_and_ends_sessions(pond):
    browser, key = person(pond, "promoted", "viewer"), key_of(pond, "promoted")
    body = {"url": "https://www.example.com/"}
    browser.api("POST", "/links", 403, json=body)
    pond.api("POST", "/links", 403, key=key, json=body)
    pond.api("PATCH", "/users/promoted", 200, json={"role": "editor"})
    browser.api("GET", "/me", 401)
    pond.api("POST", "/links", 201, key=key, json=body)
    pond.api("GET", "/keys", 403, key=key)
    pond.api("PATCH", "/users/promoted", 200, json={"name": "升职"})
    browser.sign_in("promoted")
    pond.api("PATCH", "/users/promoted", 200, json={"name": "升职了"})
    browser.api("GET", "/me", 200)


def test_the_last_admin_stays(make_pond):
    pond = make_pond()
    for change in ({"role": "editor"}, {"disabled": True}, {"role": "viewer", "disabled": True}):
        assert problem(pond.api("PATCH", "/users/admin", 409, json=change))[1] == "last_admin"
    invite(pond, "second", "admin")
    pond.api("PATCH", "/users/second", 200, json={"disabled": True})
    assert problem(pond.api("PATCH", "/users/admin", 409, json={"role": "editor"}))[1] == "last_admin", "a disabled one does not count"
    pond.api("PATCH", "/users/second", 200, json={"disabled": False})
    second = key_of(pond, "second")
    pond.api("PATCH", "/users/admin", 200, json={"disabled": True})
    pond.api("GET", "/me", 401)
    assert problem(pond.api("PATCH", "/users/second", 409, key=second, json={"role": "viewer"}))[1] == "last_admin"


def test_a_key_that_lacks_a_scope_lets_nobody_in(pond):
    """Or it would come in as somebody who has it."""
    invite(pond, "target.of.key")
    key = pond.api("POST", "/keys", 201, json={"name": "k", "scopes": ["admin", "links:read"]}).json()["key"]
    for method, path, body in (("POST", "/users", {"key": "accomplice", "role": "admin"}), ("POST", "/users/target.of.key/reset", {}),
                               ("PATCH", "/users/target.of.key", {"role": "admin"})):
        assert "all scopes" in pond.api(method, path, 403, key=key, json=body).json()["detail"]
    assert "target.of.key" in pond.api("GET", "/users", 200, key=key).text


def test_the_folder_s_owner_is_never_locked_out(make_pond):
    pond = make_pond()
    invite(pond, "second", "admin")
    pond.api("PATCH", "/users/admin", 200, json={"disabled": True})
    pond.api("GET", "/me", 401)
    assert "disabled" in pond.cli("user", "list").stdout
    pond.cli("user", "enable", "admin")
    pond.api("GET", "/me", 200)
    pond.cli("user", "role", "admin", "viewer")
    pond.stop()
    pond.cli("user", "role", "admin", "admin")


def test_users_are_told_apart_and_refused_by_field(pond):
    invite(pond, "Chen Jie")
    assert problem(pond.api("POST", "/users", 409, json={"key": "chen jie"})) == ("key", "taken")
    for fields, field in (({"key": ""}, "key"), ({"key": "a,b"}, "key"), ({"key": "a‮b"}, "key"), ({"key": "ad​min"}, "key"),
                          ({"key": "x" * 65}, "key"), ({"key": "r", "role": "root"}, "role"), ({"key": "l", "language": "fr"}, "language"),
                          ({"key": "n", "name": "a\x00b"}, None), ({}, "key"), ({"key": "p", "password": "x"}, "password")):
        reply = pond.api("POST", "/users", None, json=fields)
        assert reply.status_code in (400, 422), fields
        assert field is None or problem(reply)[0] == field, fields
    pond.api("GET", "/users/nobody", 404)
    pond.api("PATCH", "/users/nobody", 404, json={"name": "x"})
    pond.api("POST", "/users/nobody/reset", 404)


def test_editors_see_whom_links_can_belong_to_and_no_more(pond):
    browser = person(pond, "curious")
    items = browser.api("GET", "/users", 200).json()["items"]
    assert {"admin", "curious"} <= {user["key"] for user in items}
    assert all(set(user) == {"key", "name", "disabled"} for user in items)
    assert set(browser.api("GET", "/users/admin", 200).json()) == {"key", "name", "disabled"}
    for method, path, body in (("POST", "/users", {"key": "x"}), ("PATCH", "/users/curious", {"role": "admin"}), ("POST", "/users/admin/reset", None)):
        browser.api(method, path, 403, json=body)


def test_everybody_has_a_name_and_language_of_their_own(pond):
    browser = person(pond, "selfie", "viewer")
    me = browser.api("PATCH", "/me", 200, json={"name": "自己", "language": "en"}).json()
    assert (me["user"]["name"], me["user"]["language"], me["user"]["role"]) == ("自己", "en", "viewer")
    assert browser.api("PATCH", "/me", 200, json={"language": None}).json()["user"]["language"] is None
    assert problem(browser.api("PATCH", "/me", 422, json={"role": "admin"})) == ("role", "unknown_field")


def test_the_form_still_signs_in_by_key(pond):
    session = requests.Session()
    session.headers.update({"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "198.18.200.1"})
    assert session.post(pond.admin + "/sign-in", data={"key": pond.key}, allow_redirects=False, timeout=10).status_code == 303
    assert "admin" in session.get(pond.admin + "/desk/form", timeout=10).text


# ---- the first one, and the command line -----------------------------------------------------------------------------

def first_link(pond):
    return re.findall(re.escape(pond.admin) + r"/desk/accept#(\w{43})$", pond.log_text(), re.M)


def test_the_first_start_prints_a_link_for_the_admin_once(make_pond):
    pond = make_pond()
    link = wait_for(lambda: first_link(pond))
    assert len(link) == 1 and f'"{link[0]}' not in pond.log_text(), "said, not logged"
    pond.restart()
    assert first_link(pond) == [], "the one before still works"
    browser = Browser(pond)
    assert browser.accept(link[0]).json()["user"]["key"] == "admin"
    pond.restart()
    assert len(re.findall(r"/desk/accept#", pond.log_text())) == 1
    Browser(pond).sign_in("admin")


def test_the_command_line_adds_resets_and_lets_out(make_pond):
    pond = make_pond()
    link = pond.cli("user", "add", "sun@example.com", "--name", "孙悦", "--role", "viewer").stdout.strip()
    assert link.startswith(pond.admin + "/desk/accept#")
    browser = Browser(pond)
    assert browser.accept(link.split("#")[1]).json()["user"]["role"] == "viewer"
    pond.cli("user", "role", "sun@example.com", "editor")
    browser.api("GET", "/me", 401)
    assert browser.sign_in("sun@example.com").json()["user"]["role"] == "editor"
    listed = pond.cli("user", "list").stdout
    assert re.search(r"sun@example.com +孙悦 +editor +active +0 +2", listed) and re.search(r"^admin .* invited ", listed, re.M)
    again = json.loads(pond.cli("user", "reset", "sun@example.com", "--json").stdout)
    assert again["kind"] == "reset"
    pond.cli("user", "disable", "sun@example.com")
    browser.api("GET", "/me", 401)
    assert pond.cli("user", "disable", "admin", check=False).returncode == 4
    pond.cli("user", "enable", "sun@example.com")
    browser.sign_in("sun@example.com")
    assert pond.cli("user", "reset", "nobody", check=False).returncode == 3
    pond.stop()
    assert "/desk/accept#" in pond.cli("user", "reset", "admin").stdout, "without a daemon too"


def test_a_new_link_belongs_to_who_made_it_unless_said_otherwise(pond):
    browser = person(pond, "owner.of")
    own = browser.api("POST", "/links", 201, json={"url": "https://www.example.com/"}).json()
    assert (own["owner"], own["created_by"]) == ("owner.of", "owner.of")
    assert pond.link()["owner"] == "admin"
    assert pond.link(owner="owner.of")["owner"] == "owner.of"
    assert pond.link(owner=None)["owner"] is None
    assert pond.api("GET", "/users/owner.of", 200).json()["links"] == 2
