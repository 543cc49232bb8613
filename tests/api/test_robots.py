# SPDX-License-Identifier: MIT
"""Goal: robots are told in their vendor's way, an address or a secret goes in and never comes out, and nobody makes
this server post into its own network."""
import base64
import hashlib
import hmac
import json
import socket

import pytest
from notices import outbox, put_notices
from pond import wait_for
from robot_sink import OK, WECOM_OK, Sink

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdefghijklmnopqrstuv").decode()


@pytest.fixture(scope="module")
def open_pond(tmp_path_factory):
    """One that may post to loopback."""
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("robots"), notify_allow_private="true").start()
    yield pond
    pond.stop()


@pytest.fixture
def sink():
    made = Sink()
    yield made
    made.close()


def add(pond, expect=201, **fields):
    body = {"name": f"r{add.count}", "kind": "webhook", "url": "https://robot.example.com/hook/0123456789abcdef", **fields}
    add.count += 1
    return pond.api("POST", "/robots", expect, json={name: value for name, value in body.items() if value is not ...}).json()


add.count = 0


def signed(post, secret):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode() + post.body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def test_a_robot_is_added_changed_and_removed(pond):
    made = add(pond, name="值班群", kind="wecom", url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-of-the-group-9f2c",
               language="en", markdown=True, quiet={"from": "22:00", "to": "08:00", "zone": "Asia/Shanghai"}, notices=["pool_empty", "disk"], owner="admin")
    assert (made["name"], made["kind"], made["language"], made["markdown"], made["notices"], made["owner"]) == ("值班群", "wecom", "en", True, ["pool_empty", "disk"], "admin")
    assert made["quiet"] == {"from": "22:00", "to": "08:00", "zone": "Asia/Shanghai"} and made["enabled"] and not made["has_secret"]
    assert made["url"] == "https://qyapi.weixin.qq.com/…9f2c" and "secret" not in made
    path = f"/robots/{made['id']}"
    changed = pond.api("PATCH", path, 200, json={"quiet": None, "enabled": False, "notices": []}).json()
    assert (changed["quiet"], changed["enabled"], changed["notices"], changed["name"]) == (None, False, [], "值班群")
    assert pond.api("GET", path, 200).json() == changed
    assert made["id"] in [one["id"] for one in pond.api("GET", "/robots", 200).json()["items"]]
    pond.api("DELETE", path, 204)
    pond.api("GET", path, 404)
    pond.api("PATCH", path, 404, json={"enabled": True})


@pytest.mark.parametrize("fields,field,code", [
    ({"kind": "pager"}, "kind", "not_allowed"), ({"kind": ...}, "kind", "required"), ({"url": ...}, "url", "required"), ({"name": " "}, "name", "required"),
    ({"url": "ftp://x.example.com/"}, "url", "scheme_not_allowed"), ({"url": "https://u:p@x.example.com/"}, "url", "userinfo_not_allowed"),
    ({"kind": "wecom", "secret": "x"}, "secret", "not_allowed"), ({"kind": "dingtalk", "secret": "x"}, "secret", "bad_secret"),
    ({"secret": "whsec_short"}, "secret", "bad_secret"), ({"kind": "feishu", "rotate_secret": True}, "rotate_secret", "not_allowed"),
    ({"markdown": True}, "markdown", "not_allowed"), ({"language": "fr"}, "language", "not_allowed"), ({"notices": ["test"]}, "notices", "not_allowed"),
    ({"quiet": {"from": "24:00", "to": "08:00"}}, "quiet", "not_a_time"), ({"quiet": {"from": "22:00"}}, "to", "required"),
    ({"quiet": {"from": "22:00", "to": "08:00", "zone": "Mars/Base"}}, "zone", "unknown"), ({"owner": "nobody"}, "owner", "unknown"), ({"colour": "red"}, "colour", "unknown_field"),
])
def test_what_a_robot_cannot_be_is_said_by_field(pond, fields, field, code):
    error = add(pond, 422, **fields)["errors"][0]
    assert (error["field"], error["code"]) == (field, code)


def test_names_are_unique_and_kinds_stay(pond):
    first = add(pond, name="one of a kind")
    assert add(pond, 409, name="one of a kind")["errors"][0]["code"] == "taken"
    assert pond.api("PATCH", f"/robots/{first['id']}", 422, json={"kind": "slack"}).json()["errors"][0]["field"] == "kind"


def test_a_secret_is_shown_once_and_never_again(pond):
    made = add(pond)
    assert made["secret"].startswith("whsec_") and made["has_secret"]
    given = add(pond, secret=SECRET)
    assert "secret" not in given and given["has_secret"]
    turned = pond.api("PATCH", f"/robots/{given['id']}", 200, json={"rotate_secret": True}).json()
    assert turned["secret"] != SECRET and turned["old_secret_until"]
    mute = add(pond, secret=None)
    assert not mute["has_secret"]
    hidden = [made["secret"], SECRET, turned["secret"], "0123456789ab"]
    for path in ("/robots", f"/robots/{given['id']}", "/audit?object=robot", "/settings", "/outbox"):
        text = pond.api("GET", path, 200).text
        assert not [one for one in hidden if one in text], path
    told = [line["changes"].get("secret") for line in pond.api("GET", f"/audit?object=robot:{given['id']}", 200).json()["items"]]
    assert told == [["(set)", "(changed)"], [None, "(set)"]]
    stored = b"".join((pond.data / name).read_bytes() for name in ("linkpond.db", "linkpond.db-wal"))
    assert not [one for one in hidden if one.encode() in stored], "sealed at rest"
    assert not [one for one in hidden if one in pond.log_text()]


def test_a_test_says_what_came_back(open_pond, sink):
    wecom = add(open_pond, kind="wecom", url=sink.url())
    sink.answer = WECOM_OK
    told = open_pond.api("POST", f"/robots/{wecom['id']}/test", 200).json()
    assert (told["sent"], told["verdict"], told["status"], told["error"], told["answer"]) == (True, "sent", 200, None, '{"errcode":0,"errmsg":"ok"}')
    assert sink.posts[-1].json == {"msgtype": "text", "text": {"content": f"【链塘】机器人已接通\n{wecom['name']}"}}
    sink.answer = {"status": 200, "body": b'{"errcode":93000,"errmsg":"invalid webhook url"}'}
    told = open_pond.api("POST", f"/robots/{wecom['id']}/test", 200).json()
    assert not told["sent"] and told["verdict"] == "failed" and "93000" in told["error"]
    sink.answer = {"cut": True}
    told = open_pond.api("POST", f"/robots/{wecom['id']}/test", 200).json()
    assert (told["sent"], told["status"]) == (False, 0) and told["error"]
    open_pond.api("POST", "/robots/999999/test", 404)


def test_every_kind_is_told_in_its_own_way(open_pond, sink):
    kinds = {
        "dingtalk": ({"secret": "SEC0123456789abcdef", "url": sink.url("/robot/send?access_token=T")}, b'{"errcode":0}'),
        "feishu": ({"secret": "feishu-test-secret"}, b'{"code":0,"msg":"success"}'),
        "slack": ({"language": "en"}, b"ok"),
        "webhook": ({"secret": SECRET}, b""),
    }
    for kind, (fields, body) in kinds.items():
        sink.answer = {"status": 200, "body": body}
        robot = add(open_pond, **{"kind": kind, "url": sink.url(), **fields})
        assert open_pond.api("POST", f"/robots/{robot['id']}/test", 200).json()["sent"], kind
    ding, feishu, slack, hook = sink.posts
    stamp = ding.path.split("timestamp=")[1].split("&")[0]
    expected = base64.b64encode(hmac.new(b"SEC0123456789abcdef", f"{stamp}\nSEC0123456789abcdef".encode(), hashlib.sha256).digest()).decode()
    assert requests_quote(expected) == ding.path.split("&sign=")[1] and ding.path.startswith("/robot/send?access_token=T&timestamp=")
    key = f"{feishu.json['timestamp']}\nfeishu-test-secret".encode()
    assert feishu.json["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert slack.json["text"].startswith("*Linkpond: This robot works*")
    assert hook.headers["webhook-signature"] == signed(hook, SECRET) and hook.json["type"] == "test"
    assert all(post.headers["Content-Type"] == "application/json; charset=utf-8" for post in sink.posts)


def requests_quote(text):
    from urllib.parse import quote
    return quote(text, safe="")


def test_both_secrets_sign_while_they_change(open_pond, sink):
    robot = add(open_pond, url=sink.url(), secret=SECRET)
    fresh = open_pond.api("PATCH", f"/robots/{robot['id']}", 200, json={"rotate_secret": True}).json()["secret"]
    open_pond.api("POST", f"/robots/{robot['id']}/test", 200)
    post = sink.posts[-1]
    assert post.headers["webhook-signature"].split(" ") == [signed(post, fresh), signed(post, SECRET)]


PRIVATE = ["http://127.0.0.1:{port}/x", "http://0x7f.1:{port}/x", "http://2130706433:{port}/x", "http://[::1]:{port}/x", "http://[::ffff:127.0.0.1]:{port}/x",
           "http://localhost:{port}/x", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://0.0.0.0:{port}/", "http://100.100.100.200/"]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_of_our_own_network_is_refused(pond, sink, url):
    error = add(pond, 422, url=url.format(port=sink.port))["errors"][0]
    assert error["field"] == "url" and not sink.posts


def test_nothing_is_posted_into_our_own_network(make_pond, sink):
    """Entered while that was allowed: the address that is connected to is what counts. (Spellings of numbers are
    refused when they are entered, in any case; what would become of them is unit/engine/poster_test's.)"""
    pond = make_pond(notify_allow_private="true")
    made = [pond.api("POST", "/robots", None, json={"name": url, "kind": "webhook", "url": url.format(port=sink.port)}) for url in PRIVATE]
    robots = [reply.json() for reply in made if reply.status_code == 201]
    assert len(robots) >= 6
    pond.restart(notify_allow_private="false")
    for robot in robots:
        told = pond.api("POST", f"/robots/{robot['id']}/test", 200).json()
        assert (told["sent"], told["status"], told["error"]) == (False, 0, "the address belongs to a private network"), robot["name"]
    assert not sink.posts


def test_a_name_that_leads_into_our_own_network_is_refused(pond, sink):
    name = socket.gethostname() + "."
    try:
        assert all(info[4][0].startswith(("127.", "10.", "172.", "192.168.", "::1", "fe80")) for info in socket.getaddrinfo(name.rstrip("."), sink.port))
    except (OSError, AssertionError):
        pytest.skip("this machine's name is not that of a private address")
    reply = pond.api("POST", "/robots", None, json={"name": "by name", "kind": "webhook", "url": f"http://{name.rstrip('.')}:{sink.port}/x"})
    if reply.status_code == 201:
        told = pond.api("POST", f"/robots/{reply.json()['id']}/test", 200).json()
        assert (told["sent"], told["error"]) == (False, "the address belongs to a private network")
    else:
        assert reply.status_code == 422
    assert not sink.posts


def test_a_redirect_is_not_followed_and_a_flood_is_not_read(open_pond, sink):
    other = Sink()
    robot = add(open_pond, url=sink.url())
    sink.answer = {"status": 307, "headers": {"Location": other.url()}}
    told = open_pond.api("POST", f"/robots/{robot['id']}/test", 200).json()
    assert not told["sent"] and told["status"] == 307 and not other.posts
    other.close()
    sink.answer = {"status": 500, "body": b"x" * 50_000_000}
    told = open_pond.api("POST", f"/robots/{robot['id']}/test", 200).json()
    assert not told["sent"] and told["status"] == 500 and len(told["answer"]) <= 500


# ---- the outbox ------------------------------------------------------------------------------------------------------

def test_the_outbox_tells_what_became_of_each(make_pond, sink):
    pond = make_pond(notify_allow_private="true")
    good, bad = (add(pond, url=sink.url(path)) for path in ("/good/0123456789abcdef", "/bad/0123456789abcdef"))
    sink.answer = lambda post: OK if post.path.startswith("/good") else {"status": 500, "body": b"out of order"}
    pond.stop()
    sent, = put_notices(pond, good["id"], ["群一"])
    dead, = put_notices(pond, bad["id"], ["群二"])
    pond.start()
    wait_for(lambda: outbox(pond, state="sent") and outbox(pond, state="waiting")[0]["attempts"])
    item, = outbox(pond, state="sent")
    assert (item["message"], item["subject"], item["status"], item["attempts"], item["robot"]["id"]) == (sent, "群一", 200, 0, good["id"])
    item, = outbox(pond, state="waiting", robot=bad["id"])
    assert (item["message"], item["status"], item["error"]) == (dead, 500, "状态 500 (out of order)") and item["due_at"]
    assert item["facts"] == {"link": "https://s.test/x", "shown": 200}
    post = sink.taken[0]
    assert post.json["type"] == "target_full" and post.json["data"]["facts"] == item["facts"] and post.id == sent
    metrics = pond.metrics()
    assert (metrics["linkpond_outbox_waiting"], metrics["linkpond_outbox_dead"], metrics["linkpond_outbox_sent_total"]) == (1, 0, 1)
    assert metrics["linkpond_outbox_failed_total"] >= 1
    sink.answer = OK
    assert pond.api("POST", f"/outbox/{item['id']}/retry", 200).json()["state"] in ("waiting", "sent")
    wait_for(lambda: len(outbox(pond, state="sent")) == 2)
    assert pond.api("POST", f"/outbox/{item['id']}/retry", 409).json()["errors"][0]["code"] == "sent"
    pond.api("POST", "/outbox/999999/retry", 404)
    pond.api("GET", "/outbox?state=lost", 422)
    page = pond.api("GET", "/outbox?limit=1", 200).json()
    assert page["total"] == 2 and len(page["items"]) == 1
    rest = pond.api("GET", "/outbox", 200, params={"limit": 1, "cursor": page["next_cursor"]}).json()
    assert [page["items"][0]["id"], rest["items"][0]["id"]] == sorted((one["id"] for one in page["items"] + rest["items"]), reverse=True)


def test_410_ends_it_until_somebody_enables_it(make_pond, sink):
    pond = make_pond(notify_allow_private="true")
    robot = add(pond, url=sink.url())
    sink.answer = {"status": 410}
    pond.stop()
    put_notices(pond, robot["id"], ["one", "two"])
    pond.start()
    wait_for(lambda: outbox(pond, state="dead"))
    gone = pond.api("GET", f"/robots/{robot['id']}", 200).json()
    assert not gone["enabled"] and gone["gone_at"] and len(sink.posts) == 1
    assert [one["subject"] for one in outbox(pond, state="waiting")] == ["two"], "kept for when it works again"
    sink.answer = OK
    assert pond.api("PATCH", f"/robots/{robot['id']}", 200, json={"enabled": True}).json()["gone_at"] is None
    wait_for(lambda: [one["subject"] for one in outbox(pond, state="sent")] == ["two"])


def test_at_night_only_the_urgent_is_told(make_pond, sink):
    pond = make_pond(notify_allow_private="true")
    sink.answer = WECOM_OK
    robot = add(pond, kind="wecom", url=sink.url(), quiet={"from": "00:00", "to": "23:59", "zone": "UTC"})
    pond.stop()
    put_notices(pond, robot["id"], ["later"])
    put_notices(pond, robot["id"], ["now"], kind="pool_empty", urgent=True)
    pond.start()
    wait_for(lambda: outbox(pond, state="sent"))
    if [one["subject"] for one in outbox(pond, state="waiting")] == ["later"]:  # but in the one minute that is not quiet
        assert "now" in json.dumps(sink.taken[0].json, ensure_ascii=False)
        pond.api("PATCH", f"/robots/{robot['id']}", 200, json={"quiet": None})
    wait_for(lambda: len(outbox(pond, state="sent")) == 2)
