# SPDX-License-Identifier: MIT
"""QR codes of any text, as modules, and what they look like when they are printed, photographed and sent."""
import struct
import subprocess
import zlib

from pictures import png

DARK, LIGHT = 0, 255


def modules(text, folder, border=4):
    """Rows of True (dark) and False, with the border; drawn by ZXingWriter."""
    path = folder / "drawn.png"
    subprocess.run(["ZXingWriter", "-size", "1x1", "-margin", "0", "-encoding", "UTF-8", "-ecc", "3", "QRCode", text, str(path)], check=True,
                   capture_output=True, timeout=60)
    rows = [[shade < 128 for shade in row] for row in grey_rows(path.read_bytes())]
    wide = len(rows[0]) + 2 * border
    side = [False] * border
    return [[False] * wide] * border + [side + row + side for row in rows] + [[False] * wide] * border


def grey_rows(image):
    """The samples of an 8-bit grey PNG (ISO/IEC 15948 clause 9)."""
    width, height, depth, kind = struct.unpack(">IIBB", image[16:26])
    assert (depth, kind) == (8, 0)
    at, packed = 8, b""
    while at < len(image):
        size, name = struct.unpack(">I4s", image[at:at + 8])
        packed += image[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    raw, before, rows = zlib.decompress(packed), [0] * width, []
    for y in range(height):
        how, line = raw[y * (width + 1)], raw[y * (width + 1) + 1:(y + 1) * (width + 1)]
        row = []
        for x, value in enumerate(line):
            left, up, corner = row[x - 1] if x else 0, before[x], before[x - 1] if x else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda one: (abs(guess - one)))
            row.append((value + (0, left, up, (left + up) // 2, paeth)[how]) % 256)
        rows.append(row)
        before = row
    return rows


def code_png(text, folder, scale=8):
    grid = modules(text, folder)
    rows = [[DARK if dark else LIGHT for dark in row for _ in range(scale)] for row in grid for _ in range(scale)]
    return png(len(rows[0]), len(rows), rows)


def code_blocks(text, folder, dark=(0,), light=(255,)):
    """For jpeg.jpeg: a block for each module."""
    return [[dark if module else light for module in row] for row in modules(text, folder)]
