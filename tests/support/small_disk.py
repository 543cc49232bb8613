# SPDX-License-Identifier: MIT
"""A disk of a few megabytes that can be filled, emptied and made read-only, without touching the machine's own mounts.

A process in a mount namespace of its own holds a tmpfs; tests reach it through /proc/PID/root, and the program under test
is started inside that namespace. It needs root; `SmallDisk.possible()` says whether it is allowed.
"""
import subprocess
from pathlib import Path

from pond import wait_for


class SmallDisk:
    def __init__(self, folder, size="24m"):
        self.mount = Path(folder) / "disk"
        self.mount.mkdir(parents=True)
        script = f'mount -t tmpfs -o size={size} none "{self.mount}" && touch "{self.mount}/.there" && exec sleep 1000'
        self.holder = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c", script], stdin=subprocess.DEVNULL)
        self.path = Path(f"/proc/{self.holder.pid}/root{self.mount}")
        wait_for(lambda: self.holder.poll() is not None or (self.path / ".there").exists())

    def program(self, binary):
        """A program that runs `binary` where the disk is mounted, in the same process."""
        wrapper = self.mount.parent / "inside"
        wrapper.write_text(f'#!/bin/sh\nexec nsenter -t {self.holder.pid} -m -- "{binary}" "$@"\n')
        wrapper.chmod(0o700)
        return wrapper

    @staticmethod
    def possible(folder):
        done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", str(folder)], capture_output=True, check=False)
        return done.returncode == 0

    def fill(self):
        """To the last byte."""
        with open(self.path / "ballast", "ab", buffering=0) as ballast:
            for size in (1 << 20, 4096, 64, 1):
                try:
                    while ballast.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass

    def free(self):
        (self.path / "ballast").unlink()

    def make_read_only(self):
        subprocess.run(["nsenter", "-t", str(self.holder.pid), "-m", "mount", "-o", "remount,ro", str(self.mount)], check=True)

    def release(self):
        self.holder.kill()
        self.holder.wait(10)
