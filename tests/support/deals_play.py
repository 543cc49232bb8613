# SPDX-License-Identifier: MIT
"""A random history of people, their browsers and what they do, played to a pond through its own doors while its clock is
set forward; and the World (deals_world.py) that reports must equal. Who is whom is worked out here by what each event says."""
import os
import random
import struct
import time
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

from deals_world import DAY, World
from pond import BINARY, WECHAT, Pond, wait_for
from preload import preloadable

SHIM = BINARY.parent / "support" / "libclock_shim.so"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
BOT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
LINKS = [{"campaign": "spring", "channel": "群-1", "tags": ["a", "b"]}, {"campaign": "spring", "channel": "群-2", "tags": ["a"]}, {"campaign": "autumn"},
         {"channel": "海报"}, {"owner": "xiaowang", "campaign": "spring"}, {}]
HOUR = 3_600_000


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock:
    """Of the programs that are started under it; in milliseconds, and whole seconds off the real one."""

    def __init__(self, folder):
        self.path, self.offset_s = folder / "clock-offset", 0
        self.set(0)

    def set(self, offset_s):
        self.offset_s = offset_s
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:  # in place: programs have it mapped
            file.write(struct.pack("q", offset_s))

    def now(self):
        return int(time.time() * 1000) + self.offset_s * 1000

    def reach(self, ms):
        """Never back, and never past the real time."""
        self.set(min(0, max(self.offset_s, -((int(time.time() * 1000) - ms) // 1000))))

    def __enter__(self):
        os.environ.update(LD_PRELOAD=preloadable(SHIM, self.path.parent), CLOCK_OFFSET=str(self.path), CLOCK_HURRY="1")

    def __exit__(self, *_):
        for name in ("LD_PRELOAD", "CLOCK_OFFSET", "CLOCK_HURRY"):
            del os.environ[name]


class Play:
    def __init__(self, folder, seed, days, people=24, **settings):
        self.random, self.clock = random.Random(seed), Clock(folder)
        self.clock.set(-days * DAY // 1000)
        with self.clock:
            self.pond = Pond(folder, timezone="UTC", visitor_cookie="conversion", **settings)
            self.pond.start()
        self.people = [{"browsers": [{"cookie": None, "clicks": [], "key": f"b{n}-{i}", "ua": self.random.choice((WECHAT, SAFARI))} for i in range(self.random.choice((1, 1, 2)))],
                        "ids": {"external_id": f"crm-{n}", "phone": f"1380000{n:04d}"}} for n in range(people)]
        for key in ("群-1", "群-2"):
            self.pond.api("POST", "/channels", 201, json={"key": key, "channel_group": "社群"})
        self.pond.api("POST", "/users", 201, json={"key": "xiaowang", "role": "editor"})
        self.links = [self.pond.link(url=f"https://www.example.com/{i}", click_id_param="cid", **fields) for i, fields in enumerate(LINKS)]
        self.visits, self.waiting, self.told, self.names = {}, [], {}, {}

    # ---- what people do

    def visit(self):
        person = self.random.choice(self.people)
        browser = self.random.choice(person["browsers"])
        link = self.random.choice(self.links)
        query = self.random.choice(("", "", "?utm_source=baidu", "?utm_source=KOL-7&utm_medium=social"))
        reply = self.pond.visit(link["code"] + query, ua=browser["ua"], ip=f"198.51.100.{self.random.randrange(250)}", headers={"Cookie": browser["cookie"]})
        assert reply.status_code == 302
        given = reply.headers.get("Set-Cookie", "")
        browser["cookie"] = given.split(";")[0] if given.startswith("lp_v=") else browser["cookie"]
        browser["clicks"].append(parse_qs(urlsplit(reply.headers["Location"]).query)["cid"][0])
        self.visits[reply.request_id] = (browser["key"], link)
        if self.random.random() < .1:  # a machine sees the same, and is nobody
            self.pond.visit(link["code"], ua=BOT)

    def event(self):
        """One more to be told of, with all that says who it is; whoever is nobody is told of, too."""
        draw = self.random
        person = draw.choice(self.people)
        browser = draw.choice(person["browsers"])
        kind = draw.choice(("deal", "deal", "refund", "lead", "add_friend", "repurchase"))
        body = {"type": kind, "event_id": f"e{len(self.names)}", "time": iso(max(self.begin_ms, self.clock.now() - draw.choice((0, 0, 0, HOUR, 5 * DAY, 20 * DAY))))}
        ids = set()
        if kind in ("deal", "repurchase"):
            body.update(value=draw.randrange(1, 1_000_000), currency=draw.choice(("CNY", "CNY", "JPY")))
        if kind == "refund":
            body.update(value=-draw.randrange(1, 50_000), currency=draw.choice(("CNY", "JPY")))
        if browser["clicks"] and draw.random() < .6:
            body["click_id"] = draw.choice(browser["clicks"][-5:])
            ids.add(browser["key"])
        for name, value in person["ids"].items():
            if draw.random() < .4:
                body.setdefault("customer", {})[name] = value
                ids.add(value)
        self.names[body["event_id"]] = (body, ids)
        self.waiting.append(body)

    def know_browsers(self, by_name):
        """Each browser that came here since the last time does something; by_name: and says whose it is."""
        for person in self.people:
            for browser in person["browsers"]:
                if browser["clicks"]:
                    body = {"type": "service", "event_id": f"e{len(self.names)}", "time": iso(self.clock.now()), "click_id": browser["clicks"][-1]}
                    if by_name:
                        body["customer"] = dict(person["ids"])
                    self.names[body["event_id"]] = (body, {browser["key"], *(person["ids"].values() if by_name else ())})
                    self.waiting.append(body)
                    browser["clicks"] = []
        self.tell()

    def tell(self):
        """All that waits, in any order, some of it twice and some of what was told long ago once more."""
        draw, batch = self.random, self.waiting + [self.told[name] for name in self.random.sample(sorted(self.told), min(3, len(self.told)))]
        batch += draw.sample(self.waiting, len(self.waiting) // 5)
        draw.shuffle(batch)
        for at in range(0, len(batch), 500):
            results = self.pond.api("POST", "/events", 200, json={"events": batch[at:at + 500]}).json()["results"]
            for body, result in zip(batch[at:at + 500], results):
                assert result["status"] == (200 if body["event_id"] in self.told else 201), (body, result)
                self.told[body["event_id"]] = body
        self.waiting = []

    def restart(self, **settings):
        with self.clock:
            self.pond.restart(**settings)

    begin_ms = 0

    def run(self, until_ms, acts):
        """So many acts, evenly by chance over the time until then."""
        self.begin_ms = self.begin_ms or self.clock.now()
        low = self.clock.now()
        for at in sorted(self.random.randrange(low, until_ms) for _ in range(acts)):
            self.clock.reach(at)
            if self.random.random() < .6:
                self.visit()
            else:
                self.event()
            if len(self.waiting) >= 12:
                self.tell()
        self.tell()

    def settle(self):
        """Until nothing waits to be joined."""
        self.pond.drain()
        wait_for(lambda: not self.pond.api("GET", "/events", 200, params={"state": "waiting", "limit": 1}).json()["items"], 60, .1)

    # ---- what came of it

    def collect(self):
        """The ledger's rows of the visits, before retention takes them."""
        wait_for(self._collected, 30, .1)

    def _collected(self):
        after, params = {}, {"limit": 1000, "order": "asc", "class": "all", "period": "all"}
        while True:
            page = self.pond.api("GET", "/clicks", 200, params={**params, **after}).json()
            for row in page["items"]:
                seen = self.visits.get(row["request_id"])
                if seen and len(seen) == 2:
                    assert row["class"] == "human"
                    self.visits[row["request_id"]] = (*seen, row)
            if not page.get("next_cursor"):
                return all(len(seen) == 3 for seen in self.visits.values())
            after = {"cursor": page["next_cursor"]}

    def world(self):
        """Everybody by what connects them, as the World has it."""
        parent = {}

        def root(key):
            parent.setdefault(key, key)
            while parent[key] != key:
                key = parent[key]
            return key
        for _, ids in self.names.values():
            for other in list(ids)[1:]:
                parent[root(other)] = root(list(ids)[0])
        world = World(self.links, self.clock.now(), seed=1, customers=0)
        world.events.clear()
        numbers, known = {}, {root(next(iter(ids))) for _, ids in self.names.values() if ids}
        for key in sorted(known):
            numbers[key] = len(numbers) + 1
        world.customers = sorted(numbers.values())
        ids_of = {}
        cursor = {}
        while True:
            page = self.pond.api("GET", "/events", 200, params={"limit": 1000, **cursor}).json()
            ids_of.update({row["event_id"]: int(row["id"][4:]) for row in page["items"]})
            if not page.get("next_cursor"):
                break
            cursor = {"cursor": page["next_cursor"]}
        assert set(ids_of) == set(self.names), "each is there once"
        for name, (body, ids) in self.names.items():
            at = datetime.fromisoformat(body["time"].replace("Z", "+00:00"))
            world.events.append({"id": ids_of[name], "customer": numbers[root(next(iter(ids)))] if ids else None, "type": body["type"],
                                 "time_ms": round(at.timestamp() * 1000), "value": body.get("value"), "currency": body.get("currency")})
        for browser, link, row in self.visits.values():
            if root(browser) in numbers:
                at = datetime.fromisoformat(row["time"].replace("Z", "+00:00"))
                source, channel = row["source"] or "", row["channel"] or ""
                world.touches.append({"customer": numbers[root(browser)], "time_ms": round(at.timestamp() * 1000), "click": int(row["id"]), "link": link, "source": source,
                                      "channel": channel, "host": "s.test", "app": row["app"] or "", "scene": 0, "utm_medium": row["utm_medium"] or "",
                                      "direct": source in ("", "direct") and not channel})
        world.pond = self.pond
        return world
