# SPDX-License-Identifier: MIT
"""Goal: the host tools embed every byte as it is, and a faulty SQL file stops the build with its file and line.

TOOLS_DIR names the folder of the built tools; CC the compiler that reads what they wrote.
"""

import gzip
import os
import pathlib
import subprocess

import pytest

TOOLS = pathlib.Path(os.environ["TOOLS_DIR"])
INCLUDE = pathlib.Path(__file__).resolve().parents[3] / "include"
CC = os.environ.get("CC", "cc")


def run(*args):
    return subprocess.run([str(arg) for arg in args], capture_output=True, text=True, timeout=60)


def compiled_output(tmp_path, main_c, *sources):
    """What a program prints that is linked with the generated sources."""
    main = tmp_path / "main.c"
    main.write_text(main_c)
    built = run(CC, "-Wall", "-Werror", "-I", INCLUDE, "-I", tmp_path, "-o", tmp_path / "program", main, *sources)
    assert built.returncode == 0, built.stderr
    return subprocess.run([str(tmp_path / "program")], capture_output=True, timeout=60).stdout


def embed_sql(tmp_path, queries, migrations=None):
    paths = {}
    for name, text in {**queries, **(migrations or {})}.items():
        paths[name] = tmp_path / name
        paths[name].write_text(text)
    return run(TOOLS / "embed_sql", tmp_path / "texts", *(paths[name] for name in queries), "--",
               *(paths[name] for name in migrations or {}))


def test_embed_files__keeps_every_byte(tmp_path):
    content = bytes(range(256)) + b'7??=\\"\n' + bytes(range(255, -1, -1)) + b"\x017"
    (tmp_path / "all.bin").write_bytes(content)
    (tmp_path / "empty.bin").write_bytes(b"")
    done = run(TOOLS / "embed_files", tmp_path / "out.c", "web_files", tmp_path / "all.bin", tmp_path / "empty.bin")
    assert done.returncode == 0, done.stderr
    printed = compiled_output(tmp_path, """
#include <stdio.h>
#include "linkpond/base/embedded.h"
int main(void)
{
    for (const struct embedded *row = web_files; row->name[0]; row++) {
        printf("%s %zu\\n", row->name, row->len);
        fwrite(row->bytes, 1, row->len, stdout);
    }
}
""", tmp_path / "out.c")
    assert printed == b"all.bin %d\n" % len(content) + content + b"empty.bin 0\n"


def test_embed_files__packs_by_name_what_gets_smaller(tmp_path):
    (tmp_path / "a.js").write_bytes(b"let a = 1;\n" * 100)
    (tmp_path / "b.js").write_bytes(b"b")
    done = run(TOOLS / "embed_files", tmp_path / "out.c", "web_files", "--packed", "js/a.js", tmp_path / "a.js", "js/b.js", tmp_path / "b.js")
    assert done.returncode == 0, done.stderr
    printed = compiled_output(tmp_path, """
#include <stdio.h>
#include <string.h>
#include "linkpond/base/embedded.h"
int main(void)
{
    for (const struct embedded *row = web_files; row->name[0]; row++) {
        fprintf(stdout, "%s\\n", row->name);
        if (strcmp(row->name, "js/a.js.gz") == 0) {
            fwrite(row->bytes, 1, row->len, stdout);
        }
    }
}
""", tmp_path / "out.c")
    head, _, rest = printed.partition(b"js/a.js.gz\n")
    packed, _, tail = rest.rpartition(b"js/b.js\n")
    assert (head, tail) == (b"js/a.js\n", b"")
    assert gzip.decompress(packed) == b"let a = 1;\n" * 100


def test_embed_files__without_files_makes_an_empty_table(tmp_path):
    assert run(TOOLS / "embed_files", tmp_path / "out.c", "web_files").returncode == 0
    printed = compiled_output(tmp_path, """
#include <stdio.h>
#include "linkpond/base/embedded.h"
int main(void) { printf("[%s]", web_files[0].name); }
""", tmp_path / "out.c")
    assert printed == b"[]"


def test_embed_files__a_missing_file_fails_and_leaves_nothing(tmp_path):
    done = run(TOOLS / "embed_files", tmp_path / "out.c", "web_files", tmp_path / "absent")
    assert done.returncode == 1
    assert "absent" in done.stderr
    assert not (tmp_path / "out.c").exists()


def test_embed_sql__texts_names_and_migrations(tmp_path):
    done = embed_sql(
        tmp_path,
        {"a.sql": "-- SPDX-License-Identifier: MIT\n-- name: link_by_id\n-- one row\nSELECT \"x\", '\\'\n\nFROM t;\n",
         "b.sql": "-- name: link_all \nSELECT '链'"},
        {"0001_links.sql": "-- kept\nCREATE TABLE t (x);\n", "0010_more_links.sql": ""})
    assert done.returncode == 0, done.stderr
    printed = compiled_output(tmp_path, """
#include <stdio.h>
#include "texts.h"
int main(void)
{
    printf("%d|%s|%s|", SQL_LINK_BY_ID, sql_name[SQL_LINK_BY_ID], sql_text[SQL_LINK_BY_ID]);
    printf("%d|%s|%s|", SQL_LINK_ALL, sql_name[SQL_LINK_ALL], sql_text[SQL_LINK_ALL]);
    for (size_t i = 0; i < migrations_count; i++) {
        printf("%d|%s|%s|", migrations[i].number, migrations[i].name, migrations[i].text);
    }
    printf("%d %zu", SQL_COUNT, migrations_count);
}
""", tmp_path / "texts.c")
    assert printed.decode() == ("0|link_by_id|SELECT \"x\", '\\'\nFROM t;\n|1|link_all|SELECT '链'\n|"
                                "1|links|-- kept\nCREATE TABLE t (x);\n|10|more_links||2 2")


def test_embed_sql__without_files_makes_empty_tables(tmp_path):
    assert embed_sql(tmp_path, {}).returncode == 0
    printed = compiled_output(tmp_path, """
#include <stdio.h>
#include "texts.h"
int main(void) { printf("%d %zu", SQL_COUNT, migrations_count); }
""", tmp_path / "texts.c")
    assert printed == b"0 0"


@pytest.mark.parametrize("text, place, words", [
    ("-- a comment\nSELECT 1;\n", "bad.sql:2:", "before the first"),
    ("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n", "bad.sql:3:", "already in"),
    ("-- name: a\n-- name: b\nSELECT 2;\n", "bad.sql:1:", "no text"),
    ("-- name: a\nSELECT 1;\n-- name: b\n", "bad.sql:3:", "no text"),
    ("-- name:\nSELECT 1;\n", "bad.sql:1:", "a name has"),
    ("-- name: Link-All\nSELECT 1;\n", "bad.sql:1:", "a name is made of"),
    ("-- name: good\nSELECT 1;\n", "bad.sql:1:", "good.sql:1"),
])
def test_embed_sql__faults_name_file_and_line(tmp_path, text, place, words):
    done = embed_sql(tmp_path, {"good.sql": "-- name: good\nSELECT 1;\n", "bad.sql": text})
    assert done.returncode == 1
    assert place in done.stderr and words in done.stderr
    assert not (tmp_path / "texts.h").exists()


@pytest.mark.parametrize("names", [["links.sql"], ["1_links.sql"], ["0001links.sql"], ["0001_.sql"], ["0001_a.txt"],
                                   ["0002_a.sql", "0001_b.sql"], ["0001_a.sql", "0001_b.sql"], ["0000_a.sql"]])
def test_embed_sql__migrations_are_numbered_upwards(tmp_path, names):
    done = embed_sql(tmp_path, {}, {name: "SELECT 1;\n" for name in names})
    assert done.returncode == 1
    assert names[-1] in done.stderr
    assert not (tmp_path / "texts.h").exists()
