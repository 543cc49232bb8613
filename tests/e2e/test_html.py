# SPDX-License-Identifier: MIT
"""Goal: what is served as HTML is HTML: visitors' pages in both languages, the form, the sheet of codes, the desk's page."""
import re

import requests
from pond import SAFARI

LANGUAGES = ("zh-CN", "en")
PAST, FUTURE = "2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z"


def visitors_pages(pond, language):
    """name -> answer; each as somebody who speaks that language gets it."""
    def ask(path, base=pond.redirect, **more):
        return pond.visit(path, base=base, ua=SAFARI, headers={"Accept-Language": language}, **more)
    pages = {"front": ask(""), "not found": ask("nothing-here"), "no host": ask("x", host="elsewhere.test"), "bad": ask("%zz")}
    for name in ("expired", "disabled", "not-started", "used-up", "used-up"):
        pages[name] = ask(name)
    pages["preview"] = ask("-/preview?code=good&host=s.test", base=pond.public)
    pages["preview of none"] = ask("-/preview?code=none&host=s.test", base=pond.public)
    pages["privacy"] = ask("-/privacy", base=pond.public)
    pages["create"] = ask("-/new", base=pond.public)
    token = re.search(r'value="([0-9a-f]{32})"', pages["create"].text)[1]
    headers = {"Accept-Language": language, "Sec-Fetch-Site": "same-origin"}
    for name, url in (("refused", "javascript:\"'<>&"), ("made", "https://www.example.com/?a=1&b=\"2\"")):
        pages[f"create, {name}"] = requests.post(pond.public + "/-/new", data={"url": url, "csrf": token}, headers=headers, timeout=30)
    return pages


def colleagues_pages(pond, language, made):
    session = requests.Session()
    session.headers.update({"Accept-Language": language, "Sec-Fetch-Site": "same-origin"})
    pages = {"desk": session.get(pond.admin + "/desk/", timeout=30), "form, sign in": session.get(pond.admin + "/desk/form", timeout=30),
             "form, wrong key": session.post(pond.admin + "/sign-in", data={"key": "lp_" + "x" * 43}, timeout=30)}
    session.post(pond.admin + "/sign-in", data={"key": pond.key}, timeout=30)
    pages["form"] = session.get(pond.admin + "/desk/form", timeout=30)
    pages["form, made"] = session.get(f"{pond.admin}/desk/form?made={made}", timeout=30)
    pages["form, refused"] = session.post(pond.admin + "/desk/form", data={"url": "http://10.0.0.1/\"<>", "alias": "<a>"}, timeout=30)
    pages["sheet"] = session.get(f"{pond.admin}/api/v1/qr-sheet?refs={made}&caption=1", timeout=30)
    return pages


def test_every_page_that_is_served_is_html(make_pond, html_check):
    pond = make_pond(public_create="true", abuse_email="abuse@example.com", visitor_cookie="all")
    odd = "Tea & \"cake\" <b>'"
    made = pond.link("https://www.example.com/?a=1&b=2", alias="good", title=odd, channel="poster & co", utm_source=odd)["id"]
    pond.link(alias="expired", valid_until=PAST)
    pond.link(alias="disabled", enabled=False)
    pond.link(alias="not-started", valid_from=FUTURE)
    pond.link(alias="used-up", max_clicks=1)
    pages = {}
    for language in LANGUAGES:
        for name, answer in {**visitors_pages(pond, language), **colleagues_pages(pond, language, made)}.items():
            if "text/html" in answer.headers.get("Content-Type", ""):
                pages[f"{name}, {language}"] = answer.text
    assert {name.rsplit(", ", 1)[0] for name in pages} >= {"front", "not found", "expired", "disabled", "not-started", "used-up", "preview", "privacy", "create",
                                                           "create, refused", "create, made", "desk", "form, sign in", "form", "form, made", "form, refused", "sheet"}
    wrong = html_check(pages)
    assert not wrong, "\n".join(f"{name}\n    " + "\n    ".join(found) for name, found in wrong.items())


def test_the_check_finds_what_is_wrong(html_check):
    good = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Good</title></head><body><main><h1>Good</h1></main></body></html>\n"
    found = html_check({"good": good, "bad": good.replace("<h1>Good</h1>", "<p><div>in a paragraph</div></p><ul><p>no item</p></ul>")})
    assert list(found) == ["bad"] and len(found["bad"]) >= 2
