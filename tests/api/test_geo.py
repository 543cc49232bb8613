# SPDX-License-Identifier: MIT
"""Goal: with a geo file a click says where it came from, in the ledger and in statistics; without one nothing pretends to
know; and whatever is put in the file's place while the server runs, it goes on."""
import os
import signal
import threading

import geo_files
import pytest

from pond import SAFARI, WECHAT, wait_for

SHANGHAI = {"203.0.113.0/24": "中国|上海|上海市|电信|CN", "198.51.100.0/24": "Australia|Queensland|Brisbane|0|AU"}
BEIJING = {"203.0.113.0/24": "中国|0|北京|北京市|联通"}  # the older layout
PLACE = ("country", "region", "city", "carrier")


def place(click):
    return tuple(click[name] for name in PLACE)


def replace(path, content):
    """As one should: whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    os.replace(fresh, path)


@pytest.fixture
def geo(tmp_path, make_pond):
    def make(content, **settings):
        path = tmp_path / "geo.bin"
        path.write_bytes(content)
        pond = make_pond(geo_file=path, **settings)
        pond.geo_path, pond.code = path, pond.link()["code"]
        return pond

    return make


def hup(pond, event):
    """SIGHUP, and its line in the log."""
    before = pond.log_text().count(event)
    pond.process.send_signal(signal.SIGHUP)
    wait_for(lambda: pond.log_text().count(event) > before)


def test_committed_files_are_what_their_maker_makes():
    for name, make in geo_files.COMMITTED.items():
        assert (geo_files.FOLDER / name).read_bytes() == make(), f"run tests/support/geo_files.py: {name}"


def test_an_xdb_file_tells_country_region_city_and_carrier(geo):
    pond = geo(geo_files.xdb(SHANGHAI))
    click = pond.click_of(pond.visit(pond.code, ip="203.0.113.77"))
    assert place(click) == ("CN", "上海", "上海市", "电信") and click["ip"] == "203.0.113.0"
    assert place(pond.click_of(pond.visit(pond.code, ip="198.51.100.1"))) == ("AU", "Queensland", "Brisbane", None)
    for private in ("10.1.2.3", "127.0.0.1", "192.168.0.9", "::1", "192.0.2.1"):
        assert place(pond.click_of(pond.visit(pond.code, ip=private))) == (None,) * 4, private


def test_an_mmdb_file_speaks_either_language(geo):
    content = (geo_files.FOLDER / "city.mmdb").read_bytes()
    pond = geo(content)
    assert place(pond.click_of(pond.visit(pond.code, ip="203.0.113.77"))) == ("CN", "浙江省", "杭州", None)
    assert place(pond.click_of(pond.visit(pond.code, ip="2001:db8:1::1"))) == ("JP", None, "Tokyo", None)
    pond.restart(geo_language="en")
    assert place(pond.click_of(pond.visit(pond.code, ip="203.0.113.77"))) == ("CN", "Zhejiang", "Hangzhou", None)


def test_several_files_complete_each_other(geo, tmp_path):
    second = tmp_path / "v6.xdb"
    second.write_bytes(geo_files.xdb({"2001:db8::/32": "日本|东京都|东京|KDDI|JP"}, version=3, ip_version=6))
    pond = geo(geo_files.xdb(SHANGHAI, version=3))
    pond.restart(geo_file=f"{pond.geo_path}, {second}, {geo_files.FOLDER / 'carrier-v4.mmdb'}")
    assert place(pond.click_of(pond.visit(pond.code, ip="203.0.113.1"))) == ("CN", "上海", "上海市", "电信")
    assert place(pond.click_of(pond.visit(pond.code, ip="198.51.100.1"))) == ("AU", "Queensland", "Brisbane", "Example Net")
    assert place(pond.click_of(pond.visit(pond.code, ip="2001:db8:7::1"))) == ("JP", "东京都", "东京", "KDDI")


def test_statistics_group_and_filter_by_place(geo):
    pond = geo(geo_files.xdb(SHANGHAI))
    for ip in ("203.0.113.1", "203.0.113.2", "198.51.100.1", "127.0.0.1"):
        pond.visit(pond.code, ip=ip, ua=SAFARI)
    pond.drain()
    answer = pond.stats(group_by="country")
    assert {row["country"]: row["clicks"] for row in answer["groups"]} == {"CN": 2, "AU": 1, "": 1}
    assert answer["warnings"] == []
    assert pond.stats(carrier="电信", region="上海")["totals"]["clicks"] == 2
    assert pond.stats(not_country="CN")["totals"]["clicks"] == 2
    assert [row["carrier"] for row in pond.stats(group_by="city,carrier", city="上海市")["groups"]] == ["电信"]
    assert pond.clicks(country="AU")[0]["city"] == "Brisbane"


def test_sealed_clicks_keep_their_place(geo):
    pond = geo(geo_files.xdb(SHANGHAI), chunk_rows=16, fold_rows=1)
    for n in range(40):
        pond.visit(pond.code, ip=f"203.0.113.{n}" if n % 4 else f"198.51.100.{n}")
    pond.drain()
    wait_for(lambda: pond.metrics()["linkpond_clicks_sealed_total"] >= 16, 30, 0.05)
    answer = pond.stats(group_by="city,carrier")
    assert {(row["city"], row["carrier"]): row["clicks"] for row in answer["groups"]} == {("上海市", "电信"): 30, ("Brisbane", ""): 10}
    assert {place(click) for click in pond.clicks(limit=1000)} == {("CN", "上海", "上海市", "电信"), ("AU", "Queensland", "Brisbane", None)}


def test_without_a_file_an_answer_says_so(pond):
    code = pond.link()["code"]
    assert place(pond.click_of(pond.visit(code))) == (None,) * 4
    for params in ({"group_by": "country"}, {"group_by": "app,carrier"}, {"city": "上海市"}, {"not_region": "上海"}):
        assert pond.stats(**params)["warnings"] == ["geo_not_configured"], params
    assert pond.stats(group_by="app")["warnings"] == []
    assert "geo_file" in pond.cli("stats", "--group-by", "country").stderr
    assert "geo_file" not in pond.cli("stats", "--group-by", "app").stderr


def test_a_broken_file_is_a_warning_at_start(geo):
    pond = geo(b"not a geo file")
    assert '"event":"geo_refused"' in pond.log_text().replace(": ", ":")
    assert place(pond.click_of(pond.visit(pond.code))) == (None,) * 4
    assert pond.stats(group_by="country")["warnings"] == ["geo_not_readable"]
    (pond.data / "linkpond.conf").write_text(f"geo_file = {pond.geo_path}\n")
    doctor = pond.cli("doctor", check=False)
    assert "neither" in doctor.stdout and doctor.returncode == 1
    replace(pond.geo_path, geo_files.xdb(SHANGHAI))
    hup(pond, "geo_loaded")
    assert place(pond.click_of(pond.visit(pond.code)))[0] == "CN"
    assert pond.stats(group_by="country")["warnings"] == []


def test_a_new_file_is_in_force_after_sighup_and_a_broken_one_never(geo):
    pond = geo(geo_files.xdb(SHANGHAI))
    assert place(pond.click_of(pond.visit(pond.code)))[1] == "上海"
    whole = geo_files.xdb(BEIJING)
    replace(pond.geo_path, whole)
    hup(pond, "geo_loaded")
    assert place(pond.click_of(pond.visit(pond.code))) == ("CN", "北京", "北京市", "联通")
    for broken in (b"", b"\x02\x00", whole[:-1], whole[:300000], os.urandom(4096)):
        replace(pond.geo_path, broken)
        hup(pond, "geo_refused")
        assert place(pond.click_of(pond.visit(pond.code))) == ("CN", "北京", "北京市", "联通")
    os.remove(pond.geo_path)
    hup(pond, "geo_refused")
    assert place(pond.click_of(pond.visit(pond.code)))[0] == "CN"


def test_files_are_replaced_under_load(geo):
    """Over the file in place, as cp does, cut short in between: every visit has one of the two places."""
    contents = [geo_files.xdb(SHANGHAI), (geo_files.FOLDER / "city.mmdb").read_bytes()]
    pond = geo(contents[0])
    stop = threading.Event()

    def visits():
        while not stop.is_set():
            pond.visit(pond.code, ua=WECHAT, ip="203.0.113.5")

    threads = [threading.Thread(target=visits) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(12):
            with open(pond.geo_path, "r+b") as file:
                file.truncate(0)
                hup(pond, "geo_refused")
                file.write(contents[(turn + 1) % 2])
            hup(pond, "geo_loaded")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    pond.drain()
    assert pond.process.poll() is None
    groups = {(row["country"], row["city"]) for row in pond.stats(group_by="country,city")["groups"]}
    assert groups <= {("CN", "上海市"), ("CN", "杭州")}
    assert place(pond.click_of(pond.visit(pond.code, ip="203.0.113.5")))[2] == "上海市"


def test_the_doctor_says_how_old_a_file_is(geo):
    pond = geo(geo_files.xdb(SHANGHAI))
    assert "no geo_file" in pond.cli("doctor", check=False).stdout  # it has no flags of `serve`
    (pond.data / "linkpond.conf").write_text(f"geo_file = {pond.geo_path}\n")
    said = pond.cli("doctor", check=False).stdout
    assert "ip2region IPv4" in said and "days old" in said and "newer" in said


def test_more_than_four_files_are_refused_by_name(make_pond):
    pond = make_pond(start=False)
    done = pond.cli("serve", "--geo-file", "a,b,c,d,e", check=False)
    assert done.returncode == 2 and "geo_file" in done.stderr


# ---- rules that ask where somebody is ------------------------------------------------------------------------------------

def by_place(pond):
    """A live code with a target for a city, a region, a country, everywhere else outside China, and for who is nowhere."""
    link = pond.link("https://www.example.com/own")
    ids = {name: pond.api("POST", f"/links/{link['id']}/targets", 201, json={"name": name, "url": f"https://www.example.com/{name}"}).json()["id"]
           for name in ("city", "region", "country", "abroad", "nowhere")}
    rules = [({"fact": "city", "is": ["杭州"]}, "city"), ({"fact": "region", "is": ["上海市"]}, "region"), ({"fact": "country", "is": ["cn"]}, "country"),
             ({"fact": "country", "not": [""]}, "abroad"), ({"fact": "country", "is": [""]}, "nowhere")]
    pond.api("PUT", f"/links/{link['id']}/rules", 200, json={"rules": [{"when": [when], "targets": [ids[name]]} for when, name in rules]})
    return link


def led(pond, link, ip):
    return pond.visit(link["code"], ip=ip).headers["Location"].rsplit("/", 1)[1]


CHINA = {"203.0.113.0/25": "中国|浙江省|杭州市|电信|CN", "203.0.113.128/25": "中国|上海|上海市|联通|CN", "192.0.2.0/24": "中国|北京|北京市|0|CN",
         "198.51.100.0/24": "Australia|Queensland|Brisbane|0|AU"}


def test_rules_send_each_place_to_its_target_and_the_ledger_agrees(geo):
    pond = geo(geo_files.xdb(CHINA))
    link = by_place(pond)
    expected = {"203.0.113.9": "city", "203.0.113.200": "region", "192.0.2.7": "country", "198.51.100.1": "abroad", "100.64.0.1": "nowhere", "10.0.0.9": "nowhere"}
    assert {ip: led(pond, link, ip) for ip in expected} == expected
    said = pond.api("POST", f"/links/{link['id']}/simulate", 200, json={"ip": "203.0.113.200"}, headers={"Accept-Language": "zh"}).json()
    assert said["target"]["name"] == "region" and "上海" in said["why"]


def test_rules_without_a_file_find_everybody_nowhere(make_pond):
    pond = make_pond()
    link = by_place(pond)
    assert {led(pond, link, ip) for ip in ("203.0.113.9", "198.51.100.1")} == {"nowhere"}


def test_rules_ask_a_new_file_from_the_next_visit(geo):
    pond = geo(geo_files.xdb({"203.0.113.0/24": "中国|浙江省|杭州市|电信|CN"}))
    link = by_place(pond)
    assert led(pond, link, "203.0.113.9") == "city"
    replace(pond.geo_path, geo_files.xdb({"203.0.113.0/24": "Australia|Queensland|Brisbane|0|AU"}))
    hup(pond, "geo_loaded")
    wait_for(lambda: led(pond, link, "203.0.113.9") == "abroad", 20)
