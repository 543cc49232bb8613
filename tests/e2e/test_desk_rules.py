# SPDX-License-Identifier: MIT
"""Goal: who runs a live code says in the desk who gets which target, sees it in words and tried out before it is stored, by
mouse or by keyboard alone, on a phone and on a wide screen.
"""
import pytest
from browser import noise, shot, wait_for
from codes import code_png
from desk import EVIL
from geo_files import FOLDER
from live import group_code, target
from pond import SAFARI, WECHAT
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

LOOKS = [(1280, "zh-CN", "light"), (1280, "en-US", "dark"), (360, "zh-CN", "dark"), (360, "en-US", "light")]
EVERY_FACT = [
    {"fact": "app", "is": ["wechat"]}, {"fact": "scene", "is": ["group", ""]}, {"fact": "os", "not": ["ios"]}, {"fact": "device", "is": ["phone"]},
    {"fact": "browser", "not": ["chrome"]}, {"fact": "language", "is": ["zh"]}, {"fact": "schedule", "is": ["1-5 09:30-18:00"], "holiday": "* 10:00-16:00"},
    {"fact": "date", "is": ["2026-10-01", "2026-10-08"], "zone": "Asia/Tokyo"}, {"fact": "visitor", "is": ["new"]}, {"fact": "country", "is": ["CN"]},
    {"fact": "region", "is": ["广东"]}, {"fact": "city", "is": ["深圳"]}, {"fact": "channel", "is": ["poster"]}, {"fact": "query", "name": "vip", "is": []},
    {"fact": "referrer", "not": ["mp.weixin.qq.com"]}, {"fact": "ip", "is": ["10.0.0.0/8"]},
]


def rules_of(pond, link):
    return pond.api("GET", f"/links/{link['id']}/rules", 200).json()["rules"]


def put_rules(pond, link, *rules):
    return pond.api("PUT", f"/links/{link['id']}/rules", 200, json={"rules": list(rules)}).json()["rules"]


def code_with(pond, *names):
    link = pond.link()
    return link, [target(pond, link, url=f"https://www.example.com/{i}", name=name) for i, name in enumerate(names)]


def open_rules(desk, link):
    desk.open(f"/links/{link['id']}/rules").sign_in()
    desk.find(".try-answer > *")
    return desk


def press(desk, css, key=Keys.ENTER):
    """A control is reached and pressed as by keyboard."""
    found = desk.find(css)
    desk.driver.execute_script("arguments[0].focus()", found)
    assert desk.driver.switch_to.active_element == found
    desk.type(key)


def menu_item(desk, words):
    """Goes down an open menu to that item and takes it."""
    desk.find(".menu > .popup .menu-item")
    for _ in range(30):
        if desk.driver.switch_to.active_element.text.strip() == words:
            break
        desk.type(Keys.ARROW_DOWN)
    assert desk.driver.switch_to.active_element.text.strip() == words
    desk.type(Keys.ENTER)


def saved(desk):
    wait_for(lambda: not desk.there(".save-bar").is_displayed(), 20)


# ---- looks -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("width,language,scheme", LOOKS)
def test_every_kind_of_condition_is_shown_and_stays_as_it_is(desk, axe, width, language, scheme):
    desk = desk(width, language, scheme)
    link, pool = code_with(desk.pond, "甲", "乙")
    before = put_rules(desk.pond, link, {"name": "所有条件", "when": EVERY_FACT, "choose": "weighted", "sticky": True, "targets": [pool[1]["id"], pool[0]["id"]]})
    open_rules(desk, link)
    press(desk, ".rule .rule-acts [aria-controls]")
    assert len(desk.all(".condition")) == len(EVERY_FACT)
    assert not desk.find(".save-bar").is_displayed()  # to look is no change
    desk.check_fit()
    assert axe(desk.driver) == []
    shot(desk.driver, f"desk-rules-{width}-{language}-{scheme}")
    desk.find("[data-field=rule-name] input").send_keys("!")
    press(desk, ".save-bar .main")
    saved(desk)
    assert rules_of(desk.pond, link) == [{**before[0], "name": "所有条件!"}]
    desk.open(f"/links/{link['id']}").find(".live-rule-list li")
    desk.check_fit()
    assert axe(desk.driver) == []
    assert noise(desk.driver) == []


SENTENCES = [
    ({"when": [{"fact": "app", "is": ["wechat"]}, {"fact": "os", "is": ["ios"]}, {"fact": "schedule", "is": ["1-5 09:00-18:00"]}], "choose": "round_robin"},
     "微信 · iOS · 工作日 09:00–18:00 → 轮流：甲、乙", "WeChat · iOS · working days 09:00–18:00 → In turn: 甲, 乙"),
    ({"when": [{"fact": "schedule", "is": ["* 22:00-06:00"], "holiday": "weekday"}], "sticky": True},
     "每天 22:00–06:00 → 优先靠前：甲、乙（同一访客不变）", "every day 22:00–06:00 → The first open: 甲, 乙 (visitors keep theirs)"),
    ({"when": [{"fact": "schedule", "not": ["* 00:00-24:00"]}], "choose": "weighted"}, "节假日 → 按权重：甲 ×3、乙", "holidays → By weight: 甲 ×3, 乙"),
    ({"when": [{"fact": "schedule", "is": ["6-7 10:00-16:00"]}]}, "周末 10:00–16:00（节假日除外） → 优先靠前：甲、乙", "weekends 10:00–16:00 (not on holidays) → The first open: 甲, 乙"),
    ({"when": [{"fact": "region", "not": ["广东", "广西"]}, {"fact": "visitor", "is": ["new"]}]},
     "不是 广东、广西 · 新访客 → 优先靠前：甲、乙", "not 广东, 广西 · New visitor → The first open: 甲, 乙"),
    ({"when": [{"fact": "query", "name": "a", "is": ["1", "2"]}, {"fact": "query", "name": "b", "not": []}]},
     "a = 1、2 · 不带参数 b → 优先靠前：甲、乙", "a = 1, 2 · without b → The first open: 甲, 乙"),
    ({"when": [{"fact": "ip", "is": ["10.0.0.0/8"]}, {"fact": "referrer", "is": [""]}]},
     "IP 网段 10.0.0.0/8 · 来源网页 无来源 → 优先靠前：甲、乙", "IP range 10.0.0.0/8 · Referrer None → The first open: 甲, 乙"),
    ({"when": [{"fact": "date", "is": ["2026-10-01", ""]}]}, "2026年10月1日 起 → 优先靠前：甲、乙", "from Oct 1, 2026 → The first open: 甲, 乙"),
    ({"when": []}, "所有访客 → 优先靠前：甲、乙", "Everybody → The first open: 甲, 乙"),
]


def test_a_rule_is_one_sentence_in_both_languages(desk):
    desk = desk(1280, "zh-CN", timezone="Asia/Shanghai")
    link, pool = code_with(desk.pond, "甲", "乙")
    desk.pond.api("PATCH", f"/links/{link['id']}/targets/{pool[0]['id']}", 200, json={"weight": 3})
    put_rules(desk.pond, link, *[{**rule, "targets": [one["id"] for one in pool]} for rule, _, _ in SENTENCES])
    open_rules(desk, link)

    def sentences():
        return desk.driver.execute_script(
            "return [...document.querySelectorAll('.rule-words')].map(e => [...e.childNodes].filter(n => !n.classList.contains('unseen')).map(n => n.textContent).join(''))")
    assert sentences() == [zh for _, zh, _ in SENTENCES]
    desk.driver.execute_script("localStorage.setItem('linkpond.prefs', JSON.stringify({lang: 'en'}))")
    desk.driver.refresh()
    desk.find(".rule")
    assert sentences() == [en for _, _, en in SENTENCES]


def test_names_and_values_are_texts_whatever_they_hold(desk):
    desk = desk(1280, "zh-CN")
    link, pool = code_with(desk.pond, EVIL[:100], "乙")
    rule = {"name": EVIL, "targets": [pool[0]["id"]], "when": [
        {"fact": fact, "is": [EVIL]} for fact in ("app", "os", "device", "browser", "language", "country", "region", "city", "channel")] + [{"fact": "query", "name": EVIL, "is": [EVIL]}]}
    put_rules(desk.pond, link, rule, {"targets": [pool[1]["id"]]})
    open_rules(desk, link)
    desk.find("[data-field=try-as] select").send_keys("自定义")
    for name in ("try-agent", "try-region", "try-query", "try-language", "try-referrer"):
        desk.driver.execute_script("document.querySelector('.try-card details').open = true")
        desk.field(name).send_keys(EVIL)
    press(desk, ".rule .rule-acts [aria-controls]")
    desk.says("乙")
    wait_for(lambda: desk.all(".try-step.no"), 20)
    assert desk.all("img[src=x]") == [] and desk.all(".rules-page script") == []
    desk.open(f"/links/{link['id']}").find(".live-rule-list li")
    assert desk.all("img[src=x]") == []
    assert noise(desk.driver) == []


# ---- by keyboard -----------------------------------------------------------------------------------------------------

def test_from_nothing_to_a_scanned_page_by_keyboard_alone(desk, tmp_path):
    """A link, two codes, two rules; then a visitor in WeChat and one outside see what was meant for them."""
    desk = desk(1280, "zh-CN")
    pond = desk.pond
    desk.open("/new").sign_in()
    desk.find(".field input, .field textarea")
    desk.type("https://www.example.com/groups", Keys.ENTER)
    link = wait_for(lambda: pond.api("GET", "/links", 200).json()["items"], 20)[0]
    desk.open(f"/links/{link['id']}")
    for name, text in (("甲群", "one"), ("乙群", "two")):
        (tmp_path / f"{text}.png").write_bytes(code_png(f"https://weixin.qq.com/g/AwYAA{text}", tmp_path))
        press(desk, ".live-section [aria-haspopup=menu].button:not(.only)")
        menu_item(desk, "二维码（群、个人、公众号）")
        desk.there("dialog input[type=file]").send_keys(str(tmp_path / f"{text}.png"))  # the system's own dialog
        desk.find("dialog .picture-seen img")
        desk.driver.execute_script("arguments[0].focus()", desk.field("name"))
        desk.type(name, Keys.ENTER)
        desk.gone("dialog")
        desk.says(name)
    press(desk, ".live-rules a.button")
    desk.find(".rules-page")
    press(desk, ".rules-page .card-head [aria-haspopup=menu]")
    menu_item(desk, "微信内外分流")
    assert len(desk.all(".rule")) == 2
    press(desk, ".save-bar .main")
    saved(desk)
    seen = {}
    for ua in (WECHAT, SAFARI):
        page = pond.visit(link["code"], ua=ua)
        seen[ua] = pond.visit(page.headers["Location"].removeprefix(pond.public + "/"), base=pond.public, ua=ua).text
    pool = pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]
    addresses = [pond.api("GET", f"/images/{one['image']}", 200).json()["url"] for one in pool]
    assert addresses[0] in seen[WECHAT] and addresses[1] in seen[SAFARI]


def test_a_rule_is_put_together_by_keyboard(desk):
    desk = desk(1280, "zh-CN")
    link, pool = code_with(desk.pond, "甲", "乙")
    open_rules(desk, link)
    press(desk, ".rules-page .card-head .main")
    press(desk, ".rule [aria-haspopup=menu]:not(.only)")
    menu_item(desk, "打开环境")
    desk.type("微信", Keys.ENTER, "抖音", Keys.ENTER)  # the cursor is where values go
    press(desk, ".rule-form [aria-haspopup=menu]")
    menu_item(desk, "操作系统")
    desk.type(Keys.SPACE)
    press(desk, ".rule-form [aria-haspopup=menu]")
    menu_item(desk, "网址参数")
    desk.type("vip")
    press(desk, ".rule-form .rule-part:nth-of-type(2) .segments button:last-child")
    press(desk, f"[data-target={pool[1]['id']}] input", Keys.SPACE)
    desk.type(Keys.CONTROL, Keys.ENTER)  # stores
    saved(desk)
    made = rules_of(desk.pond, link)[0]
    assert made["when"] == [{"fact": "app", "is": ["wechat", "douyin"]}, {"fact": "os", "is": ["ios"]}, {"fact": "query", "name": "vip", "is": []}]
    assert made["targets"] == [pool[1]["id"]]


def test_rules_are_moved_by_keys_and_buttons_and_a_deleted_one_comes_back(desk):
    desk = desk(1280, "en-US")
    link, pool = code_with(desk.pond, "a", "b")
    put_rules(desk.pond, link, *[{"name": name, "when": [{"fact": "city", "is": [name]}], "targets": [pool[0]["id"]]} for name in "xyz"])
    open_rules(desk, link)

    def in_order(*names):
        wait_for(lambda: [text.rsplit(" ", 1)[0] for text in desk.texts(".rule .rule-when")] == list(names))
    in_order("x", "y", "z")
    press(desk, ".rule:first-child .rule-acts [aria-controls]", Keys.NULL)
    desk.type(Keys.ALT, Keys.ARROW_DOWN)
    desk.type(Keys.NULL)
    in_order("y", "x", "z")
    press(desk, ".rule:last-child .rule-acts button:first-child")
    in_order("y", "z", "x")
    press(desk, ".rule:first-child .rule-acts [aria-haspopup]")
    menu_item(desk, "Delete")
    in_order("z", "x")
    desk.find(".toast button").click()
    in_order("y", "z", "x")
    press(desk, ".save-bar .main")
    saved(desk)
    assert [rule["name"] for rule in rules_of(desk.pond, link)] == ["y", "z", "x"]


# ---- times -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("width", [1280, 360])
def test_hours_are_painted_by_pointer_and_by_keys(desk, width):
    desk = desk(width, "en-US")
    link, pool = code_with(desk.pond, "a")
    put_rules(desk.pond, link, {"when": [{"fact": "schedule", "is": ["1 09:00-12:00"]}], "targets": [pool[0]["id"]]})
    open_rules(desk, link)
    press(desk, ".rule .rule-acts [aria-controls]")
    desk.find(".week-cell[aria-label='Tuesday 9:00–10:00']").click()
    along, after = (Keys.ARROW_DOWN, "11:00–12:00") if width < 700 else (Keys.ARROW_RIGHT, "11:00–12:00")
    desk.type(Keys.SHIFT, along, along)
    desk.type(Keys.NULL)
    assert desk.find(f".week-cell[aria-label='Tuesday {after}']").get_attribute("aria-pressed") == "true"
    press(desk, ".week-cell[aria-label='Sunday 23:00–24:00']", Keys.SPACE)
    press(desk, ".week-cell[aria-label='Monday 0:00–1:00']", Keys.SPACE)
    press(desk, ".save-bar .main")
    saved(desk)
    assert rules_of(desk.pond, link)[0]["when"] == [{"fact": "schedule", "is": ["1-2 09:00-12:00", "7 23:00-01:00"], "holiday": ""}]


def test_times_that_are_no_whole_hours_are_kept_and_changed_by_the_minute(desk):
    desk = desk(1280, "en-US")
    link, pool = code_with(desk.pond, "a")
    put_rules(desk.pond, link, {"when": [{"fact": "schedule", "is": ["1-5 09:30-18:00", "* 22:00-06:00"]}], "targets": [pool[0]["id"]]})
    open_rules(desk, link)
    press(desk, ".rule .rule-acts [aria-controls]")
    assert len(desk.all(".slot-row")) == 2 and desk.all(".week") == []
    press(desk, ".slot-row:first-child .press-chip:nth-child(6)", Keys.SPACE)
    desk.driver.execute_script("const box = document.querySelectorAll('.slot-row:first-child input')[1]; box.value = '20:15'; box.dispatchEvent(new Event('change', {bubbles: true}))")
    Select(desk.find("[data-field=holiday] select")).select_by_index(2)
    press(desk, ".save-bar .main")
    saved(desk)
    assert rules_of(desk.pond, link)[0]["when"] == [{"fact": "schedule", "is": ["1-6 09:30-20:15", "* 22:00-06:00"], "holiday": "* 10:00-16:00"}]


# ---- what is wrong, odd, or somebody else's ----------------------------------------------------------------------------

def test_what_the_api_refuses_is_said_at_its_field(desk):
    desk = desk(1280, "zh-CN")
    link, pool = code_with(desk.pond, "甲")
    put_rules(desk.pond, link, {"targets": [pool[0]["id"]]}, {"when": [{"fact": "os", "is": ["ios"]}, {"fact": "ip", "is": ["10.0.0.1"]}], "targets": [pool[0]["id"]]})
    open_rules(desk, link)
    press(desk, ".rule:last-child .rule-acts [aria-controls]")
    desk.find("[data-fact=ip] input").send_keys("10.0.0.0/99", Keys.ENTER)
    desk.find(".rule:last-child [aria-controls]").click()  # closed again: it opens where something is wrong
    press(desk, ".save-bar .main")
    desk.says("应为 IP 地址或网段")
    wrong = desk.find(".condition.wrong")
    assert wrong.get_attribute("data-fact") == "ip" and "应为 IP 地址或网段" in wrong.text
    assert desk.driver.switch_to.active_element.find_element(By.XPATH, "ancestor::li[@data-fact]") == wrong
    assert len(rules_of(desk.pond, link)) == 2


def test_a_rule_that_is_never_reached_says_so_before_it_is_stored(desk):
    desk = desk(1280, "zh-CN")
    link, pool = code_with(desk.pond, "甲", "乙")
    put_rules(desk.pond, link, {"when": [{"fact": "os", "is": ["ios"]}], "targets": [pool[0]["id"]]}, {"targets": [pool[1]["id"]]})
    open_rules(desk, link)
    assert "不会被用到" not in desk.text()
    press(desk, ".rule:last-child .rule-acts button:first-child")
    wait_for(lambda: "不会被用到" in desk.find(".rule:last-child .rule-warnings").text, 20)
    assert rules_of(desk.pond, link)[0]["targets"] == [pool[0]["id"]]


def test_what_somebody_else_stored_meanwhile_is_not_lost(desk):
    desk = desk(1280, "zh-CN")
    link, pool = code_with(desk.pond, "甲", "乙")
    put_rules(desk.pond, link, {"name": "老", "targets": [pool[0]["id"]]})
    open_rules(desk, link)
    press(desk, ".rule .rule-acts [aria-controls]")
    desk.find("[data-field=rule-name] input").send_keys("旧")
    put_rules(desk.pond, link, {"name": "新", "targets": [pool[1]["id"]]})
    press(desk, ".save-bar .main")
    desk.says("刚被其他人修改过")
    assert rules_of(desk.pond, link)[0]["name"] == "新"


def test_what_was_not_stored_is_there_after_a_reload(desk):
    desk = desk(1280, "zh-CN")
    link, pool = code_with(desk.pond, "甲")
    put_rules(desk.pond, link, {"name": "老", "targets": [pool[0]["id"]]})
    open_rules(desk, link)
    press(desk, ".rule .rule-acts [aria-controls]")
    desk.find("[data-field=rule-name] input").send_keys("规则")
    desk.find(".rule .rule-acts").click()
    desk.driver.execute_script("window.addEventListener('beforeunload', e => e.stopImmediatePropagation(), true)")
    desk.open("/links").find(".table")
    desk.open(f"/links/{link['id']}/rules")
    desk.says("老规则")
    assert desk.find(".save-bar").is_displayed()
    press(desk, ".save-bar .button:not(.main)")
    saved(desk)
    wait_for(lambda: "老规则" not in desk.text(), 20)


# ---- the simulator ---------------------------------------------------------------------------------------------------

def test_the_simulator_says_who_gets_what_and_why(desk, tmp_path):
    desk = desk(1280, "en-US", timezone="Asia/Shanghai")
    link, pool = code_with(desk.pond, "Day desk", "Night desk")
    image = group_code(desk.pond, tmp_path)
    group = target(desk.pond, link, kind="qr", image=image["id"], name="Group 3")
    put_rules(desk.pond, link, {"name": "Night", "when": [{"fact": "schedule", "is": ["* 22:00-06:00"], "holiday": "weekday"}], "targets": [pool[1]["id"]]},
              {"name": "Shanghai", "when": [{"fact": "region", "is": ["上海"]}], "targets": [group["id"]]}, {"targets": [pool[0]["id"]]})
    open_rules(desk, link)

    def at(time, region=""):
        desk.driver.execute_script(
            "const put = (box, value) => { box.value = value; box.dispatchEvent(new Event('input', {bubbles: true})); };"
            "put(document.querySelector('[data-field=try-time] input'), arguments[0]); put(document.querySelector('[data-field=try-region] input'), arguments[1])", time, region)

    def goal():
        return desk.driver.execute_script("return document.querySelector('.try-goal .strong').textContent")
    at("2026-11-23T23:10")
    wait_for(lambda: goal() == "Night desk", 20)
    desk.says("WeChat on iOS at 23:10")
    at("2026-11-23T12:10", "上海")
    wait_for(lambda: goal() == "Group 3", 20)
    assert desk.find(".try-goal img")
    steps = [(one.get_attribute("class").split()[-1], one.text) for one in desk.all(".try-step")]
    assert [name for name, _ in steps] == ["no", "yes", "later"] and "is outside 22:00-06:00" in steps[0][1]
    assert "deciding" in desk.all(".rule")[1].get_attribute("class")
    at("2026-11-23T12:10")
    wait_for(lambda: goal() == "Day desk", 20)
    figures = desk.pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]
    assert {one["figures"]["shown"] for one in figures} == {0}


@pytest.mark.parametrize("settings", [{}, {"geo_file": FOLDER / "city.mmdb"}], ids=["no file", "a file"])
def test_conditions_on_places_are_offered_where_a_file_tells_them(desk, settings):
    desk = desk(1280, "en-US", **settings)
    link, _ = code_with(desk.pond, "a", "b")
    put_rules(desk.pond, link, {"when": [{"fact": "region", "is": ["广东"]}]})  # of a time when there was one: stays
    open_rules(desk, link)
    desk.find(".rule-acts [aria-controls]").click()
    assert len(desk.all(".conditions li")) == 1
    told = {"Country", "Region", "City"} if settings else set()
    for css, places in ((".rule-part [aria-haspopup=menu]", told), (".rules-page .card-head [aria-haspopup=menu]", {"By region"} if settings else set())):
        press(desk, css)
        desk.find(".menu > .popup .menu-item")
        words = {item.text.strip() for item in desk.all(".menu > .popup .menu-item")}
        assert len(words) > 3 and words & {"Country", "Region", "City", "By region"} == places
        desk.type(Keys.ESCAPE)
        desk.gone(".menu > .popup .menu-item")
