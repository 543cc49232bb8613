# SPDX-License-Identifier: MIT
"""Debian's real nginx with the configuration we ship, on free loopback ports, before a running Pond."""
import re
import secrets
import socket
import subprocess
from pathlib import Path

import requests
from pond import ROOT, wait_for

PORT_MIN = 10240


def free_port():
    """Below those that the system hands out, so that nobody gets it by chance while its program is down for a moment."""
    handed_out = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    high = handed_out if handed_out > 2 * PORT_MIN else 65536
    while True:
        port = PORT_MIN + secrets.randbelow(high - PORT_MIN)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass  # somebody's; another one


class Front:
    def __init__(self, pond, folder):
        self.folder, self.port = Path(folder), free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.point_to(pond)
        self.process = subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers, 10)

    def point_to(self, pond):
        """Writes config/nginx.conf with this test's ports and names; everything else stays as shipped."""
        text = (ROOT / "config/nginx.conf").read_text()
        for plane, port in (("redirect", 8080), ("admin", 8081), ("public", 8082)):
            text = text.replace(f"127.0.0.1:{port}", pond.urls[plane].split("//")[1])
        text = re.sub(r"listen 80;", f"listen 127.0.0.1:{self.port};", text)
        text = text.replace("links.example.com", "links.test").replace("s.example.com", pond.domain)
        temp = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in
                       ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;\n"
            f"events {{ worker_connections 512; }}\nhttp {{ access_log off; {temp}\n{text}\n}}\n")

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "error.log").read_text()
        try:
            requests.get(self.url, timeout=2, allow_redirects=False)
            return True
        except requests.ConnectionError:
            return False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def reload(self, pond):
        """After the pond came back on other ports."""
        self.point_to(pond)
        self.process.send_signal(1)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
