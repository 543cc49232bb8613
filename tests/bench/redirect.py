#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a redirect costs, beside nginx answering a fixed 302 with its access log on.

Both run in one go, alternating, pinned to one core with the client on another; figures are CPU microseconds per request and
ratios of medians, because this kind of machine is shared. Linkpond's CPU is read after its writer has drained.

    python3 tests/bench/redirect.py --bin build/release/linkpond [--links 1000000] [--rounds 5] [--seconds 4] [--reports | --rules]

--reports: only kept-alive rounds without and with somebody who asks for reports and an export all the while, in turn.
--rules: only kept-alive rounds of plain links, of links with a pool of five, and of links with ten rules on it, in turn, beside a
daemon that has no live code.
"""
import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

CHUNK_ROWS = 32768
REPORTS = ["period=30d&group_by=link&metrics=clicks,visitors&limit=100", "period=30d&group_by=channel&metrics=clicks,visitors",
           "period=30d&interval=hour&metrics=clicks,visitors", "period=30d&group_by=app,hour&limit=1000&metrics=clicks,visitors,new_visitors,scans"]
NGINX = """worker_processes 1; daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 2048; }}
http {{ access_log {dir}/access.log combined; keepalive_requests 100000000;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  server {{ listen 127.0.0.1:{port} reuseport; location / {{ return 302 "https://www.example.com/landing/spring?utm_source=wechat&utm_medium=social"; }} }} }}
"""


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tasks_cpu_us(pid):
    """CPU microseconds of each thread, by thread name; schedstat is in nanoseconds and so finer than ticks."""
    used = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            used[name] = used.get(name, 0) + int((task / "schedstat").read_text().split()[0]) / 1000
        except OSError:
            continue  # a thread of one API connection, gone meanwhile
    return used


def tree_cpu_us(pid):
    pids = [pid] + [int(p) for p in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]
    return sum(sum(tasks_cpu_us(p).values()) for p in pids)


def wrk(base, paths, seconds, close=False):
    env = dict(os.environ, LINKPOND_PATHS=str(paths), LINKPOND_CLOSE="1" if close else "0", LINKPOND_HOST=base.split("//")[1])
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds}s", "-s",
                          str(Path(__file__).with_name("zipf.lua")), base], env=env, capture_output=True, text=True, check=True).stdout
    line = [l for l in out.splitlines() if l.startswith("RESULT ")][0]
    return {k: float(v) for k, v in (pair.split("=") for pair in line.split()[1:])}


class Pond:
    def __init__(self, binary, folder, links):
        self.binary, self.data = binary, folder / "data"
        self.key = subprocess.run([binary, "--data", self.data, "init", "--domain", "127.0.0.1", "--scheme", "http"], check=True,
                                  capture_output=True, text=True).stdout.split()[-1]
        rows = folder / "links.csv"
        with rows.open("w") as f:
            f.write("url,title\n")
            for i in range(links):
                f.write(f"https://www.example.com/landing/spring-{i}?utm_source=wechat&utm_medium=social&sku={i * 7919 % 1000003},Spring {i}\n")
        began = time.monotonic()
        subprocess.run([binary, "--data", self.data, "import", rows], check=True, stdout=subprocess.DEVNULL)
        print(f"import of {links} links: {time.monotonic() - began:.1f} s")
        self.log = (folder / "linkpond.log").open("w")
        began = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", "0", binary, "--data", self.data, "serve", "--listen", "127.0.0.1:0",
                                         "--admin-listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0", "--redirect-threads", "1",
                                         "--backup-every", "0"],  # a backup takes seconds of this one core
                                        stderr=self.log)
        listen = self.data / "listen.json"
        while not listen.exists() or json.loads(listen.read_text())["pid"] != self.process.pid:
            if self.process.poll() is not None or time.monotonic() - began > 60:
                sys.exit("linkpond did not start; see " + self.log.name)
            time.sleep(0.005)
        self.ready_s = time.monotonic() - began
        self.urls = json.loads(listen.read_text())

    def admin(self, path, method="GET", body=None):
        request = urllib.request.Request(self.urls["admin"] + path, headers={"Authorization": "Bearer " + self.key, "Content-Type": "application/json"},
                                         method=method, data=None if body is None else json.dumps(body).encode())
        return urllib.request.urlopen(request, timeout=60).read().decode()

    def codes(self, count):
        found, cursor = [], ""
        while len(found) < count:
            page = json.loads(self.admin(f"/api/v1/links?limit=1000&sort=created{cursor}"))
            found += [item["code"] for item in page["items"]]
            if not page["next_cursor"]:
                break
            cursor = "&cursor=" + page["next_cursor"]
        return found

    def metric(self, name):
        for line in self.admin("/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise KeyError(name)

    def drain(self):
        """Until every click is a row, and all but the last chunk's worth is sealed into columns."""
        while self.metric("linkpond_clicks_ingested_total") < self.metric("linkpond_clicks_journalled_total"):
            time.sleep(0.05)
        while self.metric("linkpond_clicks_ingested_total") - self.metric("linkpond_clicks_sealed_total") >= CHUNK_ROWS:
            time.sleep(0.05)

    def settle(self, quiet_s=6):
        """Until the writer has rested for a while: behind an import it makes what lists look at, which no redirect costs."""
        used, since = 0, time.monotonic()
        while time.monotonic() - since < quiet_s:
            time.sleep(0.5)
            before, used = used, tasks_cpu_us(self.process.pid).get("writer", 0)
            since = time.monotonic() if used - before > 25000 else since

    def rss_mib(self):
        """Memory that is resident; of it what is ours, and what is pages of files, which the system may take back."""
        status = dict(l.split(":", 1) for l in Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        rss, anonymous, files = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "RssFile"))
        return f"RSS {rss:.0f} MiB ({anonymous:.0f} ours, {files:.0f} of files)"

    def syscalls_per_request(self, paths):
        """Exact: strace counts what the redirect thread calls while wrk runs."""
        tid = [t.name for t in Path(f"/proc/{self.process.pid}/task").iterdir() if (t / "comm").read_text().startswith("redirect")][0]
        before = self.metric("linkpond_clicks_answered_total")
        trace = subprocess.Popen(["strace", "-c", "-p", tid], stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        wrk(self.urls["redirect"], paths, 2)
        trace.send_signal(signal.SIGINT)
        report = trace.communicate()[1]
        answered = self.metric("linkpond_clicks_answered_total") - before
        calls = {}
        for line in report.splitlines():
            part = line.split()
            if len(part) >= 5 and part[3].isdigit():
                calls[part[-1]] = int(part[3])
        calls.pop("total", None)
        return {name: round(count / answered, 3) for name, count in calls.items() if count / answered > 0.001}

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Asking:
    """Reports one after the other, and an export of every click, over and over; while it is entered."""

    def __init__(self, pond):
        self.pond, self.over, self.reports, self.exported, self.faults = pond, threading.Event(), 0, 0, []

    def __enter__(self):
        self.threads = [threading.Thread(target=self.repeat, args=(what,)) for what in (self.report, self.export)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, what):
        try:
            while not self.over.is_set():
                what()
        except OSError as fault:
            self.faults.append(fault)

    def report(self):
        self.pond.admin("/api/v1/stats?" + REPORTS[self.reports % len(REPORTS)])
        self.reports += 1

    def export(self):
        request = urllib.request.Request(self.pond.urls["admin"] + "/api/v1/clicks?period=all&class=all&format=ndjson",
                                         headers={"Authorization": "Bearer " + self.pond.key})
        with urllib.request.urlopen(request, timeout=60) as reply:
            while not self.over.is_set() and (part := reply.read(1 << 16)):
                self.exported += len(part)


def beside_reports(pond, paths, args):
    """Redirects alone and redirects while reports and an export run, in turn, in one run."""
    print("keep-alive, 64 connections, alone and beside reports and an export")
    rounds = {"alone": [], "reports": []}

    def round_of(name):
        rounds[name].append(one_round(name, pond.urls["redirect"], pond.process.pid, paths, args.seconds, False, lambda: None))

    for _ in range(args.rounds):
        round_of("alone")
        pond.drain()
        with (asking := Asking(pond)):
            round_of("reports")
        pond.drain()
        print(f"            {asking.reports} reports, {asking.exported / 1e6:.0f} MB exported {asking.faults or ''}")
    median = lambda who, what: statistics.median(r[what] for r in rounds[who])
    print(f"  => p99 {median('alone', 'p99') / 1000:.2f} ms alone, {median('reports', 'p99') / 1000:.2f} ms beside reports:"
          f" {median('reports', 'p99') / median('alone', 'p99'):.2f}x; redirects a second"
          f" {median('reports', 'requests') / median('alone', 'requests'):.2f}x (medians of {args.rounds} alternating rounds)")


RULES_LINKS = 200


def ten_rules(targets):
    """Rule number i holds for the channel of its number in WeChat, all day; the last for every channel there is not."""
    channels = [[f"east{i}", f"west{i}", f"north{i}"] for i in range(9)] + [[""]]
    return [{"choose": "weighted", "sticky": False, "targets": targets,
             "when": [{"fact": "app", "is": ["wechat", "wecom"]},
                      {"fact": "schedule", "is": ["1-7 09:00-18:00", "18:00-09:00"], "zone": "Asia/Shanghai"},
                      {"fact": "channel", "is": channel}]} for channel in channels]


def make_live(pond, codes, rules):
    for code in codes:
        ids = [json.loads(pond.admin(f"/api/v1/links/{code}/targets", "POST", {
            "name": f"group {i}", "weight": i + 1, "url": f"https://www.example.com/landing/group-{i}?utm_source=wechat&utm_medium=social&sku={i}"}))["id"]
            for i in range(5)]
        if rules:
            pond.admin(f"/api/v1/links/{code}/rules", "PUT", {"rules": ten_rules(ids)})


def beside_rules(pond, folder, args):
    """Plain links of a daemon without any live code, plain links, pools and ten rules of one that has them, in turn."""
    (folder / "bare").mkdir()
    bare = Pond(os.path.abspath(args.bin), folder / "bare", args.links)
    try:
        codes = {"bare": bare.codes(RULES_LINKS)[:RULES_LINKS]}
        for at, name in enumerate(("plain", "pool", "rules")):
            codes[name] = pond.codes(3 * RULES_LINKS)[at * RULES_LINKS:(at + 1) * RULES_LINKS]
        weights = [1 / (rank + 1) for rank in range(RULES_LINKS)]
        for name, some in codes.items():
            (folder / f"{name}.txt").write_text("\n".join("/" + c for c in random.Random(7).choices(some, weights, k=50000)) + "\n")
        make_live(pond, codes["pool"], False)
        make_live(pond, codes["rules"], True)
        rounds = {name: [] for name in codes}
        for number in range(args.rounds):
            for name in list(codes)[number % 4:] + list(codes)[:number % 4]:
                asked = bare if name == "bare" else pond
                rounds[name].append(one_round(name, asked.urls["redirect"], asked.process.pid, folder / f"{name}.txt", args.seconds, False, asked.drain))
    finally:
        bare.stop()
    ratio = lambda name, what: statistics.median(one[what] / other[what] for one, other in zip(rounds[name], rounds["bare"]))
    for name in rounds:
        print(f"  => {name:<6} redirect thread {statistics.median(r['redirect'] for r in rounds[name]):6.2f} us a request, {ratio(name, 'redirect'):.2f}x bare"
              f" ({min(r['redirect'] for r in rounds[name]):.2f} us in its calmest round); everything drained {ratio(name, 'cpu'):.2f}x bare"
              f" (medians of {args.rounds} alternating rounds)")


def one_round(name, base, pid, paths, seconds, close, after):
    before_threads, before = tasks_cpu_us(pid), tree_cpu_us(pid)
    result = wrk(base, paths, seconds, close)
    after()
    threads = tasks_cpu_us(pid)
    result["cpu"] = (tree_cpu_us(pid) - before) / result["requests"]
    result["redirect"] = sum(threads[t] - before_threads.get(t, 0) for t in threads if t.startswith("redirect")) / result["requests"]
    print(f"  {name:<9} {result['requests'] / result['us'] * 1e6:>9.0f} req/s  cpu {result['cpu']:6.2f} us/request"
          f"  redirect threads {result['redirect']:6.2f}  p99 {result['p99'] / 1000:6.2f} ms  max {result['max'] / 1000:7.2f} ms"
          f"  errors {result['errors']:.0f}")
    return result


def compare(title, pond, nginx_base, nginx_pid, paths, args, close):
    print(title)
    rounds = {"nginx": [], "linkpond": []}
    for _ in range(args.rounds):
        rounds["nginx"].append(one_round("nginx", nginx_base, nginx_pid, paths, args.seconds, close, lambda: None))
        rounds["linkpond"].append(one_round("linkpond", pond.urls["redirect"], pond.process.pid, paths, args.seconds, close, pond.drain))
    median = lambda who, what: statistics.median(r[what] for r in rounds[who])
    base = median("nginx", "cpu")
    print(f"  => redirect threads alone {median('linkpond', 'redirect') / base:.2f}x nginx, everything drained"
          f" {median('linkpond', 'cpu') / base:.2f}x nginx, p99 {median('linkpond', 'p99') / median('nginx', 'p99'):.2f}x"
          f" (medians of {args.rounds} alternating rounds; nginx {base:.2f} us, linkpond {median('linkpond', 'cpu'):.2f} us)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/linkpond")
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--reports", action="store_true")
    parser.add_argument("--rules", action="store_true")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="linkpond-bench-"))
    nginx = pond = None
    try:
        pond = Pond(os.path.abspath(args.bin), folder, args.links)
        print(f"ready after {pond.ready_s:.2f} s with {args.links} links; {pond.rss_mib()}")
        pond.settle()
        codes = pond.codes(20000)
        weights = [1 / (rank + 1) for rank in range(len(codes))]
        paths = folder / "paths.txt"
        paths.write_text("\n".join("/" + c for c in random.Random(7).choices(codes, weights, k=50000)) + "\n")
        port = free_port()
        (folder / "nginx.conf").write_text(NGINX.format(dir=folder, port=port))
        nginx = subprocess.Popen(["taskset", "-c", "0", "nginx", "-p", folder, "-c", folder / "nginx.conf"])
        time.sleep(1)
        base = f"http://127.0.0.1:{port}"
        wrk(base, paths, 1), wrk(pond.urls["redirect"], paths, 1), pond.drain()
        if args.reports or args.rules:
            beside_reports(pond, paths, args) if args.reports else beside_rules(pond, folder, args)
            return
        compare("keep-alive, 64 connections", pond, base, nginx.pid, paths, args, False)
        compare("a fresh connection each", pond, base, nginx.pid, paths, args, True)
        print("syscalls per keep-alive redirect:", pond.syscalls_per_request(paths))
        print(f"{pond.rss_mib()} while visits wait to be rows")
        pond.drain()
        print(f"{pond.rss_mib()} at the end; dropped {pond.metric('linkpond_clicks_dropped_total'):.0f}")
    finally:
        if nginx:
            nginx.terminate()
            nginx.wait(10)
        if pond:
            pond.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
