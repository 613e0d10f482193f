"""A server that shows as much of Docker's API as the probe asks for, on the loopback address."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

TOKEN = "0123abcd"


class Api(BaseHTTPRequestHandler):
    """As much of Docker's API as a daemon shows that grants `level`."""

    wbufsize = -1  # an answer in parts waits 40 ms for an acknowledgement of the first
    level = "full-control"
    token = TOKEN
    gone = 204
    refusal = 403
    start = 204
    deleted: ClassVar[list[str]] = []

    def answer(self, status, body=""):
        text = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        if self.level == "auth-required":
            self.answer(401, "<h1>401 Authorization Required</h1>")
        elif self.level == "website":
            self.answer(404, "<h1>not here</h1>")
        elif self.path == "/_ping":
            self.answer(200, "OK")
        elif self.path == "/containers/json":
            self.answer(200, "[]")
        else:
            self.answer(200, self.token + "\r\n")

    def parse_request(self):
        """Read the body with the request: a connection that is closed before loses the answer."""
        is_whole = super().parse_request()
        length = int(self.headers["Content-Length"] or 0) if is_whole else 0
        text = self.rfile.read(length)
        self.body = json.loads(text) if text.startswith(b"{") else text
        return is_whole

    def do_POST(self):
        if self.path.endswith("/start") and self.start != 204:
            self.answer(self.start, "no")
        elif self.level == "website":
            self.answer(404, "<h1>not here</h1>")
        elif self.level in ("read-only", "auth-required"):
            self.answer(self.refusal, "no")
        elif "/create?name=" in self.path:
            assert self.body["HostConfig"]["Binds"] == ["/:/host:ro"]
            self.answer(201, '{"Id": "abc"}')
        else:
            self.answer(204 if self.path.endswith("/start") else 200, "")

    def do_DELETE(self):
        Api.deleted.append(self.path)
        self.answer(self.gone)

    def log_message(self, *args):
        pass


class Behind(Api):
    """The API for requests with a certain Host, and below a path; anything else is not there."""

    host, below, listing = "docker", "", 200

    def do_GET(self):
        if self.is_there():
            return super().do_GET()
        return self.answer(404 if self.listing == 200 else self.listing, "no image")

    def do_POST(self):
        return super().do_POST() if self.is_there() else self.answer(404, "nor this")

    def do_DELETE(self):
        return super().do_DELETE() if self.is_there() else self.answer(404)

    def is_there(self):
        """Whether it is a request for the API; its path is the API's then."""
        there = self.headers["Host"] == self.host and self.path.startswith(self.below + "/")
        self.path = self.path.removeprefix(self.below)
        return there and not (self.path == "/containers/json" and self.listing != 200)


@contextmanager
def server(level, *, tls=None, base=Api, **facts):
    """A server on a free port; its target."""
    handler = type("Handler", (base,), {"level": level, **facts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        if tls is not None:
            made.socket = tls.wrap_socket(made.socket, server_side=True)
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield f"tcp://127.0.0.1:{made.server_address[1]}"
        made.shutdown()


class Leaky(Api):
    """Nobody may create a container here, but something else is let through to the daemon."""

    let_through: ClassVar[tuple[str, ...]] = ()

    def do_POST(self):
        return self.change("POST")

    def do_PUT(self):
        return self.change("PUT")

    def do_DELETE(self):
        return self.change("DELETE")

    def change(self, method):
        if any(f"{method} {self.path}".startswith(each) for each in self.let_through):
            return self.answer(404, '{"message":"No such container: dockerd-lab-absent"}')
        return self.answer(403, "<h1>403 Forbidden</h1>")
