# SPDX-License-Identifier: MIT
"""Lists of links, their counts, their QR codes, and who may see what.

Promises: every filter and sort gives what it says; a walk by cursor meets every link once; a click is in the figures
within a second of being journalled; a QR code leads where it should; a bound key sees and touches nothing foreign.
"""
import subprocess

import pytest
from pond import GOOGLEBOT, SAFARI, WECHAT, Pond, wait_for

URL = "https://www.example.com/landing"


def ids(pond, key=None, **params):
    answer = pond.api("GET", "/links", 200, params=params, key=key).json()
    return [link["id"] for link in answer["items"]]


# ---- filters -------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def shelf(pond):
    """A few links that differ in everything one can ask for; name -> id."""
    pond.api("POST", "/domains", 201, json={"host": "two.test", "scheme": "http"})
    pond.api("POST", "/users", 201, json={"key": "shelf.owner", "invite": False})
    made = {
        "plain": pond.link("https://www.example.com/plain"),
        "tagged": pond.link("https://www.example.com/x", tags=["red", "blue"], title="Zebra 斑马"),
        "spring": pond.link("https://www.example.com/x", campaign="spring", tags=["red"], title="apple"),
        "group": pond.link("https://www.example.com/x", channel="华东3群", campaign="spring", notes="Ask MARY 100%"),
        "owned": pond.link("https://www.example.com/x", owner="shelf.owner", alias="Shelf_alias"),
        "elsewhere": pond.link("https://www.example.com/x", domain="two.test", tags=["red"]),
        "archived": pond.link("https://www.example.com/x", archived=True, tags=["red"]),
        "off": pond.link("https://www.example.com/x", enabled=False),
        "later": pond.link("https://www.example.com/x", valid_from="2099-01-01T00:00:00Z"),
        "over": pond.link("https://www.example.com/x", valid_until="2020-01-01T00:00:00Z"),
        "binned": pond.link("https://www.example.com/x", tags=["red"]),
    }
    pond.api("DELETE", f"/links/{made['binned']['id']}", 204)
    return {name: link["id"] for name, link in made.items()}


@pytest.mark.parametrize("params,names", [
    ({"tag": "red"}, "tagged spring elsewhere"), ({"tag": "blue"}, "tagged"), ({"tag": "green"}, ""),
    ({"tag": "red", "archived": "true"}, "tagged spring elsewhere archived"), ({"tag": "red", "archived": "only"}, "archived"),
    ({"campaign": "spring"}, "spring group"), ({"campaign": "none"}, ""), ({"channel": "华东3群"}, "group"), ({"channel": "x"}, ""),
    ({"campaign": "spring", "tag": "red"}, "spring"), ({"owner": "shelf.owner"}, "owned"), ({"owner": "nobody"}, ""),
    ({"domain": "two.test"}, "elsewhere"), ({"domain": "TWO.test"}, "elsewhere"), ({"domain": "x.test"}, ""),
    ({"state": "disabled"}, "off"), ({"state": "scheduled"}, "later"), ({"state": "expired"}, "over"),
    ({"state": "archived"}, "archived"), ({"state": "used_up"}, ""), ({"state": "deleted"}, "binned"),
    ({"state": "deleted", "tag": "red"}, "binned"), ({"q": "zebra"}, "tagged"), ({"q": "斑马"}, "tagged"), ({"q": "mary 100%"}, "group"),
    ({"q": "100_"}, ""), ({"q": "%"}, "group"), ({"q": "shelf_ALIAS"}, "owned"), ({"q": "/plain"}, "plain"), ({"q": "nowhere"}, ""),
    ({}, "plain tagged spring group owned elsewhere off later over")])
def test_filters(pond, shelf, params, names):
    answer = pond.api("GET", "/links", 200, params=params).json()
    found = {name for name, link_id in shelf.items() if link_id in [link["id"] for link in answer["items"]]}
    assert found == set(names.split())
    assert answer["total"] == len(answer["items"]) == len(found) and answer["total_exact"] is True
    assert answer["next_cursor"] is None


def test_a_code_is_found_by_a_part_of_it(pond, shelf):
    code = pond.api("GET", f"/links/{shelf['plain']}", 200).json()["code"]
    assert shelf["plain"] in ids(pond, q=code[1:6].lower())


@pytest.mark.parametrize("params,field", [({"state": "odd"}, "state"), ({"sort": "colour"}, "sort"), ({"limit": "0"}, "limit"),
                                          ({"limit": "1001"}, "limit"), ({"limit": "x"}, "limit"), ({"cursor": "x"}, "cursor"),
                                          ({"archived": "maybe"}, "archived"), ({"created_from": "spring"}, "created_from"),
                                          ({"created_to": "2026-02-30"}, "created_to"), ({"tz": "Mars/Base"}, "tz"),
                                          ({"created_from": "2026-02-02", "created_to": "2026-02-01"}, "created_from")])
def test_questions_that_make_no_sense_are_refused_by_name(pond, params, field):
    problem = pond.api("GET", "/links", 422, params=params).json()
    assert problem["errors"][0]["field"] == field


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """One link before, one at and one after midnight of 1 May 2024 in Shanghai."""
    pond = Pond(tmp_path_factory.mktemp("years"), timezone="UTC").start()
    rows = {"eve": "2024-04-30T15:59:59Z", "midnight": "2024-04-30T16:00:00Z", "noon": "2024-05-01T04:00:00Z"}
    text = "url,alias,created_at\n" + "".join(f"{URL},{alias},{at}\n" for alias, at in rows.items())
    pond.api("POST", "/import", 200, data=text, headers={"Content-Type": "text/csv"})
    yield pond
    pond.stop()


DAYS = [({"created_from": "2024-05-01"}, "noon"), ({"created_from": "2024-05-01", "tz": "Asia/Shanghai"}, "midnight noon"),
        ({"created_to": "2024-04-30"}, "eve midnight"), ({"created_to": "2024-04-30", "tz": "Asia/Shanghai"}, "eve"),
        ({"created_from": "2024-04-30T16:00:00Z", "created_to": "2024-05-01T12:00:00+08:00"}, "midnight"),
        ({"created_from": "2024-05-02"}, ""), ({"created_from": "2024-04-30", "created_to": "2024-05-01"}, "eve midnight noon")]


@pytest.mark.parametrize("params,names", DAYS)
def test_days_of_creation_hold_in_lists_exports_and_bulk_edits(years, params, names):
    answer = years.api("GET", "/links", 200, params=params).json()
    assert {link["alias"] for link in answer["items"]} == set(names.split())
    assert answer["total"] == len(names.split())
    exported = years.api("GET", "/export", 200, params={"format": "ndjson", **params}).text
    assert len(exported.splitlines()) == len(names.split())
    changed = years.api("PATCH", "/bulk/links", 200, json={"filter": params, "set": {"title": "x"}, "dry_run": True}).json()
    assert len(changed["results"]) == len(names.split())


def test_a_zone_alone_is_no_condition(years):
    years.api("PATCH", "/bulk/links", 422, json={"filter": {"tz": "UTC"}, "set": {"title": "all"}})


# ---- walks ---------------------------------------------------------------------------------------------------------

def walk(pond, **params):
    found, cursor = [], None
    while True:
        page = pond.api("GET", "/links", 200, params={**params, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def test_a_full_last_page_is_the_last(pond):
    for i in range(4):
        pond.link(f"https://www.example.com/full/{i}")
    pages = []
    for limit in (2, 4, 5):
        page = pond.api("GET", "/links", 200, params={"q": "/full/", "limit": limit}).json()
        pages.append((len(page["items"]), page["next_cursor"] is not None))
    assert pages == [(2, True), (4, False), (4, False)]
    first = pond.api("GET", "/links", 200, params={"q": "/full/", "limit": 2}).json()
    second = pond.api("GET", "/links", 200, params={"q": "/full/", "limit": 2, "cursor": first["next_cursor"]}).json()
    assert len(second["items"]) == 2 and second["next_cursor"] is None


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """250 links of which many are equal in what lists are sorted by."""
    from pond import Pond
    running = Pond(tmp_path_factory.mktemp("crowd")).start()
    rows = [{"url": f"https://www.example.com/{i}", "title": ["", "b", "a", "中"][i % 4], "tags": ["odd"] if i % 2 else []}
            for i in range(250)]
    made = running.api("POST", "/bulk/links", 200, json={"links": rows}).json()["results"]
    assert {one["status"] for one in made} == {201}
    for i in range(0, 30, 3):
        for _ in range(i % 4):
            running.visit(made[i]["link"]["code"])
    running.drain()

    def folded():  # a count that changes during a walk may move its link to a page that was given
        now = running.metrics()
        return now["linkpond_clicks_folded_total"] == now["linkpond_clicks_ingested_total"]
    wait_for(folded, 30)
    yield running
    running.stop()


SORTS = {
    "-created": lambda link: -int(link["id"][4:]),
    "created": lambda link: int(link["id"][4:]),
    "title": lambda link: ((link["title"] or "").encode(), int(link["id"][4:])),
}
DESCENDING = {
    "-clicks": lambda link: (link["counts"]["clicks"], int(link["id"][4:])),
    "-updated": lambda link: (link["updated_at"], int(link["id"][4:])),
    "-last_click": lambda link: (link["counts"]["last_at"] or "", int(link["id"][4:])),
}


@pytest.mark.parametrize("sort", [*SORTS, *DESCENDING])
@pytest.mark.parametrize("limit", [7, 50, 125, 250, 1000])
def test_a_walk_meets_every_link_once_and_in_order(crowd, sort, limit):
    found = walk(crowd, sort=sort, limit=limit)
    assert len(found) == 250 and len({link["id"] for link in found}) == 250
    expected = sorted(found, key=SORTS[sort]) if sort in SORTS else sorted(found, key=DESCENDING[sort], reverse=True)
    assert [link["id"] for link in found] == [link["id"] for link in expected]


def test_totals_do_not_depend_on_the_page(crowd):
    first = crowd.api("GET", "/links", 200, params={"tag": "odd", "limit": 10}).json()
    second = crowd.api("GET", "/links", 200, params={"tag": "odd", "limit": 10, "cursor": first["next_cursor"]}).json()
    assert [(page["total"], page["total_exact"]) for page in (first, second)] == [(125, True)] * 2


def test_a_cursor_belongs_to_its_order(crowd):
    cursor = crowd.api("GET", "/links", 200, params={"limit": 10}).json()["next_cursor"]
    assert crowd.api("GET", "/links", 422, params={"cursor": cursor, "sort": "title"}).json()["errors"][0]["field"] == "cursor"


def test_links_made_during_a_walk_neither_hide_nor_double_others(crowd):
    before = {link["id"] for link in walk(crowd, limit=1000)}
    page = crowd.api("GET", "/links", 200, params={"limit": 100}).json()
    new = crowd.link("https://www.example.com/during")
    found = page["items"] + walk(crowd, limit=100, cursor=page["next_cursor"])
    assert {link["id"] for link in found} == before and len(found) == len(before)
    crowd.api("DELETE", f"/links/{new['id']}", 204, params={"purge": "true"})


# ---- counts --------------------------------------------------------------------------------------------------------

def test_counts_follow_clicks_within_a_second(make_pond):
    pond = make_pond()
    made = pond.link(URL, tags=["t"], campaign="c", channel="ch")
    visits = [("", WECHAT, "203.0.113.1"), ("", WECHAT, "203.0.113.1"), ("?lp_qr=1", SAFARI, "203.0.113.2"),
              ("", GOOGLEBOT, "203.0.113.3")]
    for query, ua, ip in visits:
        pond.visit(made["code"] + query, ua=ua, ip=ip)
    pond.visit(made["code"], method="HEAD")
    expected = {"clicks": 3, "visitors": 2, "bots": 2, "total": 5, "scans": 1}

    def counted(path):
        counts = pond.api("GET", path, 200).json()["counts"]
        return {name: counts[name] for name in expected} == expected and counts["last_at"]
    last = wait_for(lambda: counted(f"/links/{made['id']}"))
    assert last == max(click["time"] for click in pond.clicks() if click["class"] == "human")
    for path in ("/tags/t", "/campaigns/c", "/channels/ch"):
        wait_for(lambda path=path: counted(path))
    listed = pond.api("GET", "/links", 200).json()["items"][0]
    assert {name: listed["counts"][name] for name in expected} == expected


def test_what_leads_nowhere_is_no_click_of_the_link(pond):
    made = pond.link(URL, enabled=False)
    pond.click_of(pond.visit(made["code"]))
    counts = wait_for(lambda: (lambda c: c if c["total"] else None)(pond.api("GET", f"/links/{made['id']}", 200).json()["counts"]))
    assert (counts["clicks"], counts["visitors"], counts["total"]) == (0, 0, 1)


# ---- QR ------------------------------------------------------------------------------------------------------------

def decoded(image, folder, name):
    path = folder / name
    path.write_bytes(image)
    seen = subprocess.run(["zbarimg", "-q", "--raw", str(path)], capture_output=True, timeout=60)
    return seen.stdout.decode().strip()


@pytest.mark.parametrize("params", [{}, {"size": 256, "level": "H"}, {"size": 2048, "margin": 1}])
def test_a_png_leads_to_the_link_and_counts_as_a_scan(pond, tmp_path, params):
    made = pond.link(URL)
    reply = pond.api("GET", f"/links/{made['id']}/qr", 200, params={"format": "png", **params})
    assert reply.headers["Content-Type"] == "image/png"
    text = decoded(reply.content, tmp_path, "qr.png")
    assert text == made["short_url"] + "?lp_qr=1"
    visit = pond.visit(text.removeprefix("http://s.test/"))
    assert visit.headers["Location"] == URL
    assert pond.click_of(visit)["qr"] is True


def test_an_svg_is_the_same_picture(pond, tmp_path):
    alias = "qr-alias"
    made = pond.link(URL, alias=alias)
    svg = pond.api("GET", f"/links/{alias}/qr", 200)
    assert svg.headers["Content-Type"] == "image/svg+xml" and b"<script" not in svg.content
    assert svg.text.count("<svg") == 1 and 'xmlns="http://www.w3.org/2000/svg"' in svg.text
    assert svg.content == pond.api("GET", f"/links/{made['id']}/qr", 200, params={"format": "svg"}).content


@pytest.mark.parametrize("params,field", [({"format": "gif"}, "format"), ({"size": "1"}, "size"), ({"size": "99999"}, "size"),
                                          ({"margin": "-1"}, "margin"), ({"level": "Z"}, "level"), ({"level": "LL"}, "level")])
def test_pictures_that_cannot_be(pond, params, field):
    made = pond.link(URL)
    assert pond.api("GET", f"/links/{made['id']}/qr", 422, params=params).json()["errors"][0]["field"] == field


# ---- domains -------------------------------------------------------------------------------------------------------

def test_generated_codes_work_where_the_domain_serves_all(make_pond):
    pond = make_pond()
    pond.api("POST", "/domains", 201, json={"host": "all.test", "scheme": "http", "serves": "all"})
    pond.api("POST", "/domains", 201, json={"host": "own.test", "scheme": "http", "serves": "own"})
    home, own = pond.link(URL), pond.link(URL, domain="own.test", alias="poster")
    assert own["short_url"] == "http://own.test/poster" and home["domain"] == "s.test"
    answers = {(name, host): pond.visit(name, host=host).status_code
               for name in (home["code"], own["code"], "poster") for host in ("s.test", "all.test", "own.test")}
    assert answers == {
        (home["code"], "s.test"): 302, (home["code"], "all.test"): 302, (home["code"], "own.test"): 404,
        (own["code"], "s.test"): 302, (own["code"], "all.test"): 302, (own["code"], "own.test"): 302,
        ("poster", "s.test"): 404, ("poster", "all.test"): 404, ("poster", "own.test"): 302}


def test_a_link_moves_to_another_domain_and_the_printed_name_stays(make_pond):
    pond = make_pond()
    pond.api("POST", "/domains", 201, json={"host": "two.test", "scheme": "http", "serves": "own"})
    made = pond.link(URL, alias="poster")
    pond.click_of(pond.visit("poster"))
    moved = pond.api("PATCH", f"/links/{made['id']}", 200, json={"domain": "two.test"}).json()
    assert (moved["domain"], moved["short_url"]) == ("two.test", "http://two.test/poster")
    assert [pond.visit("poster", host=host).status_code for host in ("s.test", "two.test")] == [302, 302]
    assert pond.visit(made["code"], host="two.test").status_code == 302
    wait_for(lambda: pond.stats(domain="two.test", period="all")["totals"]["clicks"] == 2)
    assert pond.stats(domain="s.test", period="all")["totals"]["clicks"] == 2, "a click stays where it came in"
    assert ids(pond, domain="two.test") == [made["id"]] and ids(pond, domain="s.test") == []


def test_moving_to_a_domain_where_the_alias_is_taken_is_refused(make_pond):
    pond = make_pond()
    pond.api("POST", "/domains", 201, json={"host": "two.test", "scheme": "http"})
    made, other = pond.link(URL, alias="poster"), pond.link(URL, alias="poster", domain="two.test")
    problem = pond.api("PATCH", f"/links/{made['id']}", 409, json={"domain": "two.test"}).json()
    assert problem["existing"]["id"] == other["id"]
    assert pond.api("GET", f"/links/{made['id']}", 200).json() == made


# ---- keys ----------------------------------------------------------------------------------------------------------

EVERY_CALL = [("GET", "/links/{ref}"), ("PATCH", "/links/{ref}"), ("DELETE", "/links/{ref}"), ("POST", "/links/{ref}/restore"),
              ("GET", "/links/{ref}/qr")]


@pytest.fixture(scope="module")
def fenced(tmp_path_factory):
    """A pond with a key bound to an owner, one bound to a domain, and links of theirs and of others."""
    from pond import Pond
    running = Pond(tmp_path_factory.mktemp("fenced")).start()
    running.api("POST", "/domains", 201, json={"host": "two.test", "scheme": "http"})
    scopes = ["links:read", "links:write", "stats:read"]
    keys = {"owner": running.api("POST", "/keys", 201, json={"name": "o", "scopes": scopes, "owner": "admin"}).json()["key"],
            "domain": running.api("POST", "/keys", 201, json={"name": "d", "scopes": scopes, "domain": "two.test"}).json()["key"]}
    links = {"foreign": running.link(URL, alias="foreign", external_id="x1", tags=["secret"], owner=None),
             "owner": running.link(URL, owner="admin", alias="mine"), "domain": running.link(URL, domain="two.test", alias="there", owner=None)}
    yield running, keys, links
    running.stop()


@pytest.mark.parametrize("bound", ["owner", "domain"])
@pytest.mark.parametrize("method,path", EVERY_CALL)
def test_a_bound_key_finds_no_foreign_link(fenced, bound, method, path):
    pond, keys, links = fenced
    for ref in (links["foreign"]["id"], links["foreign"]["code"], "foreign", "ext:x1"):
        body = {"json": {"title": "stolen"}} if method == "PATCH" else {}
        pond.api(method, path.format(ref=ref), 404, key=keys[bound], **body)
    assert pond.api("GET", "/links/foreign", 200).json() == links["foreign"]


@pytest.mark.parametrize("bound", ["owner", "domain"])
def test_a_bound_key_lists_and_changes_its_own(fenced, bound):
    pond, keys, links = fenced
    mine = links[bound]["id"]
    assert ids(pond, key=keys[bound]) == [mine]
    assert ids(pond, key=keys[bound], q="foreign") == [] and ids(pond, key=keys[bound], tag="secret") == []
    assert pond.api("PATCH", f"/links/{mine}", 200, json={"title": "t"}, key=keys[bound]).json()["title"] == "t"
    made = pond.api("POST", "/links", 201, json={"url": URL}, key=keys[bound]).json()
    assert (made["owner"], made["domain"]) == ("admin", "s.test" if bound == "owner" else "two.test")
    pond.api("DELETE", f"/links/{made['id']}", 204, params={"purge": "true"})


def test_a_bound_key_makes_nothing_elsewhere_and_gives_nothing_away(fenced):
    pond, keys, links = fenced
    pond.api("POST", "/links", 422, json={"url": URL, "domain": "s.test"}, key=keys["domain"])
    pond.api("PATCH", "/links/there", 422, json={"domain": "s.test"}, key=keys["domain"])
    pond.api("PATCH", "/links/mine", 422, json={"owner": None}, key=keys["owner"])
    problem = pond.api("POST", "/links", 409, json={"url": URL, "alias": "foreign"}, key=keys["owner"]).json()
    assert "existing" not in problem
    found = pond.api("POST", "/links", 200, json={"url": URL, "if_exists": "return"}, key=keys["domain"]).json()
    assert found["id"] == links["domain"]["id"]


def test_bulk_calls_of_a_bound_key_touch_nothing_foreign(fenced):
    pond, keys, links = fenced
    refs = [links["foreign"]["id"], "foreign", links["owner"]["id"]]
    results = pond.api("PATCH", "/bulk/links", 200, json={"refs": refs, "set": {"title": "bulk"}}, key=keys["owner"]).json()["results"]
    assert [one["status"] for one in results] == [404, 404, 200]
    results = pond.api("PATCH", "/bulk/links", 200, json={"filter": {"q": "example"}, "set": {"title": "b"}}, key=keys["owner"]).json()
    assert [one["link"]["id"] for one in results["results"]] == [links["owner"]["id"]]
    assert pond.api("GET", "/links/foreign", 200).json() == links["foreign"]


@pytest.mark.parametrize("scopes,allowed", [(["links:read"], {"GET /links", "GET /links/mine"}),
                                            (["links:write"], {"POST /links", "PATCH /links/mine"}),
                                            (["stats:read"], {"GET /stats", "GET /clicks"})])
def test_scopes_open_what_they_name_and_nothing_else(fenced, scopes, allowed):
    pond, _, _ = fenced
    key = pond.api("POST", "/keys", 201, json={"name": "s", "scopes": scopes}).json()["key"]
    calls = {"GET /links": None, "GET /links/mine": None, "POST /links": {"url": URL}, "PATCH /links/mine": {"title": "x"},
             "GET /stats": None, "GET /clicks": None, "POST /domains": {"host": "x.test"}, "GET /keys": None}
    for call, body in calls.items():
        method, path = call.split()
        reply = pond.api(method, path, key=key, **({"json": body} if body else {}))
        assert (reply.status_code < 300) == (call in allowed), (call, reply.text)
        if call not in allowed:
            assert reply.status_code == 403 and reply.json()["type"] == "urn:linkpond:problem:forbidden"


def test_no_key_and_a_wrong_key_get_401(pond):
    for key in ("lp_" + "A" * 43, "nonsense"):
        reply = pond.api("GET", "/links", 401, key=key)
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_links_that_bring_their_date_along_stand_where_it_puts_them(make_pond):
    pond = make_pond()
    rows = "url,title,created\n" + "".join(f"https://example.com/{day},day {day},2026-03-{day:02} 12:00:00\n" for day in (5, 1, 3))
    pond.api("POST", "/import", 200, data=rows, headers={"Content-Type": "text/csv"})
    pond.link(title="today")
    for sort, titles in (("-created", ["today", "day 5", "day 3", "day 1"]), ("created", ["day 1", "day 3", "day 5", "today"])):
        seen, query = [], {"sort": sort, "limit": 1}
        while query.get("cursor", "") is not None:
            page = pond.api("GET", "/links", 200, params=query).json()
            assert (page["total"], page["total_exact"]) == (4, True)
            seen += [link["title"] for link in page["items"]]
            query["cursor"] = page["next_cursor"]
        assert seen == titles
