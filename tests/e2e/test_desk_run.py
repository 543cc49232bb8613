# SPDX-License-Identifier: MIT
"""Goal: the desk's pages that keep an installation in order: who is invited gets in with their role and no more, links change
hands, what is shown once is shown once, and what was entered anywhere stays text.
"""
from urllib.parse import quote

import people
import pytest
from browser import noise, shot, wait_for
from desk import EVIL, Desk
from people import Browser, person
from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_desk import LOOKS

PAGES = ["/channels", "/campaigns", "/tags", "/utm", "/domains", "/people", "/people/admin/hand-over", "/keys", "/robots", "/audit", "/health",
         "/settings", "/account"]
PASSWORD = "three ponds and a heron"


@pytest.fixture
def desks(make_pond, browse):
    """One server; each call gives another browser that knows nothing of the others."""
    pond = make_pond()

    def make(width=1280, language="en-US", scheme="light"):
        return Desk(pond, browse(width, language, scheme))

    return make


def press(desk, text, inside="body"):
    """The button or menu item of that text, once it is there."""
    path = f"//{inside}//*[self::button or self::a][normalize-space(.)='{text}']"
    def pressed():
        shown = [e for e in desk.driver.find_elements(By.XPATH, path) if e.is_displayed()]
        try:
            shown[-1].click()
        except (IndexError, ElementClickInterceptedException, StaleElementReferenceException):
            return False  # not drawn yet, drawn anew, or still below something that is going away
        return True

    wait_for(pressed, 20)


def choose(desk, name, typed):
    """The one suggestion of a combobox for the beginning that is typed. Suggestions that come in late end a choice; then it is made again."""
    read = f"return [...document.querySelectorAll('[data-field={name}] .option')].map(option => option.textContent.startsWith('{typed}'))"

    def chosen():
        desk.field(name).clear()
        desk.field(name).send_keys(typed)
        wait_for(lambda: desk.driver.execute_script(read) == [True], 20)
        desk.field(name).send_keys(Keys.ARROW_DOWN, Keys.ENTER)
        return desk.field(name).get_attribute("value") not in ("", typed)

    wait_for(chosen, 20)


def invite(desk, login, role):
    desk.open("/people")
    press(desk, "Invite someone")
    desk.field("key").send_keys(login)
    desk.find("[data-field=role] select").send_keys(role)
    desk.field("key").submit()
    link = desk.find("dialog .secret").get_attribute("value")
    press(desk, "I have saved it")
    desk.gone("dialog")
    return link


def test_who_is_invited_gets_in_and_sees_their_role(desks):
    admin, other = desks(), desks()
    pond = admin.pond
    pond.link(alias="spring", campaign="sale", channel="group-1", tags=["news"])
    admin.open("/people").sign_in()
    link = invite(admin, "viewer@example.com", "Viewer")
    assert link.startswith(pond.admin) and "#" in link
    assert link not in admin.driver.page_source  # shown once

    other.driver.get(link)
    other.find("input[name=password]").send_keys(PASSWORD, Keys.ENTER)
    other.find(".shell")
    assert "Viewer" in other.text()
    paths = [item.get_attribute("data-path") for item in other.all(".side .nav-item[data-path]")]
    assert {"/links", "/channels", "/campaigns", "/tags"} <= set(paths)
    assert not {"/people", "/keys", "/settings", "/domains", "/health", "/import"} & set(paths)
    for page in ("/channels", "/campaigns", "/tags", "/utm"):
        other.open(page)
        other.find(".table, .empty")
        assert not other.all(".page-head .button:not([data-csv])"), page  # what they see they may save
    other.open("/channels").find(".table .menu button").click()
    assert [item.text for item in other.all(".menu .menu-item")] == ["Show links", "Report", "Show clicks"]
    for page in ("/people", "/keys", "/settings"):
        other.open(page).says("You may not do this")
    ask = ("const done = arguments[0]; fetch('/api/v1/session').then(r => r.json()).then(s => fetch('/api/v1/tags/news', {method: 'PATCH', headers: "
           "{'Content-Type': 'application/json', 'X-CSRF-Token': s.csrf}, body: '{\"archived\": true}'})).then(r => done(r.status))")
    assert other.driver.execute_async_script(ask) == 403
    other.driver.get(link)  # it works once
    other.says("This link can no longer be used")


def test_three_links_change_hands(desks):
    desk = desks()
    pond = desk.pond
    for key in ("lin.yue", "zhou.xiao"):
        pond.api("POST", "/users", 201, json={"key": key, "invite": False})
    links = [pond.link(alias=f"l{i}", owner="lin.yue") for i in range(4)]
    desk.open("/people/lin.yue/hand-over").sign_in()
    press(desk, "Some links")
    wait_for(lambda: len(desk.all(".pick-links tbody .tick")) == 4, 20)
    for box in desk.all(".pick-links tbody .tick")[:3]:
        box.click()
    choose(desk, "to", "zhou")
    press(desk, "Check what would move")
    desk.says("3 links move from lin.yue to zhou.xiao.")
    assert {pond.api("GET", f"/links/{link['id']}", 200).json()["owner"] for link in links} == {"lin.yue"}
    press(desk, "Hand over 3 links")
    desk.says("3 links now belong to zhou.xiao.")
    owners = [pond.api("GET", f"/links/{link['id']}", 200).json()["owner"] for link in links]
    assert sorted(owners) == ["lin.yue", "zhou.xiao", "zhou.xiao", "zhou.xiao"]
    assert noise(desk.driver) == []


def test_a_key_is_shown_once(desks):
    desk = desks()
    desk.open("/keys").sign_in()
    press(desk, "New key")
    desk.field("name").send_keys("nightly report", Keys.ENTER)
    key = desk.find("dialog .secret").get_attribute("value")
    assert key.startswith("lp_")
    desk.pond.api("GET", "/links", 200, key=key)
    press(desk, "I have saved it")
    desk.gone("dialog")
    desk.says("nightly report")
    assert key not in desk.driver.page_source
    desk.find("[aria-label='Revoke nightly report']").click()
    press(desk, "Revoke", "dialog")
    desk.says("nightly report is revoked")
    desk.pond.api("GET", "/links", 401, key=key)


def test_a_channel_is_made_renamed_merged_and_archived(desks):
    desk = desks()
    pond = desk.pond
    pond.link(channel="old")
    desk.open("/channels").sign_in()
    press(desk, "New channel")
    desk.field("key").send_keys("group-1")
    desk.field("channel_group").send_keys("Groups")
    desk.find("dialog summary").click()
    desk.field("utm_source").send_keys("{channel}-{region}")
    desk.field("region").send_keys("east")
    wait_for(lambda: "utm_source=group-1-east" in desk.find("dialog .preview").text, 20)
    desk.field("key").submit()
    desk.says("group-1 is added")
    assert desk.find(".group-head h2").text == "Groups"
    assert pond.api("GET", "/channels/group-1", 200).json()["utm_template"]["utm_source"] == "{channel}-{region}"

    desk.find("[aria-label='Actions for old'], [title='Actions for old']").click()
    press(desk, "Merge into another…")
    choose(desk, "into", "group")
    press(desk, "Merge", "dialog")
    desk.says("old is now part of group-1")
    assert pond.api("GET", "/channels/group-1", 200).json()["links"] == 1
    desk.find("[title='Actions for group-1']").click()
    press(desk, "Archive")
    desk.says("group-1 is archived")
    assert pond.api("GET", "/channels/group-1", 200).json()["archived"]
    press(desk, "Undo")
    wait_for(lambda: not pond.api("GET", "/channels/group-1", 200).json()["archived"], 20)


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_what_was_entered_stays_text_on_every_page(desks, width, language, scheme):
    desk = desks(width, language, scheme)
    pond = desk.pond
    for kind in ("campaigns", "channels", "tags"):
        pond.api("POST", f"/{kind}", 201, json={"key": EVIL[:60], "names": {"zh": EVIL, "en": EVIL}})
    pond.api("PATCH", "/channels/" + quote(EVIL[:60], safe=""), 200, json={"channel_group": EVIL, "region": EVIL, "location": EVIL})
    pond.api("POST", "/utm-values", 201, json={"field": "utm_source", "value": EVIL, "aliases": [EVIL + "2"], "names": {"en": EVIL}})
    pond.api("POST", "/users", 201, json={"key": "evil", "name": EVIL})
    pond.api("POST", "/keys", 201, json={"name": EVIL, "scopes": ["links:read"]})
    pond.link(title=EVIL, notes=EVIL, owner="evil")
    desk.open("/people").sign_in()
    for page in PAGES:
        desk.open(page)
        desk.find("h1")
        wait_for(lambda: not desk.all(".skeleton"), 20)
        shot(desk.driver, f"desk-run{page.replace('/', '-')}-{width}-{language[:2]}-{scheme}")
        desk.check_fit()
        assert not desk.all("main img, main script"), page
        if page in ("/channels", "/campaigns", "/tags", "/utm", "/people", "/keys", "/audit"):
            assert EVIL[:40] in desk.text(), page
    assert noise(desk.driver) == []



def test_an_editor_makes_a_key_of_their_own_and_signs_out_elsewhere(desk, axe):
    desk = desk(1280, "en-US")
    me, elsewhere = person(desk.pond, "mei"), Browser(desk.pond)
    elsewhere.sign_in("mei")
    desk.open("/account")
    desk.find(".gate .segments button:first-child").click()
    desk.find("input[name=login]").send_keys("mei", Keys.TAB, people.PASSWORD, Keys.ENTER)
    wait_for(lambda: len(desk.all(".session-row")) == 3)
    desk.says("You have no keys")
    assert axe(desk.driver) == []
    next(one for one in desk.all(".button") if one.text == "New key").click()
    desk.find("dialog input[name=name]").send_keys("sheet")
    assert [box.get_attribute("name") for box in desk.all("dialog input[type=checkbox]")] == ["scope-links:read", "scope-links:write", "scope-stats:read", "scope-events:write", "scope-customers:read", "scope-customers:write"]
    assert axe(desk.driver) == []
    desk.find("dialog button[type=submit]").click()
    secret = desk.find("dialog .secret").get_attribute("value")
    assert desk.pond.api("GET", "/me", 200, key=secret).json()["owner"] == "mei"
    desk.driver.refresh()
    desk.says("sheet")
    next(one for one in desk.all(".button") if one.text == "Sign out everywhere else").click()
    desk.find("dialog .button.main").click()
    wait_for(lambda: len(desk.all(".session-row")) == 1)
    elsewhere.api("GET", "/me", 401)
    me.api("GET", "/me", 401)
    assert noise(desk.driver) == []
