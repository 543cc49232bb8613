# SPDX-License-Identifier: MIT
"""Tokens of live codes' pages as the redirect plane seals them, so that a test can have an old one, or a forged one."""
import datetime
import sqlite3
import subprocess
import time

from codes import code_png


def _aes(key, block):
    return subprocess.run(["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", key.hex()], input=block, check=True,
                          capture_output=True, timeout=60).stdout


def cookie_key(pond):
    with sqlite3.connect(f"file:{pond.data / 'linkpond.db'}?mode=ro", uri=True) as db:
        return bytes(db.execute("SELECT value FROM meta WHERE key = 'cookie_key'").fetchone()[0])


def token(pond, target, clicked_ms, key=None):
    """`target`: "tgt_12" or 12; `key`: another installation's."""
    number = int(str(target).removeprefix("tgt_"))
    own = _aes(key or cookie_key(pond), b"live code page 1")
    return _aes(own, number.to_bytes(6, "little") + clicked_ms.to_bytes(6, "little") + bytes(4)).hex()


def now_ms():
    return int(time.time() * 1000)


def at(**delta):
    """So long from now, as the API writes times."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def group_code(pond, folder, text="https://weixin.qq.com/g/AwYAAGdhY5kxnVqQ3bW1cVnZ0rTnJmPzKqXxQm8pB0h3x2V7a9sL"):
    """A group's code, uploaded: what POST /images answers."""
    return pond.api("POST", "/images", 201, data=code_png(text, folder), params={"expect": "qr"},
                    headers={"Content-Type": "image/png"}).json()


def hours(pond, target):
    """Rows of target_hour as dicts, in their order."""
    number = int(str(target).removeprefix("tgt_"))
    with sqlite3.connect(f"file:{pond.data / 'linkpond.db'}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM target_hour WHERE target_id = ? ORDER BY hour_ms", (number,))]


def target(pond, link, **fields):
    """A target of that link: what POST /links/{ref}/targets answers."""
    return pond.api("POST", f"/links/{link['id']}/targets", 201, json=fields).json()


def change(pond, link, one, **fields):
    return pond.api("PATCH", f"/links/{link['id']}/targets/{one['id']}", 200, json=fields).json()
