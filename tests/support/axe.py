# SPDX-License-Identifier: MIT
"""axe-core over whatever a browser shows."""
import os
import subprocess

import pytest
from pond import ROOT

HOME_CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # tests give themselves another home
RUN = ("const done = arguments[1]; axe.run(arguments[0] ? { include: [...document.querySelectorAll(arguments[0])] } : document, { resultTypes: ['violations'] }).then((found) => done(found.violations.map((one) =>"
       " `${one.id}: ${one.help} | ` + one.nodes.slice(0, 4).map((node) => `${node.target.join(' ')} ${node.html.slice(0, 160)} `"
       " + [...node.any, ...node.all].map((check) => check.message).join('; ')).join(' || '))), (error) => done([String(error)]))")


def fetched(script, what):
    """The path a script of tests/support prints once it has put `what` into the cache folder."""
    done = subprocess.run(["sh", str(ROOT / "tests/support" / script)], capture_output=True, text=True, check=False, timeout=300,
                          env={**os.environ, "XDG_CACHE_HOME": HOME_CACHE})
    if done.returncode != 0:
        pytest.fail(f"{what} is missing; tests/support/{script} installs it from the npm registry once:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


class Axe:
    def __init__(self):
        with open(fetched("axe.sh", "axe-core"), encoding="utf-8") as text:
            self.source = text.read()

    def __call__(self, driver, css=None):
        """A line for each rule that is broken; [] when none is. css: only in these elements."""
        if css and not driver.execute_script("return document.querySelector(arguments[0])", css):
            return []  # gone again, as a toast is
        if not driver.execute_script("return Boolean(window.axe)"):
            driver.execute_script(self.source)
        return driver.execute_async_script(RUN, css)
