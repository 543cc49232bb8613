# SPDX-License-Identifier: MIT
"""Goal: whoever takes the six steps of docs/demo.md sees in the desk what each of them says, in Chinese and in English."""
import re
from types import SimpleNamespace

from browser import noise, shot
from desk import Desk
from docrun import Shell, steps
from pond import ROOT

PAGE = (ROOT / "docs/demo.md").read_text()
SAYS = {"zh-CN": (r"^- `(/desk/\S*)` 显示(.*)$", "「([^」]+)」"), "en-US": (r"^- `(/desk/\S*)` shows (.*)$", "“([^”]+)”")}


def promised(language):
    """(path below /desk, texts) of each step."""
    line, text = SAYS[language]
    return [(found[1].removeprefix("/desk"), re.findall(text, found[2])) for found in re.finditer(line, PAGE, re.M)]


def test_each_step_shows_in_the_desk_what_it_says(make_pond, tmp_path, browse):
    shell = Shell(tmp_path, make_pond())
    try:
        for step in steps("demo.md", PAGE):
            if "# Ctrl-C" in step.commands:
                break
            shell.run(step)
        demo = SimpleNamespace(admin=shell.env["ADMIN"], key=(tmp_path / "key").read_text().strip())
        for language in SAYS:
            pages = promised(language)
            assert len(pages) == 6 and all(texts for _, texts in pages)
            desk = Desk(demo, browse(1280, language)).open("/").sign_in()
            for number, (path, texts) in enumerate(pages, 1):
                desk.open(path)
                for text in texts:
                    desk.says(text)
                shot(desk.driver, f"demo-{number}-{language}")
            assert noise(desk.driver) == []
    finally:
        shell.stop()
