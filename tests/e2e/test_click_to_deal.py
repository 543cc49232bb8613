# SPDX-License-Identifier: MIT
"""Goal: from the scan of a poster to the refund, in a real browser, every deal is credited as counted by hand, by all six models;
who is handed the page is somebody else; and WeCom's callback brings a new friend's deal to the click that led there."""
from browser import wait_for
from pictures import decoded
from pond import WECHAT
from test_landing_page import browser, kept, pond, send_form, site  # pylint: disable=unused-import  (fixtures)
from wecom import WeCom

CORP = "wx5823bf96d3bd56c7"
MODELS = ("first", "last", "last_non_direct", "linear", "position", "time_decay")
PHONE = {"phone": "10000000017"}


def in_wechat(driver):
    driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": WECHAT, "acceptLanguage": "zh-CN"})
    return driver


def tell(pond, kind, name, **fields):
    return pond.api("POST", "/events", 201, json={"type": kind, "event_id": name, "currency": "CNY", **fields}).json()


def joined(pond, count, **params):
    """That many events, all of them joined."""
    def all_of_them():
        items = pond.api("GET", "/events", 200, params=params).json()["items"]
        return items if len(items) == count and {event["state"] for event in items} == {"joined"} else None
    return wait_for(all_of_them, 60, 0.1)


def credit(pond, links, **params):
    said = pond.api("GET", "/stats/attribution", 200, params={"group_by": "link", **params}).json()
    groups = {group["link"]["id"] if isinstance(group["link"], dict) else group["link"]: group["models"] for group in said["groups"]}
    return {model: [groups.get(link["id"], {}).get(model, {"value": {}})["value"].get("CNY", 0) for link in links] for model in MODELS}


def test_every_model_credits_scan_lead_deal_repurchase_and_refund(pond, site, browser, tmp_path):
    article, group, poster, bookmark = links = [
        pond.link(f"{site}/{name}", click_id_param="cid", channel=channel)
        for name, channel in (("read", "公众号"), ("group", "社群"), ("trial", "海报"), ("again", None))]
    phone = in_wechat(browser())
    for link in (article, group):
        phone.get(f"{pond.redirect}/{link['code']}")
        wait_for(lambda link=link: "cid=" in phone.current_url and len(kept(phone)) == 2, 30)
    picture = pond.api("GET", f"/links/{poster['id']}/qr", 200, params={"format": "png"}).content
    scanned = decoded(picture, tmp_path)
    assert scanned == poster["short_url"] + "?lp_qr=1"
    phone.get(scanned.replace(f"http://{pond.domain}", pond.redirect))
    wait_for(lambda: "/trial" in phone.current_url and kept(phone)[0] in phone.current_url, 30)
    click, number = kept(phone)
    send_form(phone)
    first = joined(pond, 1, type="lead")[0]
    assert first["link"] == poster["id"]
    deal = tell(pond, "deal", "order-1", value=300, click_id=click, customer=PHONE)
    joined(pond, 1, type="deal")
    # Three touches within minutes: a half-life of 7 days tells no difference in three yuan. 2:1:2 by position.
    assert credit(pond, links, type="deal") == {
        "first": [300, 0, 0, 0], "last": [0, 0, 300, 0], "last_non_direct": [0, 0, 300, 0], "linear": [100, 100, 100, 0],
        "position": [120, 60, 120, 0], "time_decay": [100, 100, 100, 0]}

    computer = browser()  # knows the address by heart: nobody sent them, so this touch is direct
    computer.get(f"{pond.redirect}/{bookmark['code']}")
    wait_for(lambda: "/again" in computer.current_url and len(kept(computer)) == 2, 30)
    again = tell(pond, "deal", "order-2", value=400, click_id=kept(computer)[0], customer=PHONE)
    joined(pond, 2, type="deal")
    tell(pond, "refund", "refund-2", value=-200, customer=PHONE)
    joined(pond, 1, type="refund")
    assert deal["id"] != again["id"]
    # 400 over four touches: all to one end, 100 each, or 160 40 40 160; the refund takes half of these back. Add the 300 of before.
    assert credit(pond, links) == {
        "first": [500, 0, 0, 0], "last": [0, 0, 300, 200], "last_non_direct": [0, 0, 500, 0], "linear": [150, 150, 150, 50],
        "position": [200, 80, 140, 80], "time_decay": [150, 150, 150, 50]}
    customer = pond.api("GET", f"/customers/{first['customer']}", 200).json()
    assert (customer["stage"], customer["touches"]) == ("repurchase", 4)

    friend = in_wechat(browser())
    friend.get(f"{site}/trial?cid={click}&from=groupmessage")
    wait_for(lambda: len(kept(friend)) == 2, 30)
    assert kept(friend)[1] != number
    send_form(friend)
    leads = joined(pond, 2, type="lead")
    handed = next(event for event in leads if event["id"] != first["id"])
    assert (first["generation"], handed["generation"]) == (1, 2) and handed["customer"] != first["customer"]


def test_the_callback_of_wecom_brings_the_deal_to_the_click(pond):
    link = pond.link("https://work.weixin.qq.com/ca/cawcde2a7b5f5a5c6d", click_id_param="customer_channel")
    made = pond.api("POST", "/wecom-callbacks", 201, json={"name": "corp", "receiver": CORP}).json()
    wecom = WeCom(pond.public + made["path"], CORP, made["token"], made["aes_key"])
    state = pond.visit(link["code"]).headers["Location"].split("customer_channel=")[1][:22]
    assert wecom.send(wecom.contact("add_external_contact", external="wmDEAL", state=state)).text == "success"
    friend = joined(pond, 1, type="add_friend")[0]
    tell(pond, "deal", "order-w", value=700, customer={"external_userid": "wmDEAL"})
    assert joined(pond, 1, type="deal", customer=friend["customer"])
    # One touch has all of it, whatever the model.
    assert credit(pond, [link]) == {model: [700] for model in MODELS}
