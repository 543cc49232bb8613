# SPDX-License-Identifier: MIT
"""Runs the examples of a page of docs/. A fenced ```sh block holds steps parted by blank lines; a step is commands for sh,
then any number of lines `# -> …` about its last curl call and its output:

    # -> 201                       the status
    # -> Location: https://…       a header; … at the end stands for anything
    # -> .items[0].alias == "x"    a member of the JSON that was printed; the right side is JSON
    # -> says TEXT                 a text that was printed
    # -> fails                     the commands end with an error
    # -> soon …                    any of these, tried again for a minute

curl and linkpond are ours: curl prints the body alone and remembers the head, linkpond knows its data folder. A step that
is nothing but a linkpond … serve goes on until a step with a comment "# Ctrl-C"; from then on $ADMIN and its like are its own.
"""
import json
import os
import re
import subprocess
import time

from pond import wait_for

SECONDS = 60
ANY_PORT = {f"LINKPOND_{name}": "127.0.0.1:0" for name in ("LISTEN", "ADMIN_LISTEN", "PUBLIC_LISTEN")}


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
        self.folder, self.serving = folder, None
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
        done = subprocess.run(["sh", "-eu", "-c", step.commands], cwd=self.folder, env=self.env, capture_output=True, timeout=300,
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

    def serve(self, step):
        """The process is the daemon itself: the shell and the tool give way to it."""
        data = self.folder / re.search(r"--data (\S+)", step.commands)[1]
        with open(self.folder / "serve.log", "ab") as log:
            self.serving = subprocess.Popen(["sh", "-eu", "-c", "exec " + step.commands], cwd=self.folder, env={**self.env, **ANY_PORT},
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def urls():
            assert self.serving.poll() is None, (self.folder / "serve.log").read_text()
            try:
                said = json.loads((data / "listen.json").read_text())
            except (OSError, ValueError):
                return None
            return said if said["pid"] == self.serving.pid else None

        said = wait_for(urls, 120)
        self.env |= {"ADMIN": said["admin"], "REDIRECT": said["redirect"], "PUBLIC": said["public"]}

    def stop(self):
        if self.serving:
            self.serving.terminate()
            self.serving.wait(60)
            self.serving = None

    def run(self, step):
        if re.fullmatch(r"linkpond .*\bserve", step.commands):
            self.serve(step)
            return
        if "# Ctrl-C" in step.commands:
            self.stop()
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
