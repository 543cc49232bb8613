# SPDX-License-Identifier: MIT
"""Goal: the marketer's words leave one installation and arrive in another as they were, and a bad line harms no other."""
import json

CHANNEL = {"key": "east-3", "name": "华东3群", "names": {"zh": "华东3群", "en": "East 3"}, "channel_group": "社群", "region": "华东",
           "location": "门口", "owner": "admin", "cost_centre": "m-7", "archived": False,
           "utm_template": {"utm_source": "wechat", "utm_medium": "{channel_group}", "utm_campaign": "{campaign}", "utm_term": None,
                            "utm_content": "{channel}", "utm_id": None}}
VALUE = {"field": "utm_source", "value": "wechat", "aliases": ["微信", "we|chat", 'a "b"'], "names": {"zh": "微信", "en": "WeChat"},
         "archived": False}


def lines(pond):
    return pond.api("GET", "/export/words", 200).text


def send(pond, text, status=200):
    return pond.api("POST", "/import/words", status, data=text.encode(), headers={"Content-Type": "application/x-ndjson"}).json()


def words(pond):
    return sorted((json.loads(line) for line in lines(pond).splitlines()), key=str)


def test_what_is_exported_imports_again_to_the_same(make_pond):
    here, there = make_pond("here"), make_pond("there")
    here.api("POST", "/channels", 201, json=CHANNEL)
    here.api("POST", "/channels", 201, json={"key": "old", "archived": True})
    here.api("POST", "/campaigns", 201, json={"key": "spring", "name": "春季"})
    here.api("POST", "/tags", 201, json={"key": "vip"})
    here.api("POST", "/utm-values", 201, json=VALUE)
    here.api("POST", "/utm-values", 201, json={"field": "utm_medium", "value": "poster", "archived": True})
    text = lines(here)
    assert {"channel": CHANNEL} in words(here) and {"utm_value": VALUE} in words(here)
    assert send(there, text) == {"problems": [], "created": 6, "updated": 0, "failed": 0}
    assert words(there) == words(here)
    assert send(there, text) == {"problems": [], "created": 0, "updated": 6, "failed": 0}
    assert words(there) == words(here)
    link = there.link("https://www.example.com/", channel="east-3", campaign="spring")
    assert (link["utm_source"], link["utm_medium"], link["utm_content"]) == ("wechat", "社群", "east-3")


def test_the_command_line_takes_words_along(make_pond, tmp_path):
    here, there = make_pond("here"), make_pond("there")
    here.api("POST", "/channels", 201, json=CHANNEL)
    file = tmp_path / "words.ndjson"
    here.cli("export", "--words", str(file))
    assert "created 1" in there.cli("import", "--words", str(file)).stdout
    assert words(there) == words(here)
    file.write_text('{"channel": {}}\n')
    done = there.cli("import", "--words", str(file), check=False)
    assert done.returncode != 0 and "line 1" in done.stdout


def test_a_bad_line_is_named_and_harms_no_other(pond):
    answer = send(pond, '{"tag": {"key": "good"}}\n\nnonsense\n{"tag": {}}\n{"dog": {"key": "x"}}\n{"channel": {"key": "c", "owner": "nobody"}}\n'
                        '{"utm_value": {"field": "utm_id", "value": "1"}}\n{"tag": {"key": "also-good"}}')
    assert (answer["created"], answer["updated"], answer["failed"]) == (2, 0, 5)
    assert [(row["line"], row["code"]) for row in answer["problems"]][1:] == [
        (4, "required"), (5, "unknown_field"), (6, "unknown"), (7, "not_allowed")]
    assert answer["problems"][0]["line"] == 3
    pond.api("GET", "/tags/also-good", 200)


def test_bound_keys_do_not_change_what_is_shared(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "w", "scopes": ["links:write", "links:read"], "owner": "admin"}).json()["key"]
    pond.api("POST", "/import/words", 403, key=key, data=b"", headers={"Content-Type": "application/x-ndjson"})
