"""A server that guards Docker's API with one rule, as proxies do, and forwards to a daemon."""

import importlib
import re
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import unquote

from docker_api import TOKEN

ABSENT = b'{"message":"No such container: dockerd-lab-absent"}\n'


class Guarded(BaseHTTPRequestHandler):
    """The API behind a rule: `is_allowed(request)` says whether a request is forwarded."""

    wbufsize = -1  # an answer in parts waits 40 ms for an acknowledgement of the first
    protocol_version = "HTTP/1.1"
    denial = 403
    #: A proxy may change a path or a method after it has looked at it.
    forwarded_path = staticmethod(lambda request: request.path)
    forwarded_method = staticmethod(lambda request: request.command)

    @staticmethod
    def forward(request):
        """What stands behind the rule answers."""
        return daemon(request.forwarded_method(request), request.forwarded_path(request))

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_request(self):
        self.body = self.read_body()
        if not self.is_allowed(self):
            return self.answer(self.denial, b"<h1>denied</h1>")
        return self.answer(*self.forward(self))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_request

    def read_body(self):
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *args):
        pass


def daemon(method, path):
    """What dockerd 20.10.24 answers, as far as the probe asks; its router takes no unclean path."""
    path = unquote(re.sub("^http://[^/]*", "", path).partition("?")[0])
    if "//" in path or "/./" in path or "/../" in path:
        return 301, b""
    path = re.sub("^/v[0-9.]+(?=/)", "", path)
    if method == "DELETE" and "absent" not in path:
        return 204, b""
    responses = {
        "GET /containers/json": (200, b"[]"),
        "GET /_ping": (200, b"OK"),
        "POST /containers/create": (201, b"{}"),
    }
    if f"{method} {path}" in responses:
        return responses[f"{method} {path}"]
    if re.fullmatch("GET /containers/dockerd-lab-probe-.*/logs", path := f"{method} {path}"):
        return 200, f"{TOKEN}\r\n".encode()
    if re.fullmatch("POST /containers/dockerd-lab-probe-.*/(start|wait)", path):
        return (204 if path.endswith("start") else 200), b""
    is_change = "/containers/dockerd-lab-absent" in path and not path.startswith(("GET", "HEAD"))
    return (404, ABSENT) if is_change else (404, b"not found")


@contextmanager
def guarded(
    is_allowed, *, base=Guarded, tls=None, server=ThreadingHTTPServer, address="127.0.0.1", **facts
):
    """A server on a free port that forwards what `is_allowed(request)` allows; its target."""
    rule = {"is_allowed": staticmethod(is_allowed)}
    functions = {k: staticmethod(v) if callable(v) else v for k, v in facts.items()}
    handler = type("Handler", (base,), rule | functions)
    with server((address, 0), handler) as made:
        if tls is not None:
            made.socket = tls.wrap_socket(made.socket, server_side=True)
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield f"tcp://127.0.0.1:{made.server_address[1]}"
        made.shutdown()


class Http2(StreamRequestHandler):
    """The daemon behind a proxy that speaks nothing but HTTP/2."""

    answers = staticmethod(daemon)
    disable_nagle_algorithm = True

    def handle(self):
        http2 = importlib.import_module("http2")  # of provision/
        if self.rfile.read(len(http2.PREFACE)) != http2.PREFACE:
            self.wfile.write(frame(4, 0, 0, b"") + frame(7, 0, 0, bytes(8)))
            return
        self.wfile.write(frame(4, 0, 0, struct.pack(">HI", 4, 1000)))  # a small window
        fields, body, flags = {}, b"", 0
        while not flags & 1:
            kind, flags, stream, payload = http2.read_frame(self.rfile)
            flags = flags if stream == 1 else 0
            at = 0
            while kind == 1 and at < len(payload):
                assert http2.read_integer(payload, at, 4)[0] == 0
                name, at = http2.read_text(payload, at + 1)
                fields[name], at = http2.read_text(payload, at)
            if kind == 0:
                body += payload
                more = struct.pack(">I", len(payload))
                self.wfile.write(frame(8, 0, 0, more) + frame(8, 0, 1, more))
        assert ":authority" in fields
        status, text = self.answers(fields[":method"], fields[":path"])
        head = b"\x08" + bytes([3]) + str(status).encode()  # a name of the static table
        self.wfile.write(frame(1, 4, 1, head) + frame(0, 1, 1, text))


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


@contextmanager
def http2_server(answers=daemon):
    """A server that speaks HTTP/2 without TLS; its target."""
    handler = type("Handler", (Http2,), {"answers": staticmethod(answers)})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as made:
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield f"tcp://127.0.0.1:{made.server_address[1]}"
        made.shutdown()
