# SPDX-License-Identifier: MIT
"""Goal: who leaves hands their links over in one step: nothing printed changes, history and reports follow, and a call
that is repeated does no harm."""
import pytest
from people import invite, key_of


@pytest.fixture
def office(make_pond):
    pond = make_pond(fold_rows=1)
    for key in ("leaver", "heir", "other"):
        invite(pond, key)
    return pond


def hand_over(pond, expect=200, who="leaver", **wish):
    reply = pond.api("POST", f"/users/{who}/hand-over", expect, json={"to": "heir", **wish})
    return reply.json()


def clicks_of(pond, owner):
    return pond.stats(owner=owner)["totals"]["clicks"]


def test_all_links_change_hands_and_nothing_else_changes(office):
    links = [office.link(f"https://www.example.com/{i}", owner="leaver", alias=f"printed-{i}", title=f"t{i}") for i in range(3)]
    kept = office.link("https://www.example.com/kept", owner="other")
    binned = office.link("https://www.example.com/bin", owner="leaver")
    office.api("DELETE", "/links/" + binned["id"], 204)
    archived = office.link("https://www.example.com/archive", owner="leaver", archived=True)
    office.api("POST", "/channels", 201, json={"key": "stand", "owner": "leaver"})
    for link in links:
        office.click_of(office.visit(link["code"]))
    office.drain()
    lead = lambda owner, name: office.api("POST", "/events", 201, json={"type": "lead", "owner": owner, "customer": {"external_id": name}}).json()["customer"]
    customers, others = [lead("leaver", name) for name in "abc"], lead("other", "d")
    dry = hand_over(office, all=True, dry_run=True)
    assert (dry["moved"], dry["channels"], dry["customers"], dry["done"], dry["dry_run"]) == (5, 1, 3, True, True)
    assert office.api("GET", f"/customers/{customers[0]}", 200).json()["owner"] == "leaver"
    assert office.api("GET", "/users/leaver", 200).json()["links"] == 5, "a dry run changes nothing"
    done = hand_over(office, all=True)
    assert done == {**dry, "dry_run": False}
    for before in links:
        after = office.api("GET", "/links/" + before["id"], 200).json()
        assert after["owner"] == "heir" and after["updated_at"] >= before["updated_at"]
        for name in ("code", "aliases", "short_url", "qr_url", "url", "title", "created_by", "created_at"):
            assert after[name] == before[name]
        assert after["counts"]["clicks"] == 1
        assert office.visit(f"printed-{before['title'][1]}").headers["Location"] == before["url"]
    assert office.api("GET", "/links/" + kept["id"], 200).json()["owner"] == "other"
    assert office.api("POST", f"/links/{binned['id']}/restore", 200).json()["owner"] == "heir"
    assert office.api("GET", "/links/" + archived["id"], 200).json()["owner"] == "heir"
    assert office.api("GET", "/channels/stand", 200).json()["owner"] == "heir"
    office.drain()
    assert (clicks_of(office, "leaver"), clicks_of(office, "heir")) == (0, 6)
    assert office.api("POST", "/check", 200).json()["ok"], "the stored sums are right"
    assert [office.api("GET", f"/customers/{one}", 200).json()["owner"] for one in (*customers, others)] == ["heir"] * 3 + ["other"]
    line = office.api("GET", "/audit", 200, params={"object": "user:leaver"}).json()["items"][0]
    assert line["action"] == "user.hand_over" and line["changes"]["customers"] == [0, 3]
    again = hand_over(office, all=True)
    assert (again["moved"], again["channels"], again["customers"]) == (0, 0, 0)


def test_the_command_line_hands_over(office):
    office.link(owner="leaver"), office.link(owner="leaver")
    assert office.cli("user", "hand-over", "leaver", "heir", "--dry-run").stdout == "2\n"
    assert office.cli("user", "hand-over", "leaver", "heir").stdout == "2\n"
    assert office.cli("user", "hand-over", "leaver", "heir").stdout == "0\n"
    assert office.cli("user", "hand-over", "leaver", "nobody", check=False).returncode == 1


def test_some_by_name_or_filter(office):
    a, b, c = (office.link(f"https://www.example.com/{i}", owner="leaver", campaign="spring" if i < 2 else None) for i in range(3))
    other = office.link(owner="other")
    done = hand_over(office, refs=[a["id"], b["code"], other["id"]])
    assert (done["moved"], done["skipped"], done["done"]) == (2, 1, True)
    assert hand_over(office, refs=[a["id"], b["code"], other["id"]])["moved"] == 0, "a repeat does no harm"
    assert hand_over(office, filter={"campaign": "spring"})["moved"] == 0
    assert hand_over(office, filter={"campaign": "spring", "owner": "heir"})["moved"] == 0, "only of the one who leaves"
    d = office.link("https://www.example.com/4", owner="leaver", campaign="spring")
    assert hand_over(office, filter={"campaign": "spring"})["moved"] == 1
    owners = {link["id"]: link["owner"] for link in office.api("GET", "/links", 200).json()["items"]}
    assert owners == {a["id"]: "heir", b["id"]: "heir", c["id"]: "leaver", other["id"]: "other", d["id"]: "heir"}


def test_more_than_one_transaction_holds(office):
    for _ in range(2):
        reply = office.api("POST", "/bulk/links", 200, json={"links": [{"url": f"https://www.example.com/{i}", "owner": "leaver"} for i in range(700)]})
        assert {one["status"] for one in reply.json()["results"]} == {201}
    assert hand_over(office, all=True)["moved"] == 1400
    assert office.api("GET", "/links?owner=heir&limit=1", 200).json()["total"] == 1400
    assert office.api("GET", "/links?owner=leaver", 200).json()["total"] == 0


@pytest.mark.parametrize("wish,field", [({}, "refs"), ({"all": True, "refs": ["x"]}, "refs"), ({"refs": []}, "refs"), ({"refs": "x"}, "refs"),
                                        ({"refs": ["no-such-link"]}, "refs[0]"), ({"filter": {}}, "filter"), ({"filter": {"colour": "red"}}, "colour"),
                                        ({"all": True, "to": "nobody"}, "to"), ({"all": True, "to": "leaver"}, "to"), ({"all": True, "to": None}, "to"),
                                        ({"all": True, "everything": True}, "everything")])
def test_what_is_no_wish_is_refused_by_field(office, wish, field):
    assert hand_over(office, 422, **wish)["errors"][0]["field"] == field


def test_nobody_hands_over_to_who_is_gone_nor_takes(office):
    office.api("PATCH", "/users/heir", 200, json={"disabled": True})
    assert hand_over(office, 422, all=True)["errors"][0]["code"] == "user_disabled"
    hand_over(office, 404, who="nobody", all=True)
    office.api("POST", "/users/leaver/hand-over", 403, json={"to": "other", "all": True}, key=key_of(office, "other"))
    office.link(owner="leaver")
    office.api("PATCH", "/users/leaver", 200, json={"disabled": True})
    moved = office.api("POST", "/users/leaver/hand-over", 200, json={"to": "other", "all": True}).json()
    assert moved["moved"] == 1, "of who is disabled already"
