"""Sends HTTP requests as an attacker writes them: any path, method, headers, host or version.

A way is a dict from provision/probe/bypasses; the empty one is how everybody sends requests. The
keys are those of dockerd_lab/observe/probe_data.py. It must run on Python 3.9.
"""

import http.client
import json
import re
import socket
import threading
import time
from http import HTTPStatus

from http2 import UPGRADE_SETTINGS, http2_exchange, opening, read_answer
from limiter import Limiter
from reach import MAX_BODY, NotHTTP, configured_headers, connect, server_name, shut_down

#: Headers that ask to go on in HTTP/2, and what HTTP/1.1 calls that.
UPGRADE = {
    "Connection": "Upgrade, HTTP2-Settings",
    "Upgrade": "h2c",
    "HTTP2-Settings": UPGRADE_SETTINGS,
}


class Sender:
    """Sends requests to a target over a connection that is kept while the target keeps it."""

    def __init__(self, target, tls, preamble="", limiter=None):
        """Prepare to send; `preamble` is what each connection starts with.

        Senders to the same target have the same `limiter`.
        """
        self.target, self.tls, self.preamble = target, tls, preamble
        self.limiter = limiter or Limiter()
        self.connection = None

    def send(self, way, base, request, *, limit, patient=False):
        """Send a request (method, path, body, headers) in a way; return status and body.

        Raise OSError on failure, or after `limit` seconds. A proxy that limits how often somebody
        may ask is asked again; with `patient`, also one that has done so for long.
        """
        message = request_parts(server_name(self.target) or "docker", base, way, request)
        for pause in (*self.limiter.pauses, None):
            status, answer = self._send_once(way, message, limit)
            if not self.limiter.wait(status, answer, pause, patient):
                break
        return status, answer

    def close(self):
        """Close the connection if there is one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _send_once(self, way, message, limit):
        """Send a request on the kept connection, or on a new one if the server has closed that."""
        if self.connection is not None:
            try:
                return self._exchange(way, message, limit)
            except ConnectionError:
                self.close()
        self.connection = connect(self.target, limit)
        if self.preamble:
            self.connection.sendall(self.preamble.encode())
        if self.tls is not None:
            name = server_name(self.target) or None
            self.connection = self.tls.wrap_socket(self.connection, server_hostname=name)
        return self._exchange(way, message, limit)

    def _exchange(self, way, message, limit):
        """Send a request on the connection, and close that if it cannot be used further."""
        connection = self.connection
        connection.settimeout(limit)
        end = time.monotonic() + limit
        # The limit is one for the whole answer, even if that comes slowly.
        deadline = threading.Timer(limit, shut_down, [connection])
        deadline.daemon = True
        deadline.start()
        keeps_open = False
        try:
            if way.get("http") == "2":
                return http2_exchange(connection, *message)
            connection.sendall(request_bytes(way, *message))
            response = http.client.HTTPResponse(connection, method=message[0])
            response.begin()
            if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
                if way.get("http") == "upgrade":
                    connection.sendall(opening())
                    return read_answer(connection, response.fp)
                return response.status, b""
            answer = response.read(MAX_BODY)
            keeps_open = response.isclosed() and not response.will_close
            return response.status, answer
        except OSError:
            if time.monotonic() >= end:
                raise socket.timeout() from None
            raise
        except http.client.HTTPException as error:
            raise NotHTTP(repr(error)) from None
        finally:
            deadline.cancel()
            if not keeps_open:
                self.close()


def request_parts(host, base, way, request):
    """Return the method, the request target, the headers and the body of a request in a way.

    `host` is the Host header where the way has none.
    """
    method, path, body, headers = (*request, None, None)[:4]
    sent_headers = {} if way.get("http") == "1.0" else {"Host": host}
    if "host" in way:
        sent_headers["Host"] = way["host"]
    sent_headers.update(configured_headers())
    if isinstance(body, dict):
        body, sent_headers["Content-Type"] = json.dumps(body), "application/json"
    sent_headers.update(headers or {})
    for name, value in way.get("headers", {}).items():
        sent_headers[name] = filled(value, {"method": method, "target": base + path})
    content = body.encode() if isinstance(body, str) else body or b""
    return way.get("method", method), spell(way, base, path), sent_headers, content


def request_bytes(way, method, request_target, headers, content):
    """Return an HTTP/1 request as it is sent."""
    if way.get("chunked") and content:
        headers = {**headers, "Transfer-Encoding": "chunked"}
        content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
    elif content or method not in ("GET", "HEAD"):
        headers = {**headers, "Content-Length": str(len(content))}
    if way.get("http") == "upgrade":
        headers = {**headers, **UPGRADE}
    version = "1.0" if way.get("http") == "1.0" else "1.1"
    lines = [f"{method} {request_target} HTTP/{version}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + content


def filled(value, words):
    """Return the value of a header with words in its places: {method}, {target}."""
    for name, word in words.items():
        value = value.replace(f"{{{name}}}", word)
    return value


def spell(way, base, path):
    """Return the request target for a path of the API, spelled in a way.

    >>> spell({"path": "{base}{first}/{rest}"}, "/v1.40", "/containers/json?all=1")
    '/v1.40/containers//json?all=1'
    """
    path, _, query = path.partition("?")
    first, slash, rest = path[1:].partition("/")
    prefix = "" if base.startswith("/v1.") else base
    request_target = way.get("path", "{base}{path}").format(
        base=base,
        prefix=prefix,
        path=path,
        unrooted=path[1:],
        first="/" + first,
        rest=slash + rest,
        encoded=re.sub("[a-z]", lambda found: f"%{ord(found[0]):02x}", path),
        encoded_slash=path[0] + path[1:].replace("/", "%2f"),
        upper=path.upper(),
        upper_prefix=prefix.upper(),
    )
    query = "&".join(part for part in (query, way.get("query", "")) if part)
    return f"{request_target}?{query}" if query else request_target
