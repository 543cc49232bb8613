#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a redirect costs more on a link that gives each click's id to its target, beside the same link without one.

Both in one go, alternating, as in redirect.py; figures are CPU microseconds per request and ratios of medians. Visitors come
back with their cookie, and once more without one: who has none is given a number on a tracked link, which is a second thing.

    python3 tests/bench/tracked.py --bin build/release/linkpond [--rounds 9] [--seconds 3]
"""
import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from redirect import Pond, one_round

LINKS = 2000


def post(pond, path, body):
    request = urllib.request.Request(pond.urls["admin"] + path, json.dumps(body).encode(),
                                     {"Authorization": "Bearer " + pond.key, "Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=60).read())


def make(pond, **fields):
    links = [{"url": f"https://www.example.com/landing/spring-{i}?sku={i * 7919 % 1000003}", **fields} for i in range(LINKS)]
    results = [row for at in range(0, LINKS, 1000) for row in post(pond, "/api/v1/bulk/links", {"links": links[at:at + 1000]})["results"]]
    return [row["link"]["code"] for row in results]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def cookie_of(pond, code):
    try:
        urllib.request.build_opener(NoRedirect).open(pond.urls["redirect"] + "/" + code, timeout=10)
    except urllib.error.HTTPError as answer:
        return answer.headers["Set-Cookie"].split(";")[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/linkpond")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=3)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="linkpond-bench-"))
    pond = None
    try:
        pond = Pond(os.path.abspath(args.bin), folder, 10)
        kinds = {"plain": make(pond), "tracked": make(pond, click_id_param="cid")}
        os.environ["LINKPOND_COOKIE"] = cookie = cookie_of(pond, kinds["tracked"][0])
        weights = [1 / (rank + 1) for rank in range(LINKS)]
        for name, codes in kinds.items():
            drawn = random.Random(7).choices(codes, weights, k=50000)
            (folder / name).write_text("\n".join("/" + code for code in drawn) + "\n")
        rounds = {"plain": [], "tracked": [], "first": []}
        for turn in range(args.rounds + 1):  # the first is to warm up
            for name in rounds:
                os.environ["LINKPOND_COOKIE"] = "" if name == "first" else cookie
                paths = folder / ("tracked" if name == "first" else name)
                result = one_round(name, pond.urls["redirect"], pond.process.pid, paths, args.seconds, False, pond.drain)
                rounds[name] += [result] if turn > 0 else []
        plain = {what: statistics.median(r[what] for r in rounds["plain"]) for what in ("cpu", "redirect")}
        for name in ("tracked", "first"):
            ratio = {what: statistics.median(r[what] / p[what] for r, p in zip(rounds[name], rounds["plain"])) for what in plain}
            print(f"{name}: redirect threads {ratio['redirect']:.3f}x, everything drained {ratio['cpu']:.3f}x of plain"
                  f" ({plain['redirect']:.2f} and {plain['cpu']:.2f} us; medians of {args.rounds} alternating rounds)")
    finally:
        if pond:
            pond.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
