# SPDX-License-Identifier: MIT
"""A Linkpond with the story of `linkpond demo` in it, which fills every page of the desk."""
import subprocess
from pathlib import Path
from urllib.parse import quote

from pond import BINARY, Pond


class DemoPond(Pond):
    def __init__(self, folder, *flags, domain="localhost:8080", binary=BINARY, **settings):
        self.binary, self.data, self.domain, self.settings = str(binary), Path(folder) / "data", domain, settings
        self.process, self.urls = None, {}
        out = subprocess.run([self.binary, "--data", str(self.data), "demo", "--domain", domain, *flags], check=True, capture_output=True,
                             text=True, timeout=120)
        self.key = out.stdout.split()[-1]
        assert self.key.startswith("lp_"), out.stdout


ROUTES = ("const done = arguments[0];"
          "const base = document.querySelector('script[type=module]').src.replace(/main\\.js$/, '');"
          "import(base + 'routes.js').then(({ routes }) => done(routes.filter((one) => !one.redirect).map((one) => one.path)))"
          ".catch((error) => done(String(error)))")


def subject(pond, kind):
    """The name of one of those links, people, channels, …: a link that is clicked much these days, a colleague, the first of the others."""
    if kind == "links":
        lately = pond.api("GET", "/links", 200, params={"sort": "-last_click", "limit": 20}).json()["items"]
        return max(lately, key=lambda link: link["counts"]["clicks"])["id"]
    if kind == "customers":  # whom most is known of; a short story may have nobody who bought
        items = pond.api("GET", "/customers", 200, params={"limit": 200}).json()["items"]
        return max(items, key=lambda customer: (customer["events"], customer["touches"], customer["id"]))["id"]
    items = pond.api("GET", "/users" if kind == "people" else f"/{kind}", 200).json()["items"]
    names = (item["host"] if kind == "domains" else item["key"] for item in items)
    return next(name for name in names if name != "admin")


def page_paths(desk):
    """The address of every page in the desk's table of routes, with something of the demo where one is about something."""
    routes = desk.driver.execute_async_script(ROUTES)
    assert isinstance(routes, list) and routes, routes
    paths = {}
    for route in routes:
        parts = route.split("/")
        for i, part in enumerate(parts):
            if part.startswith(":"):
                parts[i] = quote(subject(desk.pond, parts[i - 1]), safe="")
        paths[route] = "/".join(parts)
    return paths


IDLE = ("return Boolean(document.querySelector('.page h1, .gate'))"
        " && ![...document.querySelectorAll('.skeleton, [aria-busy=true]')].some((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().top < innerHeight)"
        " && document.fonts.status === 'loaded' && !document.getAnimations().some((a) => a.playState === 'running'"
        " && a.effect.getComputedTiming().iterations !== Infinity)")


def is_idle(desk):
    """A page is there, whole, and nothing moves any more."""
    return desk.driver.execute_script(IDLE)
