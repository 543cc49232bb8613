# SPDX-License-Identifier: MIT
"""A robot's other end on loopback: takes posts and answers as it is told to. What it has taken is known by webhook-id."""
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OK = {"status": 200, "body": b"ok"}
WECOM_OK = {"status": 200, "body": b'{"errcode":0,"errmsg":"ok"}'}


class Post:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.id = headers.get("webhook-id")

    @property
    def json(self):
        return json.loads(self.body)


class Sink:
    """`answer` is a dict or a function of the post that gives one: status, body, headers; hang = say nothing until let
    go; cut = hang up without an answer. `taken` holds the posts that were answered as sent."""

    def __init__(self, answer=OK, port=0):
        self.answer, self.posts, self.taken = answer, [], []
        self.lock, self.let_go = threading.Lock(), threading.Event()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                post = Post(self.path, dict(self.headers), self.rfile.read(int(self.headers.get("Content-Length", 0))))
                answer = sink.answer(post) if callable(sink.answer) else sink.answer
                with sink.lock:
                    sink.posts.append(post)
                if answer.get("hang"):
                    sink.let_go.wait(60)
                    self.close_connection = True
                    return
                if answer.get("cut"):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                with sink.lock:
                    if answer["status"] // 100 == 2:
                        sink.taken.append(post)
                self.send_response(answer["status"])
                for name, value in answer.get("headers", {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.get("body", b""))))
                self.end_headers()
                try:
                    self.wfile.write(answer.get("body", b""))
                except OSError:
                    pass  # hung up on: too much was said

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path="/hook/0123456789abcdef"):
        return f"http://127.0.0.1:{self.port}{path}"

    def ids(self):
        with self.lock:
            return [post.id for post in self.taken]

    def close(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
