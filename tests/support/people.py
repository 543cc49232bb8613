# SPDX-License-Identifier: MIT
"""People at a running Pond: invited, signed in by a browser's cookie, with keys of their own."""
import itertools
from urllib.parse import urlsplit

import openapi
import requests
from pond import TIMEOUT_S

PASSWORD = "tea at 4 in Hangzhou"
_addresses = (f"198.18.{one // 250}.{one % 250 + 1}" for one in itertools.count())  # each browser sits elsewhere


class Browser:
    """Keeps its cookie and token; every answer is held against docs/openapi.yaml."""

    def __init__(self, pond, **headers):
        self.pond, self.csrf = pond, None
        self.session = requests.Session()
        self.session.headers.update({"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": next(_addresses), **headers})

    def api(self, method, path, expect=None, **kwargs):
        url = self.pond.admin + (path if path.startswith("/metrics") else "/api/v1" + path)
        reply = self.session.request(method, url, timeout=TIMEOUT_S, **kwargs)
        if expect is not None:
            assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text[:1000]}"
        openapi.assert_conforms(method, urlsplit(reply.request.url).path, reply)
        return reply

    def sign_in(self, login, password=PASSWORD, expect=201):
        reply = self.api("POST", "/session", expect, json={"login": login, "password": password})
        self.csrf = reply.json().get("csrf")
        return reply

    def accept(self, token, password=PASSWORD, expect=201):
        reply = self.api("POST", "/session/accept", expect, json={"token": token, "password": password})
        self.csrf = reply.json().get("csrf")
        return reply

    @property
    def cookie(self):
        return self.session.cookies.get("lp_session")


def invite(pond, key, role="editor", **fields):
    """The answer of POST /users."""
    return pond.api("POST", "/users", 201, json={"key": key, "role": role, **fields}).json()


def person(pond, key, role="editor", **fields):
    """A signed-in browser of a new user."""
    browser = Browser(pond)
    browser.accept(invite(pond, key, role, **fields)["invite"]["token"])
    return browser


def key_of(pond, user, scopes=("links:read", "links:write", "stats:read", "admin", "events:write", "customers:read", "customers:write"), **fields):
    """An API key by which that user acts."""
    return pond.api("POST", "/keys", 201, json={"name": f"key of {user}", "user": user, "scopes": list(scopes), **fields}).json()["key"]
