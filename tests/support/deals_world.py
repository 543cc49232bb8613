# SPDX-License-Identifier: MIT
"""A made-up history of customers, their touches and events, put into a pond that is stopped; and what reports must say of it, counted the slow way."""
import contextlib
import random
import sqlite3
from collections import defaultdict

DAY = 86_400_000
MODELS = ("first", "last", "last_non_direct", "linear", "position", "time_decay")
ONE = 1_000_000


def split(amount, weights):
    """By the largest remainder; of equal ones the earlier comes first."""
    whole, total = abs(amount), sum(weights)
    parts = [whole * w // total for w in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
    for i in by_rest[:whole - sum(parts)]:
        parts[i] += 1
    return [-p for p in parts] if amount < 0 else parts


def weights(model, touches, half_life=7 * DAY):
    n = len(touches)
    one = [0] * n
    if model == "first":
        one[0] = 1
    elif model == "last":
        one[-1] = 1
    elif model == "last_non_direct":
        known = [i for i in range(n) if not touches[i]["direct"]]
        one[known[-1] if known else -1] = 1
    elif model == "linear":
        return [1] * n
    elif model == "position":
        if n <= 2:
            return [1] * n
        return [2 * (n - 2)] + [1] * (n - 2) + [2 * (n - 2)]
    else:
        newest = touches[-1]["time_ms"]
        return [round(2.0 ** (-(newest - t["time_ms"]) / half_life) * 2**30) for t in touches]
    return one


class World:
    """Rows as dicts; `links` are what the API answered when the pond made them."""

    def __init__(self, links, now_ms, seed, customers=60):
        self.random = random.Random(seed)
        self.links, self.now = links, now_ms
        self.terms = ["direct", "wechat", "baidu", "pengyouquan", "s.test", "wecom", "social", "KOL-7"]
        self.customers, self.touches, self.events = [], [], []
        clicks = iter(range(1, 1_000_000))
        for customer in range(1, customers + 1):
            self.customers.append(customer)
            span = self.random.choice((3, 30, 400)) * DAY
            start = now_ms - span - self.random.randrange(5 * DAY)
            times = sorted(start + self.random.randrange(span) for _ in range(self.random.choice((0, 1, 2, 3, 5, 12))))
            if times and self.random.random() < .3:
                times.append(times[-1])  # two at one time
            for time in times:
                self.touches.append(self.touch(customer, time, next(clicks)))
            for _ in range(self.random.choice((0, 1, 1, 2, 4))):
                self.event(customer, start + self.random.randrange(span + DAY), times)
        for _ in range(7):
            self.event(None, now_ms - self.random.randrange(20 * DAY), [])

    def touch(self, customer, time, click):
        link = self.random.choice(self.links)
        channel = link["channel"] or ""
        source = self.random.choice(("direct", "direct", "wechat", "baidu", "KOL-7"))
        return {"customer": customer, "time_ms": time, "click": click, "link": link, "source": source, "channel": channel,
                "host": "s.test", "app": self.random.choice(("", "wechat", "wecom")), "scene": self.random.choice((0, 0, 1, 3)),
                "utm_medium": self.random.choice(("", "social")), "direct": source == "direct" and not channel}

    def event(self, customer, time, times):
        kind = self.random.choice(("deal", "deal", "refund", "lead", "add_friend", "repurchase"))
        if times and self.random.random() < .2:
            time = self.random.choice(times)  # at the very time of a touch
        value = currency = None
        if kind in ("deal", "repurchase"):
            value, currency = self.random.randrange(0, 1_000_000), self.random.choice(("CNY", "CNY", "CNY", "JPY"))
        if kind == "refund":
            value, currency = -self.random.randrange(1, 50_000), self.random.choice(("CNY", "JPY"))
        self.events.append({"customer": customer, "type": kind, "time_ms": min(time, self.now), "value": value, "currency": currency})

    def merge(self, loser, survivor):
        for row in self.touches + self.events:
            if row["customer"] == loser:
                row["customer"] = survivor

    def write(self, path):
        """Into a database nobody has open."""
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("PRAGMA foreign_keys=OFF")
            for table in ("event", "touch", "customer"):
                db.execute(f"DELETE FROM {table}")
            base = db.execute("SELECT COALESCE(MAX(id), 0) FROM term").fetchone()[0]
            for text in self.terms:
                if not db.execute("SELECT 1 FROM term WHERE text = ?", (text,)).fetchone():
                    base += 1
                    db.execute("INSERT INTO term (id, text) VALUES (?, ?)", (base, text))
            for touch in self.touches:
                if touch["channel"] and not db.execute("SELECT 1 FROM term WHERE text = ?", (touch["channel"],)).fetchone():
                    base += 1
                    db.execute("INSERT INTO term (id, text) VALUES (?, ?)", (base, touch["channel"]))
            term = dict(db.execute("SELECT text, id FROM term"))
            term[""] = 0
            for customer in self.customers:
                times = [t["time_ms"] for t in self.touches if t["customer"] == customer]
                db.execute("INSERT INTO customer (id, created_ms, updated_ms, touches, first_touch_ms, last_touch_ms) VALUES (?, 1, 1, ?, ?, ?)",
                           (customer, len(times), min(times, default=None), max(times, default=None)))
            for t in self.touches:
                db.execute("INSERT INTO touch (customer_id, time_ms, click_id, link_id, host, source, channel, utm_medium, app, scene)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           (t["customer"], t["time_ms"], t["click"], int(t["link"]["id"][4:]), term[t["host"]], term[t["source"]], term[t["channel"]],
                            term[t["utm_medium"]], term[t["app"]], t["scene"]))
            for number, e in enumerate(self.events, 1):
                e["id"] = number
                db.execute("INSERT INTO event (id, type, origin, time_ms, received_ms, value, currency, customer_id, state, digest)"
                           " VALUES (?, ?, 'api', ?, ?, ?, ?, ?, 'joined', x'00')",
                           (number, e["type"], e["time_ms"], self.now, e["value"], e["currency"] or "", e["customer"]))

    # ---- what reports must say

    def _deal_time(self, event):
        """Of what a refund takes back."""
        if event["customer"] is None or event["value"] is None or event["value"] >= 0:
            return event["time_ms"]
        deals = [e["time_ms"] for e in self.events if e["customer"] == event["customer"] and e["currency"] == event["currency"]
                 and (e["value"] or 0) > 0 and e["time_ms"] <= event["time_ms"]]
        return max(deals, default=event["time_ms"])

    def converted(self, from_ms, to_ms, types=None):
        return [e for e in self.events if from_ms <= e["time_ms"] < to_ms and (e["type"] in types if types else e["value"] is not None)]

    def attribution(self, model, from_ms, to_ms, value_of, passes=lambda touch: True, types=None, window=90, half_life=7 * DAY):
        """{"totals"|"unattributed"|"elsewhere"|"credited"|"direct": figures, "groups": {value: figures}}; figures: {"conversions": millionths, currency: value}"""
        def figures():
            return defaultdict(int)
        out = {name: figures() for name in ("totals", "unattributed", "elsewhere", "credited", "direct")} | {"groups": defaultdict(figures)}

        def add(to, count, value, currency):
            to["conversions"] += count
            if currency:
                to[currency] += value

        for event in self.converted(from_ms, to_ms, types):
            count, value, currency = (0 if (event["value"] or 0) < 0 else ONE), event["value"] or 0, event["currency"]
            at = self._deal_time(event)
            touches = sorted((t for t in self.touches if t["customer"] == event["customer"] and event["customer"] is not None
                              and at - window * DAY <= t["time_ms"] <= at), key=lambda t: (t["time_ms"], t["click"]))
            add(out["totals"], count, value, currency)
            if not touches:
                add(out["unattributed"], count, value, currency)
                continue
            shares = weights(model, touches, half_life)
            for touch, counted, valued in zip(touches, split(count, shares), split(value, shares)):
                if not passes(touch):
                    add(out["elsewhere"], counted, valued, currency)
                    continue
                add(out["credited"], counted, valued, currency)
                if touch["direct"]:
                    add(out["direct"], counted, valued, currency)
                if counted or valued:
                    for group in value_of(touch):
                        add(out["groups"][group], counted, valued, currency)
        return out

    def by_group(self, model, from_ms, to_ms, value_of, types=None, first=False, window=90, currency=None):
        """{group or None: figures}; None is what nobody's touch is known of. first: only each customer's first event that brought money.
        currency: of these only what was paid in it."""
        events = self.events
        if first:
            seen, kept = set(), []
            for event in sorted(events, key=lambda e: (e["time_ms"], e["id"])):
                if (event["value"] or 0) > 0 and event["customer"] is not None and event["customer"] not in seen:
                    seen.add(event["customer"])
                    kept.append(event)
            self.events = kept
        if currency:
            self.events = [event for event in self.events if event["currency"] == currency]
        try:
            said = self.attribution(model, from_ms, to_ms, value_of, types=types, window=window)
        finally:
            self.events = events
        return {**{group: dict(figures) for group, figures in said["groups"].items()}, None: dict(said["unattributed"])}

    def payback(self, model, from_ms, to_ms, value_of, group, currency, cost, first_cost_day, margin_bp, all_events=False, window=90):
        """Days, or the reason that there are none; counted by asking about every day anew."""
        if cost <= 0:
            return "no_cost"
        days = []
        for day in range(from_ms // DAY, -(-to_ms // DAY)):
            low, high = max(from_ms, day * DAY), min(to_ms, (day + 1) * DAY)
            if all_events:
                value = sum(e["value"] for e in self.converted(low, high) if e["currency"] == currency)
            else:
                value = self.attribution(model, low, high, value_of, window=window)["groups"].get(group, {}).get(currency, 0)
            days.append((day, value))
        if not any(value for _, value in days):
            return "no_revenue"
        total, reached = 0, None
        for day, value in days:
            total += value
            if total * margin_bp < cost * 10_000:
                reached = None
            elif reached is None:
                reached = day
        return "not_yet" if reached is None else max(0, reached - first_cost_day)


def spread(amount, days):
    """What each of so many days has of it."""
    return [amount // days + (1 if day < amount % days else 0) for day in range(days)]
