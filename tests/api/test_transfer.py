# SPDX-License-Identifier: MIT
"""Goal: links come in from anywhere and go out whole: nothing is lost, made twice or changed unseen."""
import csv
import io
import json
import os

import pytest


ROUND_TRIP_ROWS = int(os.environ.get("LINKPOND_ROWS", "10000"))  # tests/bench/import_million.py does the rest


def import_csv(pond, text, expect=200, content_type="text/csv", **params):
    """Row lines by number, and the summary."""
    body = text if isinstance(text, bytes) else text.encode()
    reply = pond.api("POST", "/import", expect, params=params, data=body, headers={"Content-Type": content_type})
    if expect != 200:
        return reply.json()
    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert set(lines[-1]) == {"summary"}, lines[-1]
    return {line["row"]: line for line in lines[:-1] if "row" in line}, lines[-1]["summary"]


def export_rows(pond, **params):
    text = pond.api("GET", "/export", 200, params=params).content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def total(pond):
    return pond.api("GET", "/links", 200, params={"limit": 1}).json()["total"]


def test_rows_become_links_that_redirect(pond):
    rows, summary = import_csv(pond, "url,alias,title,tags\r\nhttps://www.example.com/a?x=1,imp-a,第一,\"red,蓝\"\r\n"
                                     "https://www.example.com/b,,,\r\n")
    assert summary | {"seconds": 0} == {"rows": 2, "created": 2, "updated": 0, "skipped": 0, "renamed": 0, "failed": 0, "noted": 0,
                                        "tool": None, "unknown_columns": [], "seconds": 0, "dry_run": False, "complete": True}
    assert rows[1]["short_url"] == "http://s.test/imp-a"
    assert pond.visit("imp-a").headers["Location"] == "https://www.example.com/a?x=1"
    link = pond.api("GET", f"/links/{rows[1]['id']}", 200).json()
    assert (link["title"], link["tags"]) == ("第一", ["red", "蓝"])
    code = rows[2]["short_url"].rsplit("/", 1)[1]
    assert pond.visit(code).headers["Location"] == "https://www.example.com/b"


VENDORS = {
    "yourls": ("keyword,url,title,timestamp,ip,clicks\nyo1,https://e.com/y,Y,2019-01-02 03:04:05,1.2.3.4,7\n", "yo1", 7),
    "shlink": ("createdAt,domain,shortCode,shortUrl,longUrl,title,tags,visits\n"
               "2024-01-02T03:04:05+08:00,doma.in,sh1,https://doma.in/sh1,https://e.com/s,T,a|b,5\n", "sh1", 5),
    "bitly": ("Link,Long URL,Title,Tags,Created,Total Clicks\nbit.ly/3xY,https://e.com/b,T,,2024-03-01T10:00:00+0000,\"1,234\"\n",
              "3xY", 1234),
    "kutt": ("address,target,description,visit_count,created_at,password\nkt1,https://e.com/k,D,9,2024-01-02T03:04:05.678Z,false\n",
             "kt1", 9),
    "dub": ("Short link;Destination URL;Clicks;Created at\nhttps://dub.sh/du%2F1;https://e.com/d;3;2024-05-06 07:08:09\n",
            "du/1", 3),
    "rebrandly": ("\ufeffId\tTitle\tSlashtag\tDestination\tShortUrl\tClicks\n1\tT\trb1\thttps://e.com/r\trebrand.ly/rb1\t8\n",
                  "rb1", 8),
    "short.io": ("Original URL,Path,Short URL,Created At\nhttps://e.com/o,so1,https://x.gy/so1,1700000000\n", "so1", 0),
    "polr": ("short_url,long_url,clicks,created_at\npo1,https://e.com/p,2,2016-01-02 03:04:05\n", "po1", 2),
    "tinyurl": ("Tiny URL,Long URL,Alias,Hits\nhttps://tinyurl.com/ty1,https://e.com/t,ty1,4\n", "ty1", 4),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_exports_of_others_keep_their_short_names_and_counts(pond, vendor):
    text, alias, clicks = VENDORS[vendor]
    rows, summary = import_csv(pond, text)
    assert summary["created"] == 1, rows
    assert summary["tool"] == {"yourls": "YOURLS", "tinyurl": "TinyURL", "polr": None}.get(vendor, vendor.capitalize())  # polr's could be anybody's
    assert pond.visit(alias).headers["Location"].startswith("https://e.com/")
    assert pond.api("GET", f"/links/{rows[1]['id']}", 200).json()["counts"]["clicks"] == clicks


def test_a_dry_run_changes_nothing_and_says_the_same(pond):
    text = "url,alias\nhttps://e.com/1,dry-1\nhttps://e.com/2,dry-1\nnot a url,dry-2\n"
    before = total(pond)
    rows, dry = import_csv(pond, text, dry_run="true")
    assert total(pond) == before
    assert pond.visit("dry-1").status_code == 404
    assert "id" not in rows[1]
    real_rows, real = import_csv(pond, text)
    assert {k: v for k, v in dry.items() if k not in ("seconds", "dry_run")} == \
        {k: v for k, v in real.items() if k not in ("seconds", "dry_run")}
    assert [rows[n]["status"] for n in (1, 2, 3)] == [real_rows[n]["status"] for n in (1, 2, 3)] == \
        ["created", "skipped", "failed"]


@pytest.mark.parametrize("conflict", ["skip", "overwrite", "rename"])
def test_a_dry_run_over_several_batches_says_what_the_real_one_does(pond, conflict):
    """Rows of later batches, and of later rounds, stand in the way of each other just as those of the same."""
    tag = f"far-{conflict}"
    pond.link("https://e.com/old", alias=f"{tag}-5")
    rows = [f"https://e.com/{i},{tag}-{i},{tag}-ext-{i}" for i in range(1100)]
    rows += [f"https://e.com/again,{tag}-{i}," for i in (3, 5, 700, 1050)]          # aliases of the first batch, the link, this batch
    rows += [f"https://e.com/again,,{tag}-ext-{i}" for i in (4, 1099)]               # external ids
    rows += [f"https://e.com/third,{tag}-3,", f"https://e.com/x,{tag}-3-2,", "not a url,,"]
    text = "url,alias,external_id\n" + "\n".join(rows) + "\n"
    before = total(pond)
    dry_rows, dry = import_csv(pond, text, dry_run="true", conflict=conflict)
    assert total(pond) == before
    real_rows, real = import_csv(pond, text, conflict=conflict)
    assert {n: row["status"] for n, row in dry_rows.items()} == {n: row["status"] for n, row in real_rows.items()}
    assert {k: v for k, v in dry.items() if k not in ("seconds", "dry_run")} == \
        {k: v for k, v in real.items() if k not in ("seconds", "dry_run")}
    named = {n: row["short_url"] for n, row in real_rows.items() if row["status"] == "renamed"}
    assert {n: row["short_url"] for n, row in dry_rows.items() if row["status"] == "renamed"} == named


def test_columns_that_mean_nothing_are_named(pond):
    _, summary = import_csv(pond, "url,Weather,=1,,title\nhttps://e.com/w,sunny,2,,t\n", dry_run="true")
    assert summary["unknown_columns"] == ["Weather", "=1"]


def test_a_bad_row_tells_its_field_and_leaves_the_others_alone(pond):
    text = ("url,alias,expires at,clicks\nhttps://e.com/ok1,ok-1,,\njavascript:alert(1),bad-1,,\n"
            "https://e.com/x,bad-2,someday,\nhttps://e.com/x,bad-3,,lots\n,bad-4,,\nhttps://e.com/x,../up,,\n,,,\nhttps://e.com/ok2,ok-2,,\n")
    rows, summary = import_csv(pond, text)
    fields = {n: rows[n]["problem"]["field"] for n in rows if rows[n]["status"] == "failed"}
    assert fields == {2: "url", 3: "valid_until", 4: "clicks", 5: "url", 6: "alias"}
    assert all(row["problem"]["code"] and row["problem"]["detail"] for row in rows.values() if "problem" in row)
    assert (summary["created"], summary["failed"], summary["rows"]) == (2, 5, 7)
    only, _ = import_csv(pond, text.replace("ok-", "fine-"), report="problems")
    assert set(only) == {2, 3, 4, 5, 6}


def test_conflicts_are_skipped_written_over_or_renamed(pond):
    first = pond.link("https://e.com/old", alias="con-1")
    text = "url,alias,title\nhttps://e.com/new,con-1,New\n"
    rows, summary = import_csv(pond, text)
    assert summary["skipped"] == 1
    assert rows[1]["id"] == first["id"]
    assert pond.visit("con-1").headers["Location"] == "https://e.com/old"
    rows, summary = import_csv(pond, text, conflict="rename")
    assert summary["renamed"] == 1
    assert rows[1]["short_url"].endswith("/con-1-2")
    rows, _ = import_csv(pond, text, conflict="rename")
    assert rows[1]["short_url"].endswith("/con-1-3")
    rows, summary = import_csv(pond, text, conflict="overwrite")
    assert summary["updated"] == 1
    assert rows[1]["id"] == first["id"]
    assert pond.visit("con-1").headers["Location"] == "https://e.com/new"
    assert pond.api("GET", f"/links/{first['id']}", 200).json()["title"] == "New"


def test_the_same_file_twice_by_external_id_makes_no_link_twice(pond):
    text = "url,external_id\n" + "".join(f"https://e.com/x{i},twice-{i}\n" for i in range(1500))
    assert import_csv(pond, text, report="problems")[1]["created"] == 1500
    before = total(pond)
    assert import_csv(pond, text, report="problems")[1]["skipped"] == 1500
    assert total(pond) == before


@pytest.mark.parametrize("body, code", [
    ("colour,size\nred,5\n", "url_column_missing"),
    ("", "required"),
    ("url,标题\nhttps://e.com,好\n".encode("gbk"), "invalid_utf8"),
    ("url\nhttps://e.com\n".encode("utf-16"), "invalid_utf8"),
])
def test_files_that_make_no_sense_are_refused_whole(pond, body, code):
    before = total(pond)
    problem = import_csv(pond, body, expect=400 if code == "required" else 422)
    assert problem["errors"][0]["code"] == code
    assert total(pond) == before


def test_an_open_quote_ends_the_import_where_it_stands(pond):
    text = "url,title\nhttps://e.com/q1,ok\nhttps://e.com/q2,\"open\n" + "https://e.com/q3,more\n" * 20000
    rows, summary = import_csv(pond, text)
    assert rows[1]["status"] == "created"
    assert rows[2]["problem"]["code"] == "line_too_long"
    assert summary["complete"] is False and summary["rows"] == 2


@pytest.mark.parametrize("params, field", [({"conflict": "maybe"}, "conflict"), ({"dry_run": "perhaps"}, "dry_run"),
                                           ({"domain": "nowhere.test"}, "domain"), ({"report": "x"}, "report")])
def test_unknown_words_in_the_query_are_refused(pond, params, field):
    assert import_csv(pond, "url\nhttps://e.com\n", expect=422, **params)["errors"][0]["field"] == field


def test_only_csv_and_only_with_the_scope(pond):
    import_csv(pond, "url\nhttps://e.com\n", expect=415, content_type="application/json")
    import_csv(pond, "url\nhttps://e.com\n", expect=415, content_type="text/csv; charset=gbk")
    key = pond.api("POST", "/keys", 201, json={"name": "reader", "scopes": ["links:read"]}).json()["key"]
    pond.api("POST", "/import", 403, key=key, data=b"url\nhttps://e.com\n", headers={"Content-Type": "text/csv"})
    pond.api("GET", "/export", 200, key=key)


# ---- round trips ------------------------------------------------------------------------------------------------

ODD = dict(title="=SUM(1)\"quoted\", 逗号", notes="line one\nline two\n'=x", tags=["a;b", "c|d", "红"], campaign="双十一",
           channel="华东3群", source="@poster", utm_source="wechat", utm_content="-b", redirect_status=307,
           valid_until="2031-02-03T04:05:06.789Z", max_clicks=50, fallback_url="https://e.com/later", forward_query=False,
           query_conflict="visitor", click_id_param="cid", crawlable=True, customer="+86 138", external_id="odd-1",
           metadata={"a": "=1", "b": 2}, archived=True)
UNSTABLE = {"id", "code", "short_url", "updated_at", "created_by", "aliases"}


def same_fields(row):
    return {name: value for name, value in row.items() if name not in UNSTABLE}


def names(row):
    return set(filter(None, row["aliases"].split("\n")))


def test_our_own_export_comes_back_the_same_and_twice_changes_nothing(make_pond):
    old = make_pond("old")
    old.link("https://www.example.com/?e=m%3D2%26&__biz==#wechat_redirect", alias="odd-one", **ODD)
    old.link("https://www.example.com/plain")
    rows = export_rows(old)
    assert len(rows) == 2
    text = old.api("GET", "/export", 200).content
    assert import_csv(old, text)[1]["skipped"] == 2
    assert export_rows(old) == rows
    new = make_pond("new")
    assert import_csv(new, text)[1]["created"] == 2
    again = export_rows(new)
    for before, after in zip(rows, again):
        assert same_fields(before) == same_fields(after)
        assert before["short_url"] == after["short_url"]
        here, there = (pond.visit(before["code"]).headers["Location"].split("cid=")[0] for pond in (old, new))
        assert here == there
    assert import_csv(new, text, conflict="overwrite")[1]["updated"] == 2
    counted = {"clicks", "visitors", "scans", "bots", "total", "last_at"}  # the visits above
    assert [{k: v for k, v in row.items() if k not in UNSTABLE | counted} for row in export_rows(new)] == \
        [{k: v for k, v in row.items() if k not in UNSTABLE | counted} for row in again]


def test_many_rows_round_trip_with_nothing_different(make_pond):
    count = ROUND_TRIP_ROWS
    old = make_pond("old")
    text = "alias,url,title,tags,utm_source,created,clicks\n" + "".join(
        f"bulk/{i},https://www.example.com/p/{i}?q={i * 7},标题 {i},\"t{i % 10},g{i % 3}\",s{i % 5},2024-01-01 00:00:{i % 60:02},{i % 4}\n"
        for i in range(count))
    summary = import_csv(old, text, report="problems", progress="true")[1]
    assert (summary["created"], summary["failed"]) == (count, 0)
    exported = old.api("GET", "/export", 200).content
    new = make_pond("new")
    assert import_csv(new, exported, report="problems", progress="true")[1]["created"] == count
    before = {row["url"]: row for row in export_rows(old)}
    after = {row["url"]: row for row in export_rows(new)}
    assert len(before) == count
    different = [url for url, row in before.items() if same_fields(row) != same_fields(after[url])
                 or names(after[url]) != names(row) | {row["code"]} or row["short_url"] != after[url]["short_url"]]
    assert different == []


def test_an_export_in_ndjson_is_whole_link_objects_under_the_lists_filters(pond):
    made = pond.link("https://e.com/nd", alias="nd-1", tags=["only-nd"], title="T")
    pond.link("https://e.com/nd2", alias="nd-2")
    reply = pond.api("GET", "/export", 200, params={"format": "ndjson", "tag": "only-nd"})
    links = [json.loads(line) for line in reply.text.splitlines()]
    assert [link["id"] for link in links] == [made["id"]]
    assert set(links[0]) == set(pond.api("GET", f"/links/{made['id']}", 200).json())
    assert [row["aliases"] for row in export_rows(pond, tag="only-nd")] == ["nd-1"]
    assert pond.api("GET", "/export", 200, params={"bom": "true", "tag": "none"}).content.startswith(b"\xef\xbb\xbf\"id\"")
    pond.api("GET", "/export", 422, params={"format": "xml"})


def test_rows_say_what_is_odd_about_their_utm_values(pond):
    text = "url,alias,utm_source,utm_medium\nhttps://www.example.com/n1,noted-1,WeChat,social\nhttps://www.example.com/n2,noted-2,wechat,social\n"
    rows, summary = import_csv(pond, text)
    assert [note["code"] for note in rows[1]["warnings"]] == ["utm_upper_case"] and rows[1]["warnings"][0]["field"] == "utm_source"
    assert "warnings" not in rows[2] and summary["noted"] == 1
    rows, summary = import_csv(pond, text)  # what is left as it was is not judged
    assert {row["status"] for row in rows.values()} == {"skipped"} and summary["noted"] == 0
