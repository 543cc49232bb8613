#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""import_million.py [ROWS]: imports that many rows (1,000,000) into a fresh pond, exports them, imports the export into a
second one, and compares every field. Prints rates, the server's processor time and its largest memory. Nothing is
judged but the comparison."""
import csv
import shutil
import sys
import tempfile
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from pond import Pond  # noqa: E402

VARYING = {"id", "code", "aliases", "short_url", "created_by", "updated_at"}


def rows_of(count):
    yield b"alias,url,title,tags,utm_source,created,clicks\n"
    for start in range(0, count, 1000):
        yield "".join(f"m/{i},https://www.example.com/p/{i}?q={i * 7},Title {i},\"t{i % 10},g{i % 3}\",s{i % 5},"
                      f"2024-01-01 00:00:{i % 60:02},{i % 4}\n" for i in range(start, min(start + 1000, count))).encode()


def measure(pond, what, count, work):
    def cpu():
        fields = Path(f"/proc/{pond.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    began, used = time.monotonic(), cpu()
    result = work()
    seconds, used = time.monotonic() - began, cpu() - used
    status = Path(f"/proc/{pond.process.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    print(f"{what}: {count} rows in {seconds:.1f} s = {count / seconds:.0f}/s; processor {used / count * 1e6:.1f} us a row; "
          f"memory at most {int(peak) // 1024} MiB", flush=True)
    return result


def import_into(pond, body):
    reply = requests.post(pond.admin + "/api/v1/import?report=problems", data=body, timeout=3600,
                          headers={"Content-Type": "text/csv", "Authorization": "Bearer " + pond.key})
    assert reply.status_code == 200, reply.text[:1000]
    return reply.text.splitlines()[-1]


def export_to(pond, path):
    with requests.get(pond.admin + "/api/v1/export", stream=True, timeout=3600,
                      headers={"Authorization": "Bearer " + pond.key}) as reply, open(path, "wb") as file:
        shutil.copyfileobj(reply.raw, file)


def differences(first, second):
    with open(first, newline="", encoding="utf-8") as one, open(second, newline="", encoding="utf-8") as two:
        for old, new in zip(csv.DictReader(one), csv.DictReader(two), strict=True):
            same = all(old[name] == new[name] for name in old if name not in VARYING)
            names = set(old["aliases"].split("\n")) | {old["code"]}
            yield 0 if same and set(new["aliases"].split("\n")) == names else 1


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        ponds = []
        try:
            for name in ("first", "second"):
                (Path(folder) / name).mkdir()
                ponds.append(Pond(Path(folder) / name).start())
            first, second = (Path(folder) / f"{name}.csv" for name in ("first", "second"))
            print(measure(ponds[0], "import", count, lambda: import_into(ponds[0], rows_of(count))))
            measure(ponds[0], "export", count, lambda: export_to(ponds[0], first))
            with open(first, "rb") as file:
                print(measure(ponds[1], "import of the export", count, lambda: import_into(ponds[1], file)))
            measure(ponds[1], "export", count, lambda: export_to(ponds[1], second))
            wrong = sum(differences(first, second))
            print(f"{wrong} rows differ")
            return 1 if wrong else 0
        finally:
            for pond in ponds:
                pond.stop()


if __name__ == "__main__":
    sys.exit(main())
