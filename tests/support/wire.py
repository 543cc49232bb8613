# SPDX-License-Identifier: MIT
"""Requests byte by byte, which no HTTP client would send, and the answers to them."""
import socket


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    def __getitem__(self, name):
        found = self.all(name)
        return found[0] if found else None

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:200]!r}>"


class Wire:
    """One connection. `base` is the address of a plane, "http://127.0.0.1:PORT"."""

    def __init__(self, base, patience=10):
        self.socket = socket.create_connection(("127.0.0.1", int(base.rsplit(":", 1)[1])), patience)
        self.socket.settimeout(patience)
        self.got = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """A server that refuses a request need not read it to its end."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def _more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.got += piece
        return bool(piece)

    def answer(self, head_only=False):
        """The next answer; None when the connection ended instead. `head_only`: the answer to HEAD."""
        while b"\r\n\r\n" not in self.got:
            if not self._more():
                assert not self.got, f"half an answer: {self.got[:300]!r}"
                return None
        top, self.got = self.got.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        headers = [(line.split(":", 1)[0].strip().lower(), line.split(":", 1)[1].strip()) for line in lines[1:]]
        answer = Answer(status, headers, b"")
        if head_only or status in (204, 304) or status < 200:
            return answer
        answer.body = self._chunks() if answer["transfer-encoding"] else self._bytes(int(answer["content-length"] or 0))
        return answer

    def _bytes(self, count):
        while len(self.got) < count and self._more():
            pass
        body, self.got = self.got[:count], self.got[count:]
        return body

    def _chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.got and self._more():
                pass
            size, self.got = self.got.split(b"\r\n", 1)
            piece = self._bytes(int(size, 16) + 2)
            if int(size, 16) == 0:
                return body
            body += piece[:-2]

    def all_until_closed(self):
        while self._more():
            pass
        return self.got

    def is_closed(self):
        """Waits for the end of the connection; what still comes before it is an answer that nobody asked for."""
        while not self.got and self._more():
            pass
        assert not self.got, f"one more answer: {self.got[:300]!r}"
        return True


def ask(base, data, head_only=False, patience=10):
    """One request on a connection of its own."""
    with Wire(base, patience) as wire:
        return wire.send(data).answer(head_only)
