#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the desk waits for, with as many links and clicks as a large shop has.

    desk_million.py make FOLDER [--links 1000000] [--clicks 10000000]   a data folder (some 15 minutes; some 2 GB)
    desk_million.py api FOLDER [--only TEXT]                            every list and every figure the desk asks for
    desk_million.py pages FOLDER                                        every page in a browser, until its content stands

Prints milliseconds by the clock, the median and the worst of --times calls (5), and milliseconds of processor time of the daemon,
which travel better between machines and hours. LINKPOND_BIN names the program; the clicks
come from the http_click_stream_bench beside it. Nothing is judged.
"""
import argparse
import datetime
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import desk_million_story  # noqa: E402
from pond import BINARY, Pond  # noqa: E402

KEY_FILE = "desk-key.txt"
AIM_MS = 200


def opened(folder):
    """The pond of a folder that `make` made."""
    pond = Pond.__new__(Pond)
    pond.binary, pond.data, pond.domain, pond.settings = str(BINARY), Path(folder) / "data", desk_million_story.DOMAIN, {"backup_every": "0"}
    pond.process, pond.urls, pond.key = None, {}, (Path(folder) / KEY_FILE).read_text().strip()
    return pond.start()


def make(args):
    folder = Path(args.folder)
    folder.mkdir(parents=True)
    pond = Pond(folder, domain=desk_million_story.DOMAIN, backup_every="0").start()
    (folder / KEY_FILE).write_text(pond.key)
    try:
        for key in desk_million_story.OWNERS:
            pond.api("POST", "/users", 201, json={"key": key, "name": key.capitalize(), "role": "editor"})
            time.sleep(0.03)
        for host in desk_million_story.OTHER_DOMAINS:
            pond.api("POST", "/domains", 201, json={"host": host, "scheme": "http"})
        end = datetime.datetime.now().replace(minute=0, second=0, microsecond=0)
        began = time.monotonic()
        reply = requests.post(pond.admin + "/api/v1/import?report=problems", data=desk_million_story.rows(args.links, end), timeout=3600,
                              headers={"Content-Type": "text/csv", "Authorization": "Bearer " + pond.key})
        print(f"import of {args.links} links: {time.monotonic() - began:.1f} s, {reply.text.splitlines()[-1]}", flush=True)
    finally:
        pond.stop()
    subprocess.run([Path(BINARY).parent / "bench/http_click_stream_bench", "--dir", folder / "data", "--clicks", str(args.clicks),
                    "--links", str(args.links), "--persons", "500000", "--days", str(desk_million_story.DAYS)], check=True,
                   cwd=Path(__file__).resolve().parents[2])


# ---- the API -----------------------------------------------------------------------------------------------------------

def list_calls(pond):
    """(name, path, query) of every list the desk shows."""
    campaign, channel, tag, owner = "c000-0", "ch0000", desk_million_story.TAGS[0], desk_million_story.OWNERS[0]
    month = {"created_from": "2026-09-01", "created_to": "2026-09-30", "tz": "Asia/Shanghai"}
    some = {
        "all": {}, "archived": {"archived": "only"}, "bin": {"state": "deleted", "archived": "true"}, "campaign": {"campaign": campaign},
        "rare campaign": {"campaign": f"c{desk_million_story.CAMPAIGNS - 2:03}-{(desk_million_story.CAMPAIGNS - 2) * 37 % 1000}"},
        "channel": {"channel": channel}, "rare channel": {"channel": f"ch{desk_million_story.CHANNELS - 2}"}, "tag": {"tag": tag},
        "rare tag": {"tag": desk_million_story.TAGS[-2]}, "owner": {"owner": owner}, "rare owner": {"owner": desk_million_story.OWNERS[-2]},
        "domain": {"domain": desk_million_story.OTHER_DOMAINS[0]}, "a month": month,
        "an old month": {"created_from": "2024-02-01", "created_to": "2024-02-29"}, "no day": {"created_from": "2026-11-22", "created_to": "2026-11-22"},
        **{"state " + state: {"state": state} for state in ("active", "scheduled", "expired", "used_up", "disabled")},
        "tag and owner": {"tag": tag, "owner": owner}, "campaign and state": {"campaign": campaign, "state": "expired"},
        "channel and campaign": {"campaign": campaign, "channel": channel}, "owner and month": {"owner": owner, **month},
        "owner and domain and state": {"owner": owner, "domain": desk_million_story.OTHER_DOMAINS[0], "state": "active"},
    }
    for name, query in some.items():
        for sort in ("-created", "created", "-clicks", "-last_click", "-updated", "title"):
            yield f"links {name} by {sort}", "/links", {**query, "sort": sort, "limit": 50}
    for q in ("春季", "春季上新 上海", "会员日 Berlin", "sku=0500000", "promo/7a12", "flagship", "zz-nothing", "zz", "a", "批次 17", "products/123", "products"):
        yield f"links search {q}", "/links", {"q": q, "sort": "-created", "limit": 50}
    yield "links search 会员日 by clicks", "/links", {"q": "会员日", "sort": "-clicks", "limit": 50}
    yield "links search 会员日 of an owner", "/links", {"q": "会员日", "owner": owner, "limit": 50}
    for path in ("campaigns", "channels", "tags"):
        yield path, "/" + path, {"archived": "false", "limit": 50}
        yield path + " search", "/" + path, {"q": "7", "counts": "false", "limit": 30}
        yield path + " for names", "/" + path, {"counts": "false", "limit": 1000}
    for path in ("users", "domains", "keys"):
        yield path, "/" + path, {}
    yield "clicks", "/clicks", {"period": "all", "limit": 50, "count": "true"}
    yield "clicks of a channel", "/clicks", {"period": "all", "channel": channel, "limit": 50, "count": "true"}
    yield "audit", "/audit", {"limit": 50}
    yield "audit of users", "/audit", {"object": "user", "limit": 50}
    yield "audit of a person", "/audit", {"who": "admin", "limit": 50}
    yield "audit of a month", "/audit", {"from": "2026-11-01", "to": "2026-11-30", "limit": 50}
    yield "health", "/health", {}
    yield "settings", "/settings", {}


def deep_cursors(pond):
    """Pages far behind the first, by every sort."""
    for sort in ("-created", "created", "-clicks", "-last_click", "-updated", "title"):
        query = {"sort": sort, "limit": 1000}
        for _ in range(20):
            cursor = pond.api("GET", "/links", 200, params=query).json()["next_cursor"]
            if not cursor:
                break
            query["cursor"] = cursor
        if "cursor" in query:
            yield f"links after 20,000 by {sort}", "/links", {**query, "limit": 50}


def stats_calls(pond):
    """What the overview and the pages of a link, a campaign, a channel, an owner and a domain ask."""
    top = pond.stats(period="all", group_by="link", metrics="clicks", limit=1)["groups"][0]["link"]
    bases = {"all": {}, "a link": {"link": top}, "a campaign": {"campaign": "c000-0"}, "a channel": {"channel": "ch0000"},
             "an owner": {"owner": desk_million_story.OWNERS[0]}, "a domain": {"domain": desk_million_story.DOMAIN}}
    dims = ["channel", "channel_group", "campaign", "tag", "source", "app", "referrer", "scene", "link", "owner", "domain", "target",
            "utm_source", "utm_content", "device", "os", "browser", "language", "net", "weekday,hour", "channel,utm_content"]
    for period, interval in (("30d", "day"), ("1y", "week"), ("all", "week")):
        for name, base in bases.items():
            said = f"stats {period} of {name}"
            asked = {"period": period, "tz": "Asia/Shanghai", **base}
            compare = "none" if period == "all" else "previous"
            yield said, "/stats", {**asked, "interval": interval, "compare": compare, "metrics": "clicks,visitors,scans,new_visitors"}
            for dim in dims:
                limit = 168 if dim == "weekday,hour" else 1000 if "," in dim else 8
                yield f"{said} by {dim}", "/stats", {**asked, "group_by": dim, "metrics": "clicks", "limit": limit}
            if name == "all":
                yield said + " visitors by channel", "/stats", {**asked, "group_by": "channel", "metrics": "clicks,visitors", "limit": 50}
            yield said + " newest clicks", "/clicks", {**asked, "limit": 20}


def processor_ms(pond):
    """What all threads of the daemon have used so far. (proc_pid_schedstat: nanoseconds on a core come first.)"""
    tasks = Path(f"/proc/{pond.process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def ask(session, pond, path, query, times):
    took = []
    for _ in range(times):
        began = time.monotonic()
        reply = session.get(pond.admin + "/api/v1" + path, params=query, timeout=300)
        took.append((time.monotonic() - began) * 1000)
        if reply.status_code != 200:
            return took, reply.status_code, 0
        if sum(took) > 20000:
            break
    total = reply.json().get("total") if path != "/stats" else None
    return took, total, len(reply.content)


def api(args):
    pond = opened(args.folder)
    try:
        session = requests.Session()
        session.headers.update({"Authorization": "Bearer " + pond.key})
        slow = asked = 0
        print(f"{'p50 ms':>8} {'worst':>8} {'of core':>8} {'bytes':>8} {'total':>8}")
        for calls in (list_calls, deep_cursors, stats_calls):
            for name, path, query in calls(pond):
                if args.only in name:
                    used = processor_ms(pond)
                    took, total, size = ask(session, pond, path, query, args.times)
                    used = (processor_ms(pond) - used) / len(took)
                    asked += 1
                    slow += statistics.median(took) > AIM_MS
                    print(f"{statistics.median(took):8.1f} {max(took):8.1f} {used:8.1f} {size:8} {'' if total is None else total:>8}"
                          f" {'!' if statistics.median(took) > AIM_MS else ' '} {name}", flush=True)
        print(f"{asked} calls, {slow} take longer than {AIM_MS} ms")
    finally:
        pond.stop()


# ---- pages in a browser ------------------------------------------------------------------------------------------------

WATCH = """
window.seen = {last: 0, fcp: 0, lcp: 0, cls: 0, long: 0, longest: 0};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
watch('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime; });
watch('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; });
watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch('longtask', (entry) => { seen.long += 1; seen.longest = Math.max(seen.longest, entry.duration); });
new MutationObserver(() => { seen.last = performance.now(); }).observe(document, {childList: true, subtree: true, characterData: true});
"""
STANDS = """
const seen_now = (e) => e.getClientRects().length > 0 && e.getBoundingClientRect().top < innerHeight; // further down is asked for when it comes into view
const busy = [...document.querySelectorAll('.skeleton, .loading, .waiting')].some(seen_now);
const quiet = performance.now() - seen.last > 700;
if (busy || !quiet || !document.querySelector('h1, .shell')) return null;
const parts = [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')];
const isApi = (part) => part.name.includes('/api/');
const bytes = (some) => some.reduce((sum, part) => sum + part.transferSize, 0);
return {...seen, bytes: bytes(parts.filter((part) => !isApi(part))), api: bytes(parts.filter(isApi)), parts: parts.length};
"""


def page_addresses(pond):
    top = pond.stats(period="all", group_by="link", metrics="clicks", limit=1)["groups"][0]["link"]
    return ["/", "/links", "/links?sort=-clicks", "/links?q=Flagship", "/links?campaign=c000-0&state=active",
            "/links?created_from=2024-02-01&created_to=2024-02-29", "/report", "/report?period=1y", "/report?campaign=c000-0",
            "/report?channel=ch0000", "/report?owner=" + desk_million_story.OWNERS[0], f"/links/{top}", "/campaigns", "/channels", "/tags", "/people",
            "/clicks", "/audit", "/new", "/fan-out", "/domains", "/keys", "/settings", "/health"]


def visit(driver, address):
    driver.get(address)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = driver.execute_script(STANDS)
        if found:
            return found
        time.sleep(0.02)
    return None


def pages(args):
    from browser import open_browser
    from desk import Desk
    pond = opened(args.folder)
    with tempfile.TemporaryDirectory() as profile:
        driver = open_browser(profile)
        try:
            Desk(pond, driver).open("/").sign_in()
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            driver.execute_cdp_cmd("Network.enable", {})
            print("ms: first paint, largest paint, content stands; layout shift; long tasks and the longest; KiB of files and of API")
            for cold in (True, False):
                driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": cold})
                print("nothing cached" if cold else "files cached")
                for address in page_addresses(pond):
                    if args.only not in address:
                        continue
                    visits = [visit(driver, pond.admin + "/desk" + address) for _ in range(1 if cold else args.times)]
                    print(page_line(address, visits), flush=True)
        finally:
            driver.quit()
            pond.stop()


def page_line(address, visits):
    if None in visits:
        return f"  {address}: not done within 60 s"
    median = {name: statistics.median(visit[name] for visit in visits) for name in visits[0]}
    return (f"  {median['fcp']:6.0f} {median['lcp']:6.0f} {median['last']:6.0f}  {median['cls']:6.3f}  {median['long']:3.0f}"
            f" {median['longest']:5.0f}  {median['bytes'] / 1024:6.1f} {median['api'] / 1024:6.1f}  {address}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "api", "pages"))
    parser.add_argument("folder")
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--clicks", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="", help="calls whose name has this in it")
    args = parser.parse_args()
    {"make": make, "api": api, "pages": pages}[args.what](args)


if __name__ == "__main__":
    main()
