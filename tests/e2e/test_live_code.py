# SPDX-License-Identifier: MIT
"""Goal: whoever opens a live code on a phone sees one code, wholly, and what to do with it; whoever runs it replaces a code in a
moment, and no visitor ever sees anything broken meanwhile.
"""
import re
import threading

import pytest
import requests
from browser import noise, set_look, shot, wait_for
from codes import code_png
from live import at, change, group_code, hours, now_ms, target, token
from pictures import png
from pond import WECHAT
from selenium.webdriver.common.by import By

ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
LOOKS = [("wechat", WECHAT, 360, "zh-CN", "light"), ("wechat-dark", WECHAT, 390, "en-US", "dark"), ("android", ANDROID, 360, "zh-CN", "dark"),
         ("android-en", ANDROID, 320, "en-US", "light"), ("windows", WINDOWS, 1280, "zh-CN", "light")]
KINDS = [{"kind": "qr", "title": "华东新品交流群 3 群", "hint": "群满后会自动换新群\n进群请备注「姓名 + 城市」"}, {"kind": "qr"},
         {"kind": "staff", "title": "王小明 · 专属顾问", "hint": "工作日 9:00–18:00 在线", "url": "https://work.weixin.qq.com/ca/cawcde1"},
         {"kind": "mini_program", "url": "https://wxaurl.cn/abc"}, {"kind": "message", "title": "活动已结束", "hint": "感谢关注"}]


@pytest.fixture
def phone(browse):
    def make(ua=WECHAT, width=360, language="zh-CN", scheme="light"):
        driver = browse(width, language)
        set_look(driver, width, scheme, 720)
        driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": ua, "acceptLanguage": language})
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        return driver

    return make


def pressed(pond, one):
    return sum(row["pressed"] for row in hours(pond, one["id"]))


@pytest.mark.parametrize("name,ua,width,language,scheme", LOOKS, ids=[look[0] for look in LOOKS])
def test_the_page_fits_its_screen_and_is_clean(make_pond, phone, axe, tmp_path, name, ua, width, language, scheme):
    pond, driver = make_pond(), phone(ua, width, language, scheme)
    link, image = pond.link(), group_code(pond, tmp_path)
    for i, fields in enumerate(KINDS):
        one = target(pond, link, **fields, **({} if fields["kind"] == "message" else {"image": image["id"]}))
        driver.get(f"{pond.public}/-/live/{token(pond, one['id'], now_ms())}")
        shot(driver, f"live-{name}-{fields['kind']}-{i}")
        run = driver.execute_script
        assert run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert run("return document.querySelectorAll('h1').length") == 1
        if fields["kind"] != "message":
            box = run("const r = document.querySelector('.paper img').getBoundingClientRect(); return [r.top, r.bottom, r.width, r.height, innerHeight]")
            assert box[0] >= 0 and box[1] <= box[4] and box[2] >= 200 and abs(box[2] - box[3]) < 2, box  # seen whole, without scrolling
        assert axe(driver) == []
        assert noise(driver) == []


def test_holding_the_code_is_told_once_and_a_tap_is_not(make_pond, phone, tmp_path):
    pond, driver = make_pond(), phone()
    link, image = pond.link(), group_code(pond, tmp_path)
    tapped, held = (target(pond, link, kind="qr", image=image["id"]) for _ in range(2))

    def touch(one, hold):
        driver.get(f"{pond.public}/-/live/{token(pond, one['id'], now_ms())}")
        x, y = driver.execute_script("const r = document.querySelector('.paper img').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]")
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        if hold:
            wait_for(lambda: pressed(pond, one) == 1, 20)
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    touch(tapped, False)
    touch(held, True)
    driver.execute_script("document.querySelector('.paper img').dispatchEvent(new MouseEvent('contextmenu', {bubbles: true}))")
    touch(held, False)
    assert (pressed(pond, tapped), pressed(pond, held)) == (0, 1)


def test_a_button_is_a_press_too(make_pond, phone, tmp_path):
    pond, driver = make_pond(), phone()
    link, image = pond.link(), group_code(pond, tmp_path)
    one = target(pond, link, kind="staff", image=image["id"], url="https://work.weixin.qq.com/ca/cawcde1")
    driver.get(f"{pond.public}/-/live/{token(pond, one['id'], now_ms())}")
    driver.find_element(By.CSS_SELECTOR, "a.button").click()
    wait_for(lambda: pressed(pond, one) == 1, 20)


def test_from_the_short_link_to_the_page(make_pond, phone, tmp_path):
    pond, driver = make_pond(), phone()
    link, image = pond.link(), group_code(pond, tmp_path)
    target(pond, link, kind="qr", image=image["id"], title="华东 3 群")
    reply = pond.visit(link["code"], ua=WECHAT)
    assert reply.status_code == 302 and reply.headers["Location"].startswith(pond.public + "/-/live/")
    driver.get(reply.headers["Location"])
    assert "华东 3 群" in driver.execute_script("return document.body.innerText")
    assert driver.execute_script("return document.querySelector('.paper img').naturalWidth") == image["width"]


def test_a_code_is_replaced_while_visitors_look(make_pond, tmp_path):
    """Every page that is opened at any moment shows a picture that is there; once the change is answered, the new one."""
    pond = make_pond()
    link = pond.link()
    images = [group_code(pond, tmp_path, f"https://weixin.qq.com/g/AwYAA{i}") for i in range(6)]
    one = target(pond, link, kind="qr", image=images[0]["id"])
    path, broken, seen, stop = token(pond, one["id"], now_ms()), [], set(), threading.Event()

    def look():
        with requests.Session() as session:
            page = session.get(f"{pond.public}/-/live/{path}", timeout=60, allow_redirects=False)
            address = re.search(r'src="(/-/image/\w+)"', page.text)
            if page.status_code != 200 or not address:
                broken.append(page.status_code)
                return None
            picture = session.get(pond.public + address.group(1), timeout=60)
            if picture.status_code != 200 or not picture.content:
                broken.append(picture.status_code)
            return address.group(1)

    def visitor():
        while not stop.is_set():
            seen.add(look())
    visitors = [threading.Thread(target=visitor) for _ in range(4)]
    for thread in visitors:
        thread.start()
    try:
        for image in images[1:]:
            change(pond, link, one, image=image["id"])
            assert look() == image["url"]
    finally:
        stop.set()
        for thread in visitors:
            thread.join()
    assert broken == [] and seen <= {image["url"] for image in images}


# ---- the desk -------------------------------------------------------------------------------------------------------


def picture_file(folder, name, text):
    path = folder / name
    path.write_bytes(code_png(text, folder))
    return str(path)


@pytest.mark.parametrize("width,language,scheme", [(1280, "zh-CN", "light"), (390, "en-US", "dark")])
def test_a_group_is_added_and_its_code_replaced(desk, axe, tmp_path, width, language, scheme):
    desk = desk(width, language, scheme)
    link = desk.pond.link()
    desk.open(f"/links/{link['id']}").sign_in()
    desk.find(".live-offer .button").click()
    desk.find(".live-section .menu-item").click()
    desk.there("dialog input[type=file]").send_keys(picture_file(tmp_path, "one.png", "https://weixin.qq.com/g/AwYAAone"))
    desk.find("dialog .picture-seen img")
    assert desk.field("cap_total").get_attribute("value") == "200"  # a group's code: what is known of these is filled in
    assert desk.field("valid_until").get_attribute("value")
    desk.field("name").send_keys("East 3")
    assert axe(desk.driver) == []
    desk.find("dialog button[type=submit]").click()
    desk.find(".target")
    desk.says("East 3")
    desk.gone("dialog")
    shot(desk.driver, f"desk-live-{width}-{scheme}")
    assert axe(desk.driver) == []
    desk.check_fit()
    before = desk.pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"][0]
    assert (before["kind"], before["name"], before["cap_total"]) == ("qr", "East 3", 200)
    desk.there(".target input[type=file]").send_keys(picture_file(tmp_path, "two.png", "https://weixin.qq.com/g/AwYAAtwo"))
    wait_for(lambda: desk.pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"][0]["image"] != before["image"], 20)
    after = desk.pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"][0]
    assert desk.pond.api("GET", f"/images/{after['image']}", 200).json()["qr_text"].endswith("two")
    assert noise(desk.driver) == []


def scan(pond, link, session, ip, broken):
    """A visitor from the printed code to the picture; what is in the way is broken. The picture's address."""
    steps = [pond.visit(link["code"], ip=ip)]
    if steps[0].status_code == 302:
        steps.append(session.get(steps[0].headers["Location"], headers={"User-Agent": WECHAT}, timeout=60, allow_redirects=False))
    address = re.search(r'src="(/-/image/\w+)"', steps[-1].text)
    if address:
        steps.append(session.get(pond.public + address.group(1), timeout=60))
    if [step.status_code for step in steps] != [302, 200, 200]:
        broken.append([step.status_code for step in steps])
    return address and address.group(1)


def test_an_expired_code_is_replaced_in_the_desk_while_visitors_scan(desk, phone, tmp_path):
    """A week is over, visitors go on scanning the poster, somebody takes the group's new code to the page of today's work: nobody
    sees an error or the old code, and what is printed stays what it is."""
    desk, visitor = desk(1280, "zh-CN"), phone()
    pond, link = desk.pond, desk.pond.link()
    old, spare = (group_code(pond, tmp_path, f"https://weixin.qq.com/g/AwYAA{name}") for name in ("old", "spare"))
    one = target(pond, link, kind="qr", image=old["id"], name="East 3", title="华东 3 群", valid_until=at(hours=-1))
    target(pond, link, kind="qr", image=spare["id"], name="Spare", title="备用群")
    printed = pond.api("GET", f"/links/{link['id']}/qr", 200).content
    broken, seen, stop = [], [], threading.Event()

    def go_on(number):
        with requests.Session() as session:
            for count in range(60000):
                if stop.is_set():
                    return
                seen.append(scan(pond, link, session, f"203.0.{number}.{count % 250 + 1}", broken))

    def on_the_phone():
        visitor.get(f"{pond.redirect}/{link['code']}")
        assert visitor.execute_script("return document.querySelector('.paper img').naturalWidth") > 0
        return visitor.execute_script("return new URL(document.querySelector('.paper img').src).pathname")

    visitors = [threading.Thread(target=go_on, args=(number,)) for number in range(3)]
    for thread in visitors:
        thread.start()
    try:
        assert on_the_phone() == spare["url"]
        desk.open("/today").sign_in()
        wait_for(lambda: len(desk.all(".today-row")) == 1, 20)
        wait_for(lambda: len(seen) > 20, 20)
        desk.there(".today-row input[type=file]").send_keys(picture_file(tmp_path, "new.png", "https://weixin.qq.com/g/AwYAAnew"))
        wait_for(lambda: not desk.all(".today-row"), 20)
        after = [row for row in pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"] if row["id"] == one["id"]][0]
        new = pond.api("GET", f"/images/{after['image']}", 200).json()
        assert after["state"] == "open" and new["qr_text"].endswith("new")
        assert on_the_phone() == new["url"]
        since = len(seen)
        wait_for(lambda: len(seen) > since + 20, 20)
    finally:
        stop.set()
        for thread in visitors:
            thread.join()
    assert broken == [] and set(seen) == {spare["url"], new["url"]} and old["url"] not in seen
    assert set(seen[since + 3:]) == {new["url"]}  # those under way when it was replaced are three
    assert pond.api("GET", f"/links/{link['id']}", 200).json()["code"] == link["code"]
    assert pond.api("GET", f"/links/{link['id']}/qr", 200).content == printed
    assert noise(desk.driver) == [] and noise(visitor) == []


def test_a_picture_without_a_code_asks_first(desk, tmp_path):
    desk = desk(1280, "zh-CN")
    link, image = desk.pond.link(), group_code(desk.pond, tmp_path)
    target(desk.pond, link, kind="qr", image=image["id"], name="East 3")
    desk.open(f"/links/{link['id']}").sign_in()
    blank = tmp_path / "blank.png"
    blank.write_bytes(png(200, 200, [[200] * 200] * 200))
    desk.there(".target input[type=file]").send_keys(str(blank))
    desk.says("识别不到二维码")
    desk.find("dialog .dialog-foot .button").click()  # no
    desk.gone("dialog")
    assert desk.pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"][0]["image"] == image["id"]
