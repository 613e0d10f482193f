"""Speaks as much HTTP/2 as one request needs, over a connection without TLS or with it.

RFC 9113 (frames) and RFC 7541 (headers). It must run on Python 3.9.
"""

import struct

from reach import MAX_BODY, NotHTTP

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GO_AWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, PADDED, PRIORITY, ACK = 1, 4, 8, 32, 1
#: Settings: no table of headers (so that headers need no state), no push, and a window of 2 MB.
OWN_SETTINGS = struct.pack(">HIHIHI", 1, 0, 2, 0, 4, 2 * MAX_BODY)
#: The settings as an upgrade from HTTP/1.1 sends them, in base64url.
UPGRADE_SETTINGS = "AAEAAAAAAAIAAAAAAAQAHoSA"
#: The indices in the static table of headers whose name is `:status`, and their values.
STATUSES = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}
#: The Huffman code of the digits 0 to 9, in bits.
DIGITS = ("00000", "00001", "00010", *(f"{code:06b}" for code in range(0x19, 0x20)))
#: Headers of HTTP/1 that HTTP/2 has no use for.
CONNECTION_HEADERS = ("host", "connection", "upgrade", "transfer-encoding", "http2-settings")
MAX_FRAME = 16_384
LAST_ANSWER = 200


def http2_exchange(connection, method, path, headers, content):
    """Send one request to a server that speaks HTTP/2 from the start; return status and body.

    Raise OSError if the connection fails, NotHTTP if the answer is no HTTP/2.
    """
    fields = [(":method", method), (":scheme", "http"), (":path", path)]
    fields += [(":authority", headers["Host"])] if "Host" in headers else []
    fields += [(k.lower(), v) for k, v in headers.items() if k.lower() not in CONNECTION_HEADERS]
    block = b"".join(b"\0" + text(name) + text(value) for name, value in fields)
    flags = END_HEADERS | (0 if content else END_STREAM)
    connection.sendall(opening() + frame(HEADERS, flags, 1, block))
    with connection.makefile("rb") as reader:
        return read_answer(connection, reader, content)


def read_answer(connection, reader, content=b""):
    """Read the answer on stream 1; return status and body. Raise OSError, as http2_exchange."""
    try:
        return _read_answer(connection, reader, content)
    except (IndexError, ValueError, struct.error) as error:
        raise NotHTTP(f"no HTTP/2: {error!r}") from None


def opening():
    """Return what a client sends first."""
    wide = frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 2 * MAX_BODY))
    return PREFACE + frame(SETTINGS, 0, 0, OWN_SETTINGS) + wide


def _read_answer(connection, reader, content):
    """Read frames until stream 1 ends, and send the content as the server allows it."""
    status, body = None, b""
    windows, initial_window = {0: 65_535, 1: 65_535}, 65_535
    while True:
        while content and min(windows.values()) > 0:
            part = content[: min(MAX_FRAME, *windows.values())]
            content = content[len(part) :]
            connection.sendall(frame(DATA, 0 if content else END_STREAM, 1, part))
            windows = {stream: size - len(part) for stream, size in windows.items()}
        kind, flags, stream, payload = read_frame(reader)
        if kind == SETTINGS and not flags & ACK:
            for key, value in struct.iter_unpack(">HI", payload):
                if key == 4:  # noqa: PLR2004  (the initial size of a window)
                    windows[1] += value - initial_window
                    initial_window = value
            connection.sendall(frame(SETTINGS, ACK, 0, b""))
        elif kind == PING and not flags & ACK:
            connection.sendall(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE and stream in windows:
            windows[stream] += struct.unpack(">I", payload)[0]
        elif kind == GO_AWAY or (kind == RESET and stream == 1):
            if status is None:
                raise NotHTTP(f"HTTP/2 without an answer: frame {kind}, {payload[-4:].hex()}")
            return status, body
        elif kind == HEADERS and stream == 1:
            status = status_of(without_padding(flags, payload)) or status
        elif kind == DATA and stream == 1:
            body += without_padding(flags, payload)
        is_last = kind in (HEADERS, DATA) and stream == 1 and flags & END_STREAM
        if status is not None and status >= LAST_ANSWER and (is_last or len(body) > MAX_BODY):
            return status, body


def frame(kind, flags, stream, payload):
    """Return a frame."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def read_frame(reader):
    """Return the kind, the flags, the stream and the payload of the next frame."""
    head = reader.read(9)
    if len(head) < 9:  # noqa: PLR2004  (a frame's head)
        raise ConnectionError("the connection was closed" if not head else repr(head))
    length, kind, flags, stream = struct.unpack(">IBBI", b"\0" + head)
    if length > MAX_FRAME:
        raise NotHTTP(f"no HTTP/2: {head!r}")
    return kind, flags, stream & 0x7FFFFFFF, reader.read(length)


def without_padding(flags, payload):
    """Return the payload of a frame with headers or data, without padding and priority."""
    padding = 0
    if flags & PADDED:
        padding, payload = payload[0], payload[1:]
    if flags & PRIORITY:
        payload = payload[5:]
    return payload[: len(payload) - padding]


def text(value):
    """Return a string as a header has it: its length, and no Huffman code."""
    encoded = value.encode("latin-1")
    return integer(len(encoded)) + encoded


def integer(value):
    """Return an integer with a prefix of seven bits."""
    if value < 0x7F:  # noqa: PLR2004  (the prefix has seven bits)
        return bytes([value])
    rest, result = value - 0x7F, b"\x7f"
    while rest > 0x7F:  # noqa: PLR2004
        result += bytes([rest & 0x7F | 0x80])
        rest >>= 7
    return result + bytes([rest])


def status_of(block):
    """Return the status in a block of headers; None if it has none, as trailers do."""
    at = 0
    while at < len(block):
        first = block[at]
        if first & 0x80:
            index, at = read_integer(block, at, 7)
            if index in STATUSES:
                return STATUSES[index]
        elif first & 0xE0 == 0x20:  # noqa: PLR2004  (another size of the table)
            _, at = read_integer(block, at, 5)
        else:
            index, at = read_integer(block, at, 6 if first & 0x40 else 4)
            if index == 0:
                _, at = read_text(block, at)
            value, at = read_text(block, at)
            if index in STATUSES:
                return int(value)
    return None


def read_integer(block, at, bits):
    """Return an integer with a prefix of so many bits, and the place after it."""
    value = block[at] & ((1 << bits) - 1)
    at += 1
    if value == (1 << bits) - 1:
        shift = 0
        while True:
            value += (block[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not block[at - 1] & 0x80:
                break
    return value, at


def read_text(block, at):
    """Return a string, of which Huffman code is decoded only if it is digits, and the place."""
    is_huffman = block[at] & 0x80
    length, at = read_integer(block, at, 7)
    raw = block[at : at + length]
    if not is_huffman:
        return raw.decode("latin-1"), at + length
    bits, decoded = "".join(f"{byte:08b}" for byte in raw), ""
    while True:
        digit = next((n for n, code in enumerate(DIGITS) if bits.startswith(code)), None)
        if digit is None:
            return decoded, at + length
        decoded, bits = decoded + str(digit), bits[len(DIGITS[digit]) :]
