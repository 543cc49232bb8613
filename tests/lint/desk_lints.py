# SPDX-License-Identifier: MIT
"""Lints of the desk, src/web/desk."""
import re
from pathlib import PurePosixPath

from lint import register
from tree import c_without_comments

LINTS = []
lint = register(LINTS)

DESK = "src/web/desk/"
JS = DESK + "js/"
LANGUAGES = ("zh-CN", "en")
_ENTRY = re.compile(r"^\s*(['\"])((?:(?!\1).)+)\1:", re.M)
# t('a.b'), and words that stand in tables: 'a.b' anywhere. t(`a.${x}`) uses every word that begins so.
_LITERAL = re.compile(r"(['\"])([a-z][\w-]*(?:\.[\w-]+)*)\1")
_PREFIX = re.compile(r"`([a-z][\w-]*\.[\w.-]*)\$\{")
_CALL = re.compile(r"\bt\(\s*(['\"])([^'\"]+)\1")


def dictionaries(tree, language):
    """file name -> its keys; the file of the frame is ''."""
    found = {}
    for path in tree.match(JS + "i18n/", suffixes=(".js",)):
        rest = path.removeprefix(JS + "i18n/").removesuffix(".js")
        head, _, name = rest.partition("/")
        if head == language:
            found[name] = [key for _, key in _ENTRY.findall(tree.read(path))]
    return found


def scripts(tree):
    return [path for path in tree.match(JS, suffixes=(".js",)) if not path.startswith(JS + "i18n/")]


@lint("desk-words", "the desk has each word in both languages, once, and uses it",
      bad={JS + "i18n/zh-CN.js": "  'a': 'x',\n  'b': 'y',\n", JS + "i18n/en.js": "  'a': 'x',\n", JS + "main.js": "t('a');\n"},
      skip=lambda tree: None if tree.match(JS) else "there is no desk")
def check_words(tree):
    problems = []
    by_language = {language: dictionaries(tree, language) for language in LANGUAGES}
    keys = {}
    for language, files in by_language.items():
        listed = [key for names in files.values() for key in names]
        keys[language] = set(listed)
        problems += [f"{language}: {key} stands twice" for key in sorted(keys[language]) if listed.count(key) > 1]
    first, second = (by_language[language] for language in LANGUAGES)
    for name in sorted(set(first) | set(second)):
        one, two = set(first.get(name, ())), set(second.get(name, ()))
        problems += [f"i18n/*/{name or 'frame'}: {key} is in one language only" for key in sorted(one ^ two)]
    code = "\n".join(c_without_comments(tree.read(path)) for path in scripts(tree))
    used = {key for _, key in _LITERAL.findall(code)}
    prefixes = tuple(_PREFIX.findall(code))
    for key in sorted(keys[LANGUAGES[0]]):
        if key not in used and not (prefixes and key.startswith(prefixes)):
            problems.append(f"{key} is used nowhere")
    problems += [f"there is no word {key}" for key in sorted({key for _, key in _CALL.findall(code)}) if key not in keys[LANGUAGES[0]]]
    return problems


@lint("value-names", "the desk has a name for every app, system, device, browser and source that is recognised",
      bad={"config/apps.tsv": "app\twechat\tMicroMessenger/\nbrowser\tacme\tAcme/\tword\n", "config/referrers.tsv": "host\tweixin.qq.com\twechat\n",
           JS + "i18n/en/values.js": "  'value.wechat': 'WeChat',\n"},
      skip=lambda tree: None if tree.match(JS) else "there is no desk")
def check_value_names(tree):
    known = set(re.findall(r"^(?:app|package|os|device|browser)\t([^\t]+)\t", tree.read("config/apps.tsv"), re.M))
    known |= set(re.findall(r"^(?:host|package|app|ad)\t[^\t]+\t([^\t\n]+)", tree.read("config/referrers.tsv"), re.M)) - {"-"}
    named = {key for names in dictionaries(tree, "en").values() for key in names}
    return [f"value.{value} has no name" for value in sorted(known) if f"value.{value}" not in named]


@lint("channel-names", "an inferred channel has one name in each language, in whichever row it stands",
      bad={"config/channels.tsv": "scene\tgroup\tgroup\t社群\tGroup\nmedium\tgroup\tgroup\t群聊\tGroup\nmedium\tsms\tsms\t\tSMS\n"},
      skip=lambda tree: None if "config/channels.tsv" in tree.paths else "there are no channels")
def check_channel_names(tree):
    rows = [line.split("\t") for line in tree.read("config/channels.tsv").splitlines() if line and not line.startswith("#")]
    names = {}
    problems = [f"{row[2]} lacks a name" for row in rows if not all(row[3:5])]
    for row in rows:
        names.setdefault(row[2], set()).add(tuple(row[3:5]))
    return problems + [f"{key} has several names" for key, found in sorted(names.items()) if len(found) > 1]


_MARKUP = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b")


@lint("markup", "the desk makes elements by h() only",
      bad={JS + "main.js": "element.innerHTML = text;\n"})
def check_markup(tree):
    return [f"{path}:{number}: {found[1]}" for path in scripts(tree) if not path.startswith(JS + "vendor/")
            for number, line in enumerate(tree.read(path).splitlines(), 1) if (found := _MARKUP.search(line))]


@lint("colours", "colours stand in tokens.css only",
      bad={DESK + "css/base.css": "a { color: #fff; }\n"})
def check_colours(tree):
    allowed = re.compile(r"background: #fff|color: #000")  # paper and QR codes are what they are in every theme
    return [f"{path}:{number}: {line.strip()}" for path in tree.match(DESK + "css/", suffixes=(".css",)) if not path.endswith("tokens.css")
            for number, line in enumerate(tree.read(path).splitlines(), 1)
            if re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(", allowed.sub("", line))]


_IMPORT = re.compile(r"(?:from|import\()\s*'(\.[^'`]+)'")


@lint("modules", "what the desk's modules and page name is there",
      bad={JS + "main.js": "import { a } from './nowhere.js';\n"})
def check_modules(tree):
    problems = []
    for path in scripts(tree):
        for name in _IMPORT.findall(tree.read(path)):
            parts = []
            for part in (PurePosixPath(path).parent / name).parts:
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            if "/".join(parts) not in tree.paths:
                problems.append(f"{path}: imports {name}, which is not there")
    page = DESK + "index.html"
    for name in re.findall(r"\{\{base\}\}/([^\"]+)", tree.read(page)) if page in tree.paths else []:
        if DESK + name not in tree.paths:
            problems.append(f"{page}: names {name}, which is not there")
    return problems
