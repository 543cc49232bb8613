# SPDX-License-Identifier: MIT
"""POST /api/v1/bulk/fan-out: one address, a link for each place.

Promises: one row per place in the order asked, each judged by itself; channels are made with what was said of them and those
that are there are kept; asked again, the same places have the same links; a table or a list can be pasted as it is.
"""
import pytest

URL = "https://www.example.com/landing"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def fan(pond, expect=200, **body):
    return pond.api("POST", "/bulk/fan-out", expect, json={"url": URL, **body}).json()


def refused(pond, **body):
    error = fan(pond, 422, **body)["errors"][0]
    return error["field"], error["code"]


def statuses(answer):
    return [row["status"] for row in answer["results"]]


def channel(pond, key):
    return pond.api("GET", f"/channels/{key}", 200).json()


def test_fifty_groups_get_a_link_each_that_works_and_names_its_group(pond):
    places = [{"name": f"华东{i}群", "group": "社群", "region": "华东", "location": "上海", "customer": f"客户{i}"} for i in range(50)]
    answer = fan(pond, places=places, campaign="spring", tags=["群"], utm_source="wechat", valid_until="2099-01-01T00:00:00Z")
    assert answer["counts"] == {"created": 50, "existed": 0, "failed": 0}
    for i, row in enumerate(answer["results"]):
        link = row["link"]
        assert (row["row"], row["status"], row["place"], row["channel"]) == (i + 1, 201, f"华东{i}群", f"华东{i}群")
        assert (link["channel"], link["customer"], link["campaign"], link["title"]) == (f"华东{i}群", f"客户{i}", "spring", f"华东{i}群")
        assert (link["tags"], link["utm_source"], link["valid_until"]) == (["群"], "wechat", "2099-01-01T00:00:00.000Z")
        assert (row["short_url"], row["qr_url"]) == (link["short_url"], link["qr_url"])
    made = channel(pond, "华东7群")
    assert (made["channel_group"], made["region"], made["location"]) == ("社群", "华东", "上海")
    last = answer["results"][-1]["link"]
    assert pond.visit(last["code"]).headers["Location"] == URL + "?utm_source=wechat"


def test_asked_again_the_same_places_have_the_same_links(pond):
    places = ["East", {"channel": "west"}, {"name": "North", "customer": "Amy"}, {"name": "North", "customer": "Ben"}]
    first = fan(pond, places=places, campaign="c", alias_pattern="s-{channel}-{customer}")
    assert statuses(first) == [201] * 4
    again = fan(pond, places=places + ["South"], campaign="c", alias_pattern="s-{channel}-{customer}")
    assert statuses(again) == [200] * 4 + [201]
    assert [row["link"]["id"] for row in again["results"][:4]] == [row["link"]["id"] for row in first["results"]]
    assert pond.api("GET", "/links", 200).json()["total"] == 5
    other = fan(pond, places=["East"], campaign="another", alias_pattern="t-{channel}")
    assert statuses(other) == [201]


def test_a_place_named_twice_has_one_link(pond):
    answer = fan(pond, places=["East", "West", " East "])
    assert statuses(answer) == [201, 201, 200]
    assert answer["results"][0]["link"]["id"] == answer["results"][2]["link"]["id"]


def test_what_is_common_can_be_brought_up_to_date(pond):
    fan(pond, places=["East"], notes="old")
    answer = fan(pond, places=["East"], notes="new", if_exists="update")
    assert statuses(answer) == [200] and answer["results"][0]["link"]["notes"] == "new"
    assert statuses(fan(pond, places=["East"], if_exists="fail")) == [409]


# ---- channels ------------------------------------------------------------------------------------------------------

def test_channels_are_found_by_key_or_by_what_they_are_called(pond):
    for body in ({"key": "east3", "name": "华东3群", "region": "华东"}, {"key": "old", "name": "旧群", "archived": True},
                 {"key": "n", "names": {"zh": "北群", "en": "North group"}}):
        pond.api("POST", "/channels", 201, json=body)
    answer = fan(pond, places=["华东3群", "North group", "北群", "old", "旧群", {"channel": "east3"}])
    assert [row["channel"] for row in answer["results"]] == ["east3", "n", "n", "old", "旧群", "east3"]
    assert statuses(answer) == [201, 201, 200, 201, 201, 200]


def test_a_channel_that_is_there_keeps_what_it_says_of_itself(pond):
    pond.api("POST", "/channels", 201, json={"key": "east3", "region": "华东"})
    answer = fan(pond, places=[{"channel": "east3", "region": "East"}])
    warnings = [note for note in answer["results"][0]["warnings"] if isinstance(note, dict)]
    assert [(note["code"], note["field"]) for note in warnings] == [("channel_kept", "region")]
    assert channel(pond, "east3")["region"] == "华东"


def test_a_name_that_is_no_key_becomes_one(pond):
    long_name = "上海浦东新区世纪大道一百二十号店面一楼东侧入口易拉宝"
    answer = fan(pond, places=["East, upper", long_name])
    keys = [row["channel"] for row in answer["results"]]
    assert keys[0] == "East， upper" and len(keys[1].encode()) <= 64 and keys[1].startswith("上海浦东新区世纪大道")
    assert channel(pond, keys[1])["name"] == long_name
    assert [row["channel"] for row in fan(pond, places=[long_name])["results"]] == keys[1:]


def test_templates_of_channels_fill_utm(pond):
    pond.api("POST", "/channels", 201, json={"key": "kol", "channel_group": "KOL", "region": "south",
                                             "utm_template": {"utm_medium": "{channel_group}", "utm_content": "{channel}-{region}-{customer}"}})
    answer = fan(pond, places=[{"channel": "kol", "customer": "x1"}, {"channel": "kol", "customer": "x2", "utm_content": "own"}])
    assert [(row["link"]["utm_medium"], row["link"]["utm_content"]) for row in answer["results"]] == [("KOL", "kol-south-x1"), ("KOL", "own")]


def test_a_strict_dictionary_makes_no_channels(make_pond):
    pond = make_pond("strict", strict_dictionary="true")
    pond.api("POST", "/channels", 201, json={"key": "east"})
    answer = fan(pond, places=["east", "west"])
    assert statuses(answer) == [201, 422]
    assert answer["results"][1]["problem"]["errors"][0]["field"] == "channel"


# ---- aliases -------------------------------------------------------------------------------------------------------

def test_aliases_follow_from_the_place_and_never_change(pond):
    places = ["East Group", "华东3群", {"name": "West", "alias": "my-own"}]
    answer = fan(pond, places=places, alias_pattern="spring-{channel}")
    aliases = [row["link"]["alias"] for row in answer["results"]]
    assert aliases[0] == "spring-east-group" and aliases[1].startswith("spring-3-") and aliases[2] == "my-own"
    assert len(aliases[1]) == len("spring-3-") + 6
    assert fan(pond, places=["华东3群"], alias_pattern="spring-{channel}", dry_run=True)["results"][0]["link"]["alias"] == aliases[1]


def test_an_alias_that_somebody_has_is_a_row_of_its_own(pond):
    pond.link(URL + "/other", alias="s-east")
    answer = fan(pond, places=["east", "west"], alias_pattern="s-{channel}")
    assert statuses(answer) == [409, 201]
    problem = answer["results"][0]["problem"]
    assert problem["type"] == "urn:linkpond:problem:alias-taken" and problem["existing"]["alias"] == "s-east"
    pond.api("GET", "/channels/east", 404)  # what a refused row would have made is not there


def test_a_place_that_has_its_link_keeps_its_alias(pond):
    fan(pond, places=[{"name": "east", "alias": "one"}])
    answer = fan(pond, places=[{"name": "east", "alias": "two"}])
    assert answer["results"][0]["link"]["alias"] == "one"
    assert "alias_kept" in [note["code"] for note in answer["results"][0]["warnings"] if isinstance(note, dict)]


# ---- rows and calls that are refused -------------------------------------------------------------------------------

def test_bad_rows_leave_the_others_alone(pond):
    answer = fan(pond, places=["good", {}, {"name": ""}, 7, {"name": "x", "owner": "nobody"}, {"name": "y", "alias": "a"},
                               {"name": "z", "colour": "red"}, {"name": "a\u0007b"}, {"channel": "a,b"}])
    assert statuses(answer) == [201] + [422] * 8
    fields = [row["problem"]["errors"][0]["field"] for row in answer["results"][1:]]
    assert fields == ["name", "name", "places", "owner", "alias", "colour", "name", "channel"]
    assert answer["counts"] == {"created": 1, "existed": 0, "failed": 8}
    assert pond.api("GET", "/channels", 200).json()["total"] == 1


@pytest.mark.parametrize("body,field,code", [
    ({"places": []}, "places", "required"), ({}, "places", "required"), ({"places": ["a"], "places_text": "a"}, "places", "required"),
    ({"places": ["a"] * 1001}, "places", "too_many"), ({"places": ["a"], "alias": "x1"}, "alias", "not_allowed"),
    ({"places": ["a"], "channel": "x"}, "channel", "not_allowed"), ({"places": ["a"], "external_id": "x"}, "external_id", "not_allowed"),
    ({"places": ["a"], "if_exists": "create"}, "if_exists", "not_allowed"), ({"places": ["a"], "alias_pattern": "x"}, "alias_pattern", "required"),
    ({"places": ["a"], "alias_pattern": "é{channel}"}, "alias_pattern", "bad_character"),
    ({"places": ["a"], "alias_pattern": "{code}"}, "alias_pattern", "unknown_placeholder"), ({"places": ["a"], "dry_run": 1}, "dry_run", "wrong_type"),
    ({"places": ["a"], "colour": "x"}, "colour", "unknown_field"), ({"places": ["a"], "url": None}, "url", "required"),
    ({"places_text": "a\tb\n"}, "places", "header_missing"), ({"places_text": "\n \n"}, "places", "required"),
    ({"places_text": "群名\n"}, "places", "required"), ({"places": ["a", "b"], "url": "javascript:alert(1)"}, "url", "scheme_not_allowed"),
    ({"places": ["a", "b"], "owner": "nobody"}, "owner", "unknown")])
def test_calls_that_mean_nothing_are_refused_whole(pond, body, field, code):
    assert refused(pond, **body) == (field, code)
    assert pond.api("GET", "/links", 200).json()["total"] == 0


def test_what_is_wrong_for_all_is_told_once_also_to_a_repeat(pond):
    for _ in range(2):
        pond.api("POST", "/bulk/fan-out", 422, json={"url": "data:x", "places": ["a"]}, headers={"Idempotency-Key": "k"})


def test_a_dry_run_changes_nothing(pond):
    answer = fan(pond, places=["a", "b", "a"], dry_run=True)
    assert (answer["dry_run"], statuses(answer)) == (True, [201, 201, 200])
    assert pond.api("GET", "/links", 200).json()["total"] == 0
    assert pond.api("GET", "/channels", 200).json()["total"] == 0


# ---- pasted text ---------------------------------------------------------------------------------------------------

TABLE = "\ufeff群名,区域,位置,负责人,客户,备用\r\n华东1群,华东,上海,admin,甲,x\r\n\"华东,2群\",华东,,,乙,y\r\n,,,,,\r\n"


def test_a_table_as_a_spreadsheet_saves_it(pond):
    reply = pond.api("POST", "/bulk/fan-out", 200, params={"url": URL, "campaign": "c", "alias_pattern": "s-{channel}"},
                     data=TABLE.encode(), headers={"Content-Type": "text/csv"}).json()
    assert [(row["status"], row["place"], row["channel"], row["link"]["customer"], row["link"]["owner"]) for row in reply["results"]] == [
        (201, "华东1群", "华东1群", "甲", "admin"), (201, "华东,2群", "华东，2群", "乙", "admin")]
    assert reply["unknown_columns"] == ["备用"]
    assert channel(pond, "华东1群")["location"] == "上海" and channel(pond, "华东1群")["owner"] == "admin"


def test_a_table_pasted_with_tabs_and_english_heads(pond):
    answer = fan(pond, places_text="Name\tChannel group\tUTM content\nEast\tchats\te\nWest\tchats\tw\n")
    assert [row["link"]["utm_content"] for row in answer["results"]] == ["e", "w"]
    assert channel(pond, "East")["channel_group"] == "chats"


@pytest.mark.parametrize("head", ["别名", "后缀", "自定义后缀", "Alias", "slug"])
def test_a_column_of_aliases_has_many_names(pond, head):
    answer = fan(pond, places_text=f"群名\t{head}\n甲群\tspring-a\n")
    assert (answer["results"][0]["link"]["alias"], answer["unknown_columns"]) == ("spring-a", [])


def test_a_list_of_names(pond):
    answer = fan(pond, places_text="  华东1群 \n\n华东2群\r\n=HYPERLINK(1)\n")
    assert [row["place"] for row in answer["results"]] == ["华东1群", "华东2群", "=HYPERLINK(1)"]


def test_a_thousand_and_no_more(pond):
    names = [f"place {i}" for i in range(1000)]
    assert fan(pond, places_text="\n".join(names), alias_pattern="p-{channel}")["counts"]["created"] == 1000
    assert refused(pond, places_text="\n".join(names + ["one more"])) == ("places", "too_many")
    assert fan(pond, places=names, alias_pattern="p-{channel}")["counts"] == {"created": 0, "existed": 1000, "failed": 0}


# ---- who may -------------------------------------------------------------------------------------------------------

def test_it_needs_the_scope_and_minds_the_key(pond):
    reader = pond.api("POST", "/keys", 201, json={"name": "r", "scopes": ["links:read"]}).json()["key"]
    pond.api("POST", "/bulk/fan-out", 403, key=reader, json={"url": URL, "places": ["a"]})
    bound = pond.api("POST", "/keys", 201, json={"name": "b", "scopes": ["links:write", "links:read"], "owner": "admin"}).json()["key"]
    own = pond.api("POST", "/bulk/fan-out", 200, key=bound, json={"url": URL, "places": ["a"]}).json()
    assert [(row["status"], row["link"]["owner"]) for row in own["results"]] == [(201, "admin")]
    assert statuses(fan(pond, places=["a"])) == [200]


def test_a_repeat_with_the_same_idempotency_key_gets_the_first_answer(pond):
    first, again = (pond.api("POST", "/bulk/fan-out", 200, json={"url": URL, "places": ["a"]}, headers={"Idempotency-Key": "k1"}).json()
                    for _ in range(2))
    assert first == again and statuses(again) == [201]
