# SPDX-License-Identifier: MIT
"""Goal: a long answer of the API is packed for who takes it, is the same answer, and is as it is for everybody else; secrets
and what has an ETag are never packed."""
import gzip

import pytest
import requests


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("gzip")).start()
    for i in range(40):
        pond.api("POST", "/channels", 201, json={"key": f"group-{i}", "names": {"zh": f"华东{i}群", "en": f"East {i}"}})
    yield pond
    pond.stop()


def ask(pond, path, coding, method="GET", **kwargs):
    """(headers, bytes as they came)"""
    reply = requests.request(method, pond.admin + "/api/v1" + path, stream=True, timeout=30, **kwargs,
                             headers={"Authorization": "Bearer " + pond.key, "Accept-Encoding": coding})
    return reply.headers, reply.raw.read(decode_content=False)


@pytest.mark.parametrize("path", ["/channels?limit=100", "/inferred-channels", "/stats?period=30d&interval=day"])
def test_packed_it_is_the_same_and_shorter(pond, path):
    plain_headers, plain = ask(pond, path, "identity")
    headers, packed = ask(pond, path, "br, gzip;q=0.8")
    assert "Content-Encoding" not in plain_headers and headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain and len(packed) * 2 < len(plain)
    assert "Accept-Encoding" in plain_headers["Vary"] and "Accept-Encoding" in headers["Vary"]
    assert int(headers["Content-Length"]) == len(packed) and headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("coding", ["", "br", "gzip;q=0", "identity"])
def test_who_does_not_take_it_gets_it_as_it_is(pond, coding):
    headers, body = ask(pond, "/inferred-channels", coding)
    assert "Content-Encoding" not in headers and body.startswith(b"{")


def test_secrets_short_answers_and_what_has_a_tag_are_not_packed(pond):
    made = pond.link(alias="tagged", notes="long enough " * 150)
    headers, body = ask(pond, f"/links/{made['id']}", "gzip")
    assert headers["ETag"] and "Content-Encoding" not in headers and len(body) > 1024
    headers, body = ask(pond, "/tags", "gzip")
    assert "Content-Encoding" not in headers and len(body) < 1024
    headers, body = ask(pond, "/session", "gzip")
    assert "Content-Encoding" not in headers
