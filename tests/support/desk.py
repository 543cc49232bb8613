# SPDX-License-Identifier: MIT
"""The desk in a real browser, as tests use it."""
import time

from browser import wait_for
from selenium.webdriver.common.by import By

EVIL = "\"><img src=x onerror=alert(1)><script>alert(2)</script>"


class Desk:
    def __init__(self, pond, driver):
        self.pond, self.driver = pond, driver

    def open(self, path="/"):
        self.driver.get(self.pond.admin + "/desk" + path)
        return self

    def there(self, css):
        """The first of them, shown or not: a file's input is always hidden."""
        return wait_for(lambda: self.all(css), 20)[0]

    def find(self, css):
        """The first of them, once it is shown; one that is not shown within a moment is meant to be hidden: better ask for what is `there`."""
        wait_for(lambda: self.all(css), 20)
        until = time.monotonic() + 1
        return wait_for(lambda: next((found for found in self.all(css)[:1] if found.is_displayed() or time.monotonic() > until), None), 20)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def texts(self, css):
        """What all of them show, read at once: a list that is written anew meanwhile is the old or the new one."""
        return self.driver.execute_script("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", css)

    def gone(self, css):
        wait_for(lambda: not self.all(css), 20)

    def text(self):
        return self.driver.execute_script("return document.body.innerText")

    def says(self, words):
        wait_for(lambda: words in self.text(), 20)

    def type(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def sign_in(self):
        self.find(".gate .segments button:last-child").click()
        self.find("input[name=key]").send_keys(self.pond.key + "\n")
        self.find(".shell")
        return self

    def field(self, name):
        return self.find(f"[data-field={name}] input, [data-field={name}] textarea")

    def check_fit(self):
        """Nothing sticks out sideways, every control has a name, no two ids are the same, one h1."""
        run = self.driver.execute_script
        assert run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert run("return [...document.querySelectorAll('input, select, textarea')].filter(e => !e.labels.length && !e.ariaLabel)"
                   ".map(e => e.outerHTML)") == []
        assert run("return [...document.querySelectorAll('button, a')].filter(e => !e.textContent.trim() && !e.ariaLabel)"
                   ".map(e => e.outerHTML)") == []
        assert run("const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.length === new Set(ids).size")
        assert run("return document.querySelectorAll('h1').length") == 1
