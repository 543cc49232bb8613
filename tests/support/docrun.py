# SPDX-License-Identifier: MIT
"""Runs the examples of a page of docs/. A fenced ```sh block holds steps parted by blank lines; a step is commands for sh,
then any number of lines `# -> …` about its last curl call and its output:

    # -> 201                       the status
    # -> Location: https://…       a header; … at the end stands for anything
    # -> .items[0].alias == "x"    a member of the JSON that was printed; the right side is JSON
    # -> says TEXT                 a text that was printed
    # -> fails                     the commands end with an error
    # -> soon …                    any of these, tried again for ten seconds

curl and linkpond are ours: curl prints the body alone and remembers the head, linkpond knows its data folder.
"""
import json
import os
import re
import subprocess
import time

SECONDS = 10


class Step:
    def __init__(self, page, line, text):
        self.place = f"{page}:{line}"
        lines = text.splitlines()
        self.checks = [found[1] for found in (re.match(r"# -> (.*)", one) for one in lines) if found]
        self.commands = "\n".join(one for one in lines if not one.startswith("# ->"))

    def __repr__(self):
        return f"{self.place}\n{self.commands}"


def steps(page, text):
    found = []
    for block in re.finditer(r"^```sh\n(.*?)^```$", text, re.M | re.S):
        line = text.count("\n", 0, block.start()) + 2
        for part in re.finditer(r"(?:^(?!\n).*\n)+", block[1], re.M):
            found.append(Step(page, line + block[1].count("\n", 0, part.start()), part[0]))
    return found


def write_tool(folder, name, text):
    path = folder / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


class Shell:
    """Where the steps of one page run, one after the other."""

    def __init__(self, folder, pond):
        self.folder = folder
        tools = folder / "tools"
        tools.mkdir()
        write_tool(tools, "curl", f'exec /usr/bin/curl -sS --noproxy "*" -D "{folder}/head" "$@"\n')
        write_tool(tools, "linkpond", f'exec "{pond.binary}" --data "{pond.data}" "$@"\n')
        self.env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "KEY": pond.key, "ADMIN": pond.admin,
                    "REDIRECT": pond.redirect, "PUBLIC": pond.public, "LC_ALL": "C.UTF-8"}

    def once(self, step):
        """Complaints about the step, run once."""
        head = self.folder / "head"
        head.write_text("")
        done = subprocess.run(["sh", "-eu", "-c", step.commands], cwd=self.folder, env=self.env, capture_output=True, timeout=60,
                              check=False)
        out = done.stdout.decode("utf-8", "replace")
        said = out + done.stderr.decode("utf-8", "replace")
        problems = []
        if (done.returncode != 0) != ("fails" in step.checks):
            problems.append(f"ended with {done.returncode}")
        for check in step.checks:
            wrong = judge(check.removeprefix("soon "), head.read_text(errors="replace"), out, said)
            if wrong:
                problems.append(f"{check!r}: {wrong}")
        return [f"{problem}\n{said[-1500:]}" for problem in problems]

    def run(self, step):
        deadline = time.monotonic() + SECONDS
        problems = self.once(step)
        while problems and any(c.startswith("soon ") for c in step.checks) and time.monotonic() < deadline:
            problems = self.once(step)
        assert not problems, f"{step}\n" + "\n".join(problems)


def judge(check, head, out, said):
    """What is wrong, or None."""
    if check == "fails":
        return None
    if re.fullmatch(r"\d{3}", check):
        status = re.findall(r"^HTTP/\S+ (\d{3})", head, re.M)
        return None if status[-1:] == [check] else f"status {status}"
    if check.startswith("says "):
        return None if check[5:] in said else "was not printed"
    member = re.fullmatch(r"(\.\S*) == (.*)", check)
    if member:
        try:
            value = lookup(json.loads(out), member[1])
        except (ValueError, LookupError, TypeError) as error:
            return repr(error)
        return None if value == json.loads(member[2]) else f"is {json.dumps(value, ensure_ascii=False)}"
    name, wanted = re.fullmatch(r"([A-Za-z-]+): (.*)", check).groups()
    values = [line.split(":", 1)[1].strip() for line in head.splitlines() if line.lower().startswith(name.lower() + ":")]
    if wanted.endswith("…"):
        return None if any(value.startswith(wanted[:-1]) for value in values) else f"is {values}"
    return None if wanted in values else f"is {values}"


def lookup(value, path):
    for name, index in re.findall(r"\.([A-Za-z_]\w*)|\[(\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return value
