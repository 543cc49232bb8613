# SPDX-License-Identifier: MIT
"""Goal: every click on a tracked link is named once, in the address the visitor is sent to and in the ledger alike, and
the name is what docs/attribution.md says it is; nothing else of the address changes."""
import ctypes
import re
import sqlite3
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from pond import Pond, wait_for

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BOT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    pond = Pond(tmp_path_factory.mktemp("click_ids"), extra_schemes="weixin", chunk_rows=16, fold_rows=1).start()
    yield pond
    pond.stop()


def aes_decrypt(key, block):
    """One block, by libcrypto itself."""
    crypto = ctypes.CDLL("libcrypto.so.3")
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ecb"):
        getattr(crypto, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(crypto.EVP_aes_128_ecb())
    out, count = ctypes.create_string_buffer(32), ctypes.c_int()
    assert crypto.EVP_DecryptInit_ex(context, cipher, None, key, None) == 1
    crypto.EVP_CIPHER_CTX_set_padding(context, 0)
    assert crypto.EVP_DecryptUpdate(context, out, ctypes.byref(count), block, 16) == 1
    crypto.EVP_CIPHER_CTX_free(context)
    return out.raw[:16]


def asked(pond, sql):
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        return db.execute(sql).fetchone()


def opened(pond, click_id):
    """(number of the click, second, what should be zero)"""
    assert re.fullmatch("[0-9A-Za-z]{22}", click_id)
    number = 0
    for digit in click_id:
        number = number * 62 + DIGITS.index(digit)
    keys = asked(pond, "SELECT value FROM meta WHERE key = 'click_keys'")[0]
    block = aes_decrypt(bytes(keys[-16:]), number.to_bytes(16, "big"))
    return int.from_bytes(block[:8], "big"), int.from_bytes(block[8:12], "big"), int.from_bytes(block[12:], "big")


def cid(reply, name="cid"):
    return parse_qs(urlsplit(reply.headers["Location"]).query)[name][0]


def test_the_id_is_the_ledgers_number_and_second_sealed(pond):
    link = pond.link("https://www.example.com/sign-up?e=m%3D2%26x#/top", click_id_param="cid")
    assert link["warnings"] == []
    reply = pond.visit(link["code"])
    click = pond.click_of(reply)
    assert reply.headers["Location"] == f"https://www.example.com/sign-up?e=m%3D2%26x&cid={cid(reply)}#/top"
    assert click["click_id"] == cid(reply)
    assert click["location"] == reply.headers["Location"]
    number, second, rest = opened(pond, cid(reply))
    assert (str(number), rest) == (str(click["id"]), 0)
    assert int(datetime.fromisoformat(click["time"].replace("Z", "+00:00")).timestamp()) == second


def test_each_click_has_a_name_of_its_own_also_once_it_is_sealed_into_columns(pond):
    link = pond.link("https://www.example.com/many/{click_id}", click_id_param="cid")
    answered = [pond.visit(link["code"] + f"?utm_term=t{i % 3}") for i in range(60)]
    names = [cid(reply) for reply in answered]
    assert len(set(names)) == 60
    pond.drain()
    wait_for(lambda: (asked(pond, "SELECT sum(rows) FROM chunk")[0] or 0) >= 16)
    rows = pond.clicks(link=link["id"], limit=100)
    assert sorted(row["click_id"] for row in rows) == sorted(names)
    assert {row["click_id"]: row["location"] for row in rows} == {cid(reply): reply.headers["Location"] for reply in answered}


def test_other_links_have_none(pond):
    click = pond.click_of(pond.visit(pond.link("https://www.example.com/plain")["code"]))
    assert click["click_id"] is None


@pytest.mark.parametrize("target, before, after", [
    ("https://www.example.com/{click_id}/x?a=%20==#b", "https://www.example.com/", "/x?a=%20==#b"),
    ("https://www.example.com/?u=https%3A%2F%2Fin.example%2F%3Fc%3D%7Bclick_id%7D&z", "https://www.example.com/?u=https%3A%2F%2Fin.example%2F%3Fc%3D", "&z"),
    ("https://www.example.com/#/p?c={click_id}&d", "https://www.example.com/#/p?c=", "&d"),
])
def test_a_place_in_the_target_is_kept_as_written_and_filled_on_the_way(pond, target, before, after):
    link = pond.link(target)
    assert link["url"] == target
    location = pond.visit(link["code"]).headers["Location"]
    assert location.startswith(before) and location.endswith(after)
    number, _, rest = opened(pond, location[len(before):len(location) - len(after)])
    assert number > 0 and rest == 0


def test_wecom_and_mini_programs_get_it_where_they_look(pond):
    friend = pond.link("https://work.weixin.qq.com/ca/cawcde0000?customer_channel=old", click_id_param="customer_channel")
    reply = pond.visit(friend["code"] + "?customer_channel=forged")
    assert reply.headers["Location"] == f"https://work.weixin.qq.com/ca/cawcde0000?customer_channel={cid(reply, 'customer_channel')}"
    assert opened(pond, cid(reply, "customer_channel"))[2] == 0
    program = pond.link("weixin://dl/business/?appid=wx4e&path=pages%2Fa&query=a%3D1", click_id_param="query")
    location = pond.visit(program["code"]).headers["Location"]
    inner = parse_qs(parse_qs(urlsplit(location).query)["query"][0])
    assert inner["a"] == ["1"] and opened(pond, inner["click_id"][0])[2] == 0


def test_fallbacks_and_live_codes_carry_it(pond):
    shut = pond.link("https://www.example.com/shut", click_id_param="cid", enabled=False, fallback_url="https://www.example.com/instead")
    reply = pond.visit(shut["code"])
    assert pond.click_of(reply)["click_id"] == cid(reply)
    live = pond.link("https://www.example.com/live", click_id_param="cid",
                     targets=[{"kind": "url", "url": "https://www.example.com/a?x={click_id}"}])
    reply = pond.visit(live["code"])
    click = pond.click_of(reply)
    assert cid(reply, "x") == cid(reply) == click["click_id"] and click["target"]


def test_machines_get_ids_too_and_their_clicks_stay_machines(pond):
    link = pond.link(click_id_param="cid")
    reply = pond.visit(link["code"], ua=BOT)
    click = pond.click_of(reply)
    assert (click["class"], click["click_id"]) == ("bot", cid(reply))
    reply = pond.visit(link["code"], method="HEAD")
    assert opened(pond, cid(reply))[2] == 0


def test_by_default_a_target_with_a_place_numbers_its_visitors(pond):
    assert "Set-Cookie" in pond.visit(pond.link("https://www.example.com/{click_id}")["code"]).headers
    assert "Set-Cookie" not in pond.visit(pond.link("https://www.example.com/none")["code"]).headers


@pytest.mark.parametrize("target, code", [("https://{click_id}.example.com/", "bad_host"), ("https://www.example.com/" + "{click_id}" * 5, "too_many_places")])
def test_a_place_is_no_host_and_there_are_four_at_most(pond, target, code):
    problem = pond.api("POST", "/links", json={"url": target}, expect=422).json()
    assert problem["errors"][0]["code"] == code


def test_ids_outlive_a_restart_and_a_kill(pond):
    link = pond.link(click_id_param="cid")
    before = cid(pond.visit(link["code"]))
    pond.kill9()
    pond.start()
    after = cid(pond.visit(link["code"]))
    pond.drain()
    rows = {row["click_id"] for row in pond.clicks(link=link["id"])}
    assert {before, after} == rows
