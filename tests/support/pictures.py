# SPDX-License-Identifier: MIT
"""Reading codes back: what a phone would see. zbarimg is the judge; pictures are made and taken apart by hand, so that no
library that also made them is asked."""
import re
import struct
import subprocess
import xml.etree.ElementTree as ET
import zlib

SVG = "{http://www.w3.org/2000/svg}"


def png(width, height, rows, kind=0):
    """A PNG of rows of 8-bit samples: kind 0 is grey, 6 is red, green, blue and opacity."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def png_size(image):
    assert image[:8] == b"\x89PNG\r\n\x1a\n", image[:16]
    return struct.unpack(">II", image[16:24])


def decoded(image, folder):
    """What the codes in a PNG say, one a line."""
    path = folder / "seen.png"
    path.write_bytes(image)
    seen = subprocess.run(["zbarimg", "-q", "--raw", str(path)], capture_output=True, timeout=60)
    return seen.stdout.decode().strip()


def svg_text(svg):
    return [node.text for node in ET.fromstring(svg).iter(SVG + "text")]


def svg_to_png(svg, scale=8):
    """Draws the modules of one of our SVGs; where a logo stands the ground is as dark as it could be at worst."""
    root = ET.fromstring(svg)
    total = int(float(root.get("viewBox").split()[2]))
    grid = [[255] * total for _ in range(total)]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", root.findall(SVG + "path")[1].get("d")):
        for i in range(int(run)):
            grid[int(y)][int(x) + i] = 0
    for logo in root.iter(SVG + "image"):
        x, y, edge = (int(logo.get(name)) for name in ("x", "y", "width"))
        for row in grid[y:y + edge]:
            row[x:x + edge] = [0] * edge
    rows = [[value for value in row for _ in range(scale)] for row in grid for _ in range(scale)]
    return png(total * scale, total * scale, rows)
