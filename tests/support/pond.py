# SPDX-License-Identifier: MIT
"""A real Linkpond for tests: the built binary on free loopback ports in a folder of its own. Kills only what it started."""
import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import openapi
import requests

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("LINKPOND_BIN", ROOT / "build/dev/linkpond"))
TIMEOUT_S = 120  # for one answer; no promise of speed, but room for a build with sanitizers
SAFARI = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
          "Mobile/15E148 Safari/604.1")
WECHAT = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
          "MicroMessenger/8.0.50(0x1800323d) NetType/WIFI Language/zh_CN")
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

API_STEP = 0.04  # a key may ask 50 times a second


def wait_for(condition, seconds=10, step=0.01):
    """Polls until condition() is true and returns what it gave; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"did not happen within {seconds} s: {condition}"
        time.sleep(step)


class Pond:
    """`settings` become flags of `serve`: Pond(folder, fsync="always", max_clicks=…) -> --fsync always."""

    def __init__(self, folder, domain="s.test", scheme="http", init_args=(), binary=BINARY, **settings):
        self.binary, self.data, self.domain, self.settings = str(binary), Path(folder) / "data", domain, settings
        self.process, self.urls = None, {}
        out = self.cli("init", "--domain", domain, "--scheme", scheme, *init_args)
        self.key = out.stdout.split()[-1]
        assert self.key.startswith("lp_"), out.stdout

    def cli(self, *args, check=True, **kwargs):
        return subprocess.run([self.binary, "--data", str(self.data), *map(str, args)], check=check, capture_output=True, text=True,
                              timeout=120, **kwargs)

    # ---- running ----------------------------------------------------------------------------------------------------
    def start(self, preexec_fn=None, **more):
        """`preexec_fn` runs in the child just before the program, to take something away from it."""
        ports = {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "public_listen": "127.0.0.1:0"}
        flags = []
        for name, value in {**ports, **self.settings, **more}.items():
            flags += ["--" + name.replace("_", "-"), str(value)]
        self.log = open(self.data.parent / "serve.log", "ab")
        self.process = subprocess.Popen([self.binary, "--data", str(self.data), "serve", *flags], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, preexec_fn=preexec_fn)
        wait_for(self._listening, 120)
        return self

    def _listening(self):
        assert self.process.poll() is None, f"serve ended with {self.process.returncode}:\n{self.log_text()[-3000:]}"
        try:
            self.urls = json.loads((self.data / "listen.json").read_text())
        except (OSError, ValueError):
            return False
        return self.urls.get("pid") == self.process.pid

    def log_text(self):
        return (self.data.parent / "serve.log").read_text(errors="replace")

    def stop(self, expect=0):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            code = self.process.wait(30)
            assert code == expect, f"serve ended with {code}:\n{self.log_text()[-3000:]}"

    def kill9(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)

    def restart(self, **more):
        self.stop()
        return self.start(**more)

    @property
    def admin(self):
        return self.urls["admin"]

    @property
    def redirect(self):
        return self.urls["redirect"]

    @property
    def public(self):
        return self.urls["public"]

    # ---- the API ----------------------------------------------------------------------------------------------------
    def api(self, method, path, expect=None, key=None, **kwargs):
        """Calls /api/v1<path> (or an absolute path such as /metrics); `expect` is the status demanded. Every answer is
        held against docs/openapi.yaml."""
        headers = {"Authorization": "Bearer " + (key or self.key), **kwargs.pop("headers", {})}
        url = self.admin + (path if path.startswith(("/metrics", "/healthz", "/readyz")) else "/api/v1" + path)
        reply = requests.request(method, url, headers=headers, timeout=TIMEOUT_S, **kwargs)
        if expect is not None:
            assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text[:1000]}"
        if not kwargs.get("stream"):
            openapi.assert_conforms(method, urlsplit(reply.request.url).path, reply)
        return reply

    def link(self, url="https://www.example.com/landing", expect=201, **fields):
        return self.api("POST", "/links", expect, json={"url": url, **fields}).json()

    def stats(self, **params):
        return self.api("GET", "/stats", 200, params=params).json()

    # ---- visitors ---------------------------------------------------------------------------------------------------
    def visit(self, path, ua=WECHAT, host=None, method="GET", headers=None, base=None, ip="203.0.113.9"):
        """One visit as a trusted proxy would pass it on; redirects are not followed. `path` without the leading slash."""
        sent = {"Host": host or self.domain, "User-Agent": ua, "X-Forwarded-For": ip, "X-Request-ID": uuid.uuid4().hex,
                "Accept": "text/html", "Accept-Language": "zh-CN", **(headers or {})}
        sent = {name: value for name, value in sent.items() if value is not None}
        reply = requests.request(method, (base or self.redirect) + "/" + path, headers=sent, allow_redirects=False, timeout=TIMEOUT_S)
        reply.request_id = sent.get("X-Request-ID", "")
        return reply

    def clicks(self, **params):
        return self.api("GET", "/clicks", 200, params={"class": "all", "period": "all", **params}).json()["items"]

    def click_of(self, reply):
        """The ledger's row of one visit, waiting until it is ingested."""
        return wait_for(lambda: self.clicks(request_id=reply.request_id), 10, API_STEP)[0]

    def metrics(self):
        values = {}
        for line in self.api("GET", "/metrics", 200).text.splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def drain(self):
        """Waits until every journalled click is a row of the ledger."""
        def drained():
            now = self.metrics()
            return now["linkpond_journal_lag_records"] == 0
        wait_for(drained, 60, API_STEP)
