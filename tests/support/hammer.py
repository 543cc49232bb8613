# SPDX-License-Identifier: MIT
"""Visitors that note exactly which requests were answered, through crashes of the server."""
import random
import socket
import threading
import uuid


class Hammer:
    """`connections` keep-alive clients; each request carries its own number in the query. A request counts as answered only when its
    whole head was read."""

    def __init__(self, port, host, paths, connections=16, seed=1, pause=0.002):
        """`pause`: the mean time in seconds between an answer and that client's next request."""
        self.pause, self.gap = pause, threading.Event()
        self.port, self.host, self.paths, self.connections = port, host, paths, connections
        self.random = random.Random(seed)
        self.sent, self.answered, self.lock = set(), {}, threading.Lock()
        self.running, self.threads = False, []

    def start(self):
        self.running = True
        self.threads = [threading.Thread(target=self._visitor, args=(self.random.random(),), daemon=True)
                        for _ in range(self.connections)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.running = False
        for thread in self.threads:
            thread.join(10)

    def _visitor(self, seed):
        chance = random.Random(seed)
        while self.running:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                    connection.settimeout(2)
                    while self.running:
                        self._one(connection, chance)
                        self.gap.wait(chance.expovariate(1 / self.pause))
            except OSError:
                threading.Event().wait(0.005)  # the server is down; a person would press reload

    def _one(self, connection, chance):
        name, path = uuid.UUID(int=chance.getrandbits(128)).hex, chance.choice(self.paths)
        with self.lock:
            self.sent.add(name)
        connection.sendall(f"GET /{path}?n={name} HTTP/1.1\r\nHost: {self.host}\r\nX-Request-ID: {name}\r\n"
                           "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                           "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50\r\n"
                           "Accept: text/html\r\nAccept-Language: zh-CN\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                raise OSError("closed")
            head += piece
        top, rest = head.split(b"\r\n\r\n", 1)
        status = int(top.split(b" ", 2)[1])
        with self.lock:
            self.answered[name] = (path, status)
        length = 0
        for line in top.split(b"\r\n")[1:]:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(rest) < length:
            piece = connection.recv(65536)
            if not piece:
                raise OSError("closed")
            rest += piece
