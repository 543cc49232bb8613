# SPDX-License-Identifier: MIT
"""Goal: who events happened with is one person however many names they have, seen by whom it concerns, and forgotten for good."""
import pytest


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("customers")).start()
    yield pond
    pond.stop()


def test_stages_are_a_preset_or_ones_own(pond):
    said = pond.api("GET", "/stages", 200).json()
    assert said["preset"] == "traffic" and [stage["key"] for stage in said["stages"]] == ["traffic", "lead", "deal", "service", "repurchase", "referral"]
    assert [stage["names"]["zh"] for stage in said["stages"]] == ["流量", "线索", "成交", "服务", "复购", "转介绍"]
    assert {"type": "deal", "nth": 2} in said["stages"][4]["events"]
    assert [preset["key"] for preset in said["presets"]] == ["traffic", "training"]
    said = pond.api("PUT", "/stages", 200, json={"preset": "training"}).json()
    assert said["preset"] == "training" and [stage["names"]["zh"] for stage in said["stages"]] == ["招", "育", "转", "留"]
    own = [{"key": "seen", "names": {"zh": "来过", "en": "Seen"}}, {"key": "trial", "events": [{"type": "trial"}]},
           {"key": "deal", "events": [{"type": "deal", "nth": 3}]}]
    said = pond.api("PUT", "/stages", 200, json={"stages": own}).json()
    assert said["preset"] is None and said["stages"][2]["events"] == [{"type": "deal", "nth": 3}]
    assert pond.api("PUT", "/stages", 200, json={"preset": "traffic"}).json()["preset"] == "traffic"
    lines = pond.api("GET", "/audit?object=stages", 200).json()["items"]
    assert [line["action"] for line in lines] == ["stages.update"] * 3 and lines[0]["who"]["user"] == "admin"


@pytest.mark.parametrize("body,field", [
    ({}, "stages"), ({"preset": "nothing"}, "preset"), ({"stages": []}, "stages"), ({"stages": [{"key": "a"}]}, "stages"),
    ({"stages": [{"key": "a"}, {"key": "a"}]}, "stages"), ({"stages": [{"key": "A"}, {"key": "b"}]}, "stages"),
    ({"stages": [{"key": "a", "events": [{"type": "x"}]}, {"key": "b"}]}, "stages"),
    ({"stages": [{"key": "a"}, {"key": "b", "events": [{"type": "x"}]}, {"key": "c", "events": [{"type": "x"}]}]}, "stages"),
    ({"stages": [{"key": "a"}, {"key": "b", "events": [{"type": "x", "nth": 0}]}]}, "stages[1].events[0].nth"),
    ({"stages": [{"key": f"k{n}"} for n in range(13)]}, "stages"), ({"preset": "traffic", "stages": []}, "preset"),
])
def test_stages_that_cannot_be_are_refused(pond, body, field):
    assert pond.api("PUT", "/stages", 422, json=body).json()["errors"][0]["field"] == field
    assert pond.api("GET", "/stages", 200).json()["preset"] == "traffic"


def test_rules_that_tag_say_one_thing(pond):
    link = pond.link("https://www.example.com/", campaign="spring", channel="poster", tags=["expo"])
    for condition in ({"link": link["code"]}, {"campaign": "spring"}, {"channel": "poster"}, {"link_tag": "expo"}, {"type": "deal"}):
        made = pond.api("POST", "/tag-rules", 201, json={"tag": "industry=retail", **condition}).json()
        wanted = {"link": link["id"]} if "link" in condition else condition
        assert made["tag"] == "industry=retail" and all(made[name] == wanted.get(name) for name in ("link", "campaign", "channel", "link_tag", "type"))
        assert made in pond.api("GET", "/tag-rules", 200).json()["items"]
        pond.api("DELETE", f"/tag-rules/{made['id']}", 204)
    assert pond.api("GET", "/tag-rules", 200).json()["items"] == []
    pond.api("DELETE", "/tag-rules/1", 404)
    for body, field in (({"tag": "x"}, "link"), ({"tag": "x", "type": "a", "campaign": "spring"}, "link"), ({"tag": "x", "campaign": "none"}, "campaign"),
                        ({"tag": "x", "link": "none"}, "link"), ({"tag": " ", "type": "a"}, "tag"), ({"tag": "x", "type": " a"}, "type")):
        assert pond.api("POST", "/tag-rules", 422, json=body).json()["errors"][0]["field"] == field


def test_there_is_nobody_yet(pond):
    assert pond.api("GET", "/customers?q=wang&stage=deal&owner=admin&tag=none&sort=id", 200).json()["items"] == []
    for path in ("/customers/cus_1", "/customers/1", "/customers/cus_1/timeline", "/customers/cus_1/export"):
        pond.api("GET", path, 404)
    pond.api("PATCH", "/customers/cus_1", 404, json={"name": "x"})
    pond.api("POST", "/customers/cus_1/merge", 404, json={"with": "cus_2"})
    pond.api("POST", "/customers/cus_1/forget", 404)
    assert pond.api("GET", "/customers?sort=name", 422).json()["errors"][0]["field"] == "sort"
