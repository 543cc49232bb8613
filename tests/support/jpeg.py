# SPDX-License-Identifier: MIT
"""JPEG files written by hand (ITU T.81, baseline): every block of 8 x 8 pixels has one colour, so there is nothing to
transform, only the mean of each block to code. Enough for what a camera, a printer's file or an attacker brings."""
import struct

QUANTUM = 8  # of the mean: one step of it is one shade
ENTROPY_END = 0


def segment(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


class Bits:
    def __init__(self):
        self.bits = []

    def put(self, value, count):
        self.bits += [(value >> (count - 1 - i)) & 1 for i in range(count)]

    def bytes(self):
        padded = self.bits + [1] * (-len(self.bits) % 8)
        out = bytearray()
        for at in range(0, len(padded), 8):
            byte = int("".join(map(str, padded[at:at + 8])), 2)
            out += b"\xff\x00" if byte == 0xff else bytes([byte])
        return bytes(out)


def exif(orientation=None, gps=True, order=">"):
    """An APP1 with what a phone writes: how it was held, who made it, and where."""
    entries = [(0x010f, 2, 8, 38)]  # Make
    if orientation:
        entries.append((0x0112, 3, 1, None))
    if gps:
        entries.append((0x8825, 4, 1, 0))
    body = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(order + "HHI", tag, kind, count)
        body += struct.pack(order + "HH", orientation, 0) if tag == 0x0112 else struct.pack(order + "I", value)
    return segment(0xe1, b"Exif\0\0" + body + struct.pack(order + "I", 0) + b"SECRETCO" + b"GPS 31.2304N 121.4737E")


def jpeg(blocks, extra=b"", adobe=None, size=None):
    """`blocks`: rows of blocks, each a tuple of 1 (grey), 3 (Y, Cb, Cr) or 4 (C, M, Y, K) samples. `extra`: segments before the
    picture; `adobe`: the colour transform its marker names; `size`: another width and height than the blocks have."""
    count = len(blocks[0][0])
    width, height = size or (len(blocks[0]) * 8, len(blocks) * 8)
    head = b"\xff\xd8" + extra
    if adobe is not None:
        head += segment(0xee, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, adobe))
    head += segment(0xdb, b"\0" + bytes([QUANTUM]) * 64)
    head += segment(0xc0, struct.pack(">BHHB", 8, height, width, count) + b"".join(bytes([i + 1, 0x11, 0]) for i in range(count)))
    # Twelve lengths of differences, four bits each; of the rest of a block only its end, one bit.
    head += segment(0xc4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12)))
    head += segment(0xc4, b"\x10" + bytes([1] + [0] * 15) + bytes([ENTROPY_END]))
    head += segment(0xda, bytes([count]) + b"".join(bytes([i + 1, 0]) for i in range(count)) + b"\0\x3f\0")
    bits, before = Bits(), [0] * count
    for row in blocks:
        for block in row:
            for i, sample in enumerate(block):
                value = sample - 128
                difference, before[i] = value - before[i], value
                length = abs(difference).bit_length()
                bits.put(length, 4)
                if length:
                    bits.put(difference if difference > 0 else difference + (1 << length) - 1, length)
                bits.put(0, 1)
    return head + bits.bytes() + b"\xff\xd9"
