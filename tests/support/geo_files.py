# SPDX-License-Identifier: MIT
"""Small geo files for tests, in MaxMind's mmdb and ip2region's xdb format, written from networks and what is told of them.

    geo_files.mmdb({"203.0.113.0/24": {"country": {"iso_code": "CN"}}})
    geo_files.xdb({"203.0.113.0/24": "中国|上海|上海市|电信|CN"})

Run as a program it writes tests/support/geo/*.mmdb anew, which the unit tests read.
"""
import ipaddress
import struct
import sys
from pathlib import Path

BUILT = 1700000000
FOLDER = Path(__file__).resolve().parent / "geo"


# ---- mmdb: https://maxmind.github.io/MaxMind-DB/ ----------------------------------------------------------------------

def _control(kind, size):
    if size < 29:
        small, more = size, b""
    elif size < 285:
        small, more = 29, bytes([size - 29])
    else:
        small, more = 30, struct.pack(">H", size - 285)
    return (bytes([kind << 5 | small]) if kind < 8 else bytes([small, kind - 7])) + more


def _number(kind, value):
    body = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return _control(kind, len(body)) + body


def encode(value):
    """A text, a whole number, a list or a dict. {"#16": n} and {"#64": n} are numbers of that width."""
    if isinstance(value, str):
        return _control(2, len(value.encode())) + value.encode()
    if isinstance(value, int):
        return _number(6, value)
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(encode, value))
    if set(value) == {"#16"}:
        return _number(5, value["#16"])
    if set(value) == {"#64"}:
        return _number(9, value["#64"])
    return _control(7, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())


def _bits(network, ip_version):
    network = ipaddress.ip_network(network)
    value, length = int(network.network_address), network.prefixlen
    if network.version == 4 and ip_version == 6:
        length += 96  # IPv4 stands under ::/96
    width = 32 if ip_version == 4 else 128
    return [value >> (width - 1 - i) & 1 for i in range(length)]


def mmdb(places, ip_version=6, kind="Linkpond-Test"):
    """{network: data}; networks must not overlap."""
    nodes, data, offsets = [[None, None]], b"", {}
    for network, place in places.items():
        body = encode(place)
        if body not in offsets:
            offsets[body] = len(data)
            data += body
        at, bits = 0, _bits(network, ip_version)
        for bit in bits[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][bits[-1]] = ("data", offsets[body])
    count = len(nodes)
    number = lambda record: count if record is None else record if isinstance(record, int) else count + 16 + record[1]
    tree = b"".join(number(record).to_bytes(4, "big") for node in nodes for record in node)
    metadata = {"binary_format_major_version": {"#16": 2}, "binary_format_minor_version": {"#16": 0},
                "build_epoch": {"#64": BUILT}, "database_type": kind, "description": {"en": "for tests"},
                "ip_version": {"#16": ip_version}, "languages": ["en", "zh-CN"], "node_count": count,
                "record_size": {"#16": 32}}
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(metadata)


# ---- xdb: https://ip2region.net/doc/xdb/structure ----------------------------------------------------------------------

HEAD = 256 + 256 * 256 * 8


def _pieces(network):
    """Entries never cross a border of the first two bytes."""
    network = ipaddress.ip_network(network)
    return network.subnets(new_prefix=16) if network.prefixlen < 16 else [network]


def xdb(texts, version=2, ip_version=4):
    """{network: text}."""
    entries = sorted((int(piece[0]), int(piece[-1]), text) for network, text in texts.items() for piece in map(
        lambda n: (n.network_address, n.broadcast_address), _pieces(network)))
    region, places = b"", {}
    for _, _, text in entries:
        if text not in places:
            places[text] = HEAD + len(region)
            region += text.encode()
    size, width = (14, 4) if ip_version == 4 else (38, 16)
    order = "little" if ip_version == 4 else "big"
    first, index, rows = HEAD + len(region), b"", {}
    for i, (low, high, text) in enumerate(entries):
        at, row = first + i * size, low >> (width * 8 - 16)
        rows[row] = (rows.get(row, (at, at))[0], at + size)
        index += low.to_bytes(width, order) + high.to_bytes(width, order)
        index += struct.pack("<HI", len(text.encode()), places[text])
    header = struct.pack("<HHIII", version, 1, BUILT, first, first + (len(entries) - 1) * size)
    if version == 3:
        header += struct.pack("<HH", ip_version, 4)
    vector = bytearray(256 * 256 * 8)
    for row, ends in rows.items():
        struct.pack_into("<II", vector, row * 8, *ends)
    return header.ljust(256, b"\0") + bytes(vector) + region + index


# ---- what the unit tests read -------------------------------------------------------------------------------------------

def city(code, region, region_en, name, name_en):
    return {"country": {"iso_code": code, "names": {"en": "x", "zh-CN": "x"}},
            "subdivisions": [{"names": {"en": region_en, "zh-CN": region}}],
            "city": {"names": {"en": name_en, "zh-CN": name}}}


COMMITTED = {
    "city.mmdb": lambda: mmdb({
        "203.0.113.0/24": city("CN", "浙江省", "Zhejiang", "杭州", "Hangzhou"),
        "198.51.100.0/25": city("US", "加利福尼亚州", "California", "旧金山", "San Francisco"),
        "198.51.100.128/25": city("CA", "安大略", "Ontario", "多伦多", "Toronto"),
        "2001:db8:1::/48": {"country": {"iso_code": "JP"}, "city": {"names": {"en": "Tokyo"}}},
        "10.0.0.0/8": {"country": {"iso_code": "ZZ"}},
        "192.0.2.0/24": {"country": ["not", "a", "map"], "city": {"names": {"zh-CN": 7}}},
    }, kind="GeoLite2-City"),
    "carrier-v4.mmdb": lambda: mmdb({
        "203.0.113.0/24": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Telecom"},
        "198.51.100.0/24": {"country": "Germany", "region": "Bavaria", "as_name": "Example Net"},
    }, ip_version=4, kind="GeoLite2-ASN"),
}

if __name__ == "__main__":
    for file, make in COMMITTED.items():
        (FOLDER / file).write_bytes(make())
    sys.exit(0)
