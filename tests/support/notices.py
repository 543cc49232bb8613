# SPDX-License-Identifier: MIT
"""Notices in the outbox of a pond that nobody serves, as its own code puts them there."""
import contextlib
import json
import secrets
import sqlite3
import time


def put_notices(pond, robot_id, subjects, kind="target_full", urgent=False):
    """Returns their names on the wire, in order."""
    messages = ["msg_" + secrets.token_hex(16) for _ in subjects]
    now = int(time.time() * 1000)
    with contextlib.closing(sqlite3.connect(pond.data / "linkpond.db")) as db, db:
        db.executemany("INSERT INTO outbox (message, robot_id, kind, urgent, subject, facts, dedupe, created_ms, due_ms) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       [(message, robot_id, kind, int(urgent), subject, json.dumps({"link": "https://s.test/x", "shown": 200}), message, now, now)
                        for message, subject in zip(messages, subjects)])
    return messages


def outbox(pond, **params):
    return pond.api("GET", "/outbox", 200, params=params).json()["items"]
