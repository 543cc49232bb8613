#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How many events a second come in, what one costs, and how fast they are joined.

    python3 tests/bench/events.py --bin build/release/linkpond [--events 200000] [--clicks 20000] [--senders 2]

Visits make clicks whose ids events name; batches of 1,000 go in by the API, from so many connections at once, as one of three
kinds: `bare` (event_id, type, click id), `known` (with the customer's own number, one to a browser, and a value) and `again` (all of `known` once
more). CPU is of the daemon's threads: those that read requests, and the writer. Shared machines: the CPU figures are the ones
to compare.
"""
import argparse
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

BATCH = 1000
UA = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
      "MicroMessenger/8.0.46(0x18002e2e) NetType/WIFI Language/zh_CN")


def threads_cpu_s(pid):
    used = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            used[name] = used.get(name, 0) + int((task / "schedstat").read_text().split()[0]) / 1e9
        except OSError:
            continue  # a connection's thread, gone meanwhile
    return used


class Pond:
    def __init__(self, binary, folder):
        self.data = folder / "data"
        self.key = subprocess.run([binary, "--data", self.data, "init", "--domain", "127.0.0.1", "--scheme", "http"], check=True,
                                  capture_output=True, text=True).stdout.split()[-1]
        self.process = subprocess.Popen([binary, "--data", self.data, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
                                         "--public-listen", "127.0.0.1:0", "--redirect-threads", "1", "--backup-every", "0"],
                                        stderr=(folder / "log").open("w"))
        listen = self.data / "listen.json"
        while not listen.exists() or json.loads(listen.read_text())["pid"] != self.process.pid:
            time.sleep(0.01)
        self.urls = {name: urlsplit(url).netloc for name, url in json.loads(listen.read_text()).items() if name != "pid"}

    def call(self, connection, method, path, body=None):
        connection.request(method, "/api/v1" + path, body=body, headers={"Authorization": "Bearer " + self.key, "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        assert reply.status in (200, 201), text[:500]
        return json.loads(text)

    def admin(self):
        return http.client.HTTPConnection(self.urls["admin"], timeout=120)


def visits(pond, count):
    link = pond.call(pond.admin(), "POST", "/links", json.dumps({"url": "https://shop.example.com/", "click_id_param": "cid"}))
    redirect, ids, cookies = http.client.HTTPConnection(pond.urls["redirect"], timeout=30), [], [None] * max(1, count // 4)
    for i in range(count):
        who = random.randrange(len(cookies))
        headers = {"User-Agent": UA, "Host": "127.0.0.1", "X-Forwarded-For": f"203.{who >> 16}.{who >> 8 & 255}.{who & 255}"}
        if cookies[who]:
            headers["Cookie"] = cookies[who]
        redirect.request("GET", "/" + link["code"], headers=headers)
        reply = redirect.getresponse()
        reply.read()
        ids.append((reply.headers["Location"].split("cid=")[1], who))
        cookies[who] = (reply.headers["Set-Cookie"] or cookies[who] or "").split(";")[0] or None
    return ids


def batches(kind, count, clicks):
    known = {"bare": {}, "known": {"value": 12900, "currency": "CNY"}}
    made = []
    for first in range(0, count, BATCH):
        events = []
        for i in range(first, first + BATCH):
            click, who = clicks[i % len(clicks)]
            event = {"type": "lead", "event_id": f"{kind}-{i}", "click_id": click, **known[kind]}
            if kind == "known":
                event["customer"] = {"external_id": f"crm-{who}"}
            events.append(event)
        made.append(json.dumps({"events": events}))
    return made


def send(pond, bodies, senders):
    """Wall-clock and CPU seconds by thread until all is answered."""
    left, lock = list(bodies), threading.Lock()

    def work():
        connection = pond.admin()
        while True:
            with lock:
                if not left:
                    return
                body = left.pop()
            connection.request("POST", "/api/v1/events", body=body, headers={"Authorization": "Bearer " + pond.key, "Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            assert reply.status == 200 and b'"problem"' not in text, text[:500]

    writer_before = threads_cpu_s(pond.process.pid)
    cpu_before, began = process_cpu_s(pond.process.pid), time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.monotonic() - began, process_cpu_s(pond.process.pid) - cpu_before
    after = threads_cpu_s(pond.process.pid)
    return seconds, cpu, {name: after.get(name, 0) - writer_before.get(name, 0) for name in ("writer", "joiner")}


def process_cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def until_joined(pond):
    connection, began = pond.admin(), time.monotonic()
    while pond.call(connection, "GET", "/events?state=waiting&limit=1")["items"]:
        time.sleep(0.05)
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--events", type=int, default=200000)
    parser.add_argument("--clicks", type=int, default=20000)
    parser.add_argument("--senders", type=int, default=2)
    args = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="linkpond-events-") as folder:
        pond = Pond(args.bin, Path(folder))
        try:
            clicks = visits(pond, args.clicks)
            for kind in ("bare", "known", "again"):
                bodies = batches("known" if kind == "again" else kind, args.events, clicks)
                seconds, cpu, by = send(pond, bodies, args.senders)
                before = process_cpu_s(pond.process.pid)
                joined = until_joined(pond)
                later = process_cpu_s(pond.process.pid) - before
                per = 1e6 / args.events
                print(f"{kind:6} {args.events / seconds:8.0f}/s in, {cpu * per:6.1f} us of CPU an event (writer {by['writer'] * per:.1f}, "
                      f"joiner {by['joiner'] * per:.1f} of it); joined {joined:.1f} s later, {later * per:.1f} us more", flush=True)
        finally:
            pond.process.terminate()
            pond.process.wait(60)


if __name__ == "__main__":
    sys.exit(main())
