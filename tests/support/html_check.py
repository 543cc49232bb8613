# SPDX-License-Identifier: MIT
"""html-validate over pages as they are served, and over the documents that scripts make of them."""
import json
import re
import subprocess

from axe import fetched

NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.S)
# What a document says after scripts have worked on it is written by the browser, and not as anybody would type it.
WRITTEN_BY_THE_BROWSER = {"no-inline-style": "off",  # by script; markup with a style is forbidden by the page's policy
                          "attribute-boolean-style": "off", "attribute-empty-style": "off", "no-trailing-whitespace": "off", "doctype-html": "off",
                          "missing-doctype": "off"}
RULES = {"long-title": "off",  # the names of links are as long as people make them
         "require-sri": "off",  # everything comes from this very server
         "no-raw-characters": ["error", {"relaxed": True}]}


class HtmlCheck:
    def __init__(self, folder):
        self.program, self.folder = fetched("html_check.sh", "html-validate"), folder

    def __call__(self, pages, by_browser=False):
        """{name: html} -> {name: [what is wrong]}, without those that are good."""
        rules = {**RULES, **(WRITTEN_BY_THE_BROWSER if by_browser else {})}
        (self.folder / "config.json").write_text(json.dumps({"root": True, "extends": ["html-validate:standard", "html-validate:document"], "rules": rules}))
        names = {}
        for number, (name, html) in enumerate(pages.items()):
            path = self.folder / f"{number}.html"
            if by_browser:
                html = NOSCRIPT.sub("", html)  # a text where scripts run, though it is written as elements
            path.write_text(html, encoding="utf-8")
            names[str(path)] = name
        found = self.folder / "found.json"
        found.unlink(missing_ok=True)
        done = subprocess.run(["node", self.program, "--config", str(self.folder / "config.json"), f"--formatter=json={found}", *names], capture_output=True,
                              text=True, timeout=300, check=False)
        assert done.returncode in (0, 1) and found.exists(), done.stdout[-2000:] + done.stderr[-2000:]
        return {names[one["filePath"]]: [f"{m['ruleId']}: {m['message']} at {m['selector']} (line {m['line']})" for m in one["messages"]]
                for one in json.loads(found.read_text()) if one["messages"]}
