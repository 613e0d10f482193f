"""Gets requests past what stands before a daemon: sends them plainly, then in every other way.

A way is a dict: dockerd_lab/observe/probe_data.py explains its keys, and the files below
provision/probe/bypasses are the ways that are tried. It must run on Python 3.9.
"""

import socket
import ssl

from exchange import Sender, filled, spell
from handshake import REQUEST_LIMIT, Measured
from limiter import Limiter
from reach import tls_context

#: Seconds for a request in one of the other ways.
WAY_LIMIT = 30
#: The path with which ways are described.
EXAMPLE = "/containers/create"
#: The status of a request after which the server closed the connection.
HUNG_UP = 0
#: The keys of a way for which a connection of its own is needed.
CONNECTION_KEYS = ("certificate", "preamble", "http")


class Door:
    """A target, the path prefix below which its API is, and the way that it lets requests through.

    `base` and `way` change when a request is let through in another way.
    """

    def __init__(self, target, tls, ways, certificates, limit):
        """Take the ways to try, and the certificates that they name: PEM by name.

        `limit` says how often somebody may ask, as Limiter takes it.
        """
        self.target, self.tls = target, tls
        self.base, self.way = "", {}
        self.ways, self.certificates = ways, certificates
        self.senders, self.limiter = {}, Limiter(limit)

    def close(self):
        """Close all connections."""
        for sender in self.senders.values():
            sender.close()

    def send(self, method, path, body=None, headers=None, *, hangs_up=False):
        """Send a request to a daemon that has answered before; return status and body.

        Raise Measured with the level `unclear` if the connection fails. With `hangs_up` a server
        that closes it without an answer has refused the request, and the status is HUNG_UP.
        """
        try:
            return self._send(self.way, (method, path, body, headers), REQUEST_LIMIT, patient=True)
        except OSError as error:
            is_closed = isinstance(error, (ConnectionError, ssl.SSLEOFError))
            if hangs_up and is_closed and not isinstance(error, ConnectionRefusedError):
                return HUNG_UP, repr(error).encode()
            raise Measured("unclear", f"{method} {path}: {error!r}") from None

    def speaks(self, way):
        """Use a way if the target answers in it, and wants no other certificate; return whether."""
        try:
            answer = self._send(way, ("GET", "/_ping"), WAY_LIMIT)[1]
        except OSError:
            return False
        if b"SSL certificate" in answer:
            return False
        self.way = way
        return True

    def try_way(self, way, request):
        """Send a request (method, path) in a way; return status and body, or raise OSError."""
        return self._send(way, request, WAY_LIMIT)

    def insist(self, method, path, body=None, headers=None, *, accepts, hangs_up=False):
        """Send a request in the usual way, and if that is refused in every other one.

        Return the first answer for which `accepts(status, body)` is true: that way is the usual
        one from then on. If there is none, return the usual way's answer. Raise Measured with the
        level `unclear` if a way gets no answer in time, since the others then cost too much.
        """
        request = (method, path, body, headers)
        first = self.send(*request, hangs_up=hangs_up)
        if accepts(*first):
            return first
        for way in self._other_ways(method, path, body, first[0]):
            try:
                answer = self._send(way, request, WAY_LIMIT)
            except socket.timeout:
                evidence = (
                    f"{method} {path}, {describe(way, self.base)}: no answer within {WAY_LIMIT} s"
                )
                raise Measured("unclear", evidence) from None
            except OSError:
                continue  # it hung up: this is a refusal
            if accepts(*answer):
                self.way = way
                return answer
        return first

    def drop_needless_headers(self, path, accepts):
        """Leave out of the way the headers without which a GET is answered as well.

        Where somebody may not ask often, they stay.
        """
        if self.limiter.is_slow:
            return
        for name in list(self.way.get("headers", {})):
            headers = {key: value for key, value in self.way["headers"].items() if key != name}
            way = {**self.way, "headers": headers}
            try:
                answer = self._send(way, ("GET", path), WAY_LIMIT)
            except OSError:
                continue
            if accepts(*answer):
                self.way = way

    def _send(self, way, request, limit, **options):
        key = tuple(way.get(name) for name in CONNECTION_KEYS)
        if key not in self.senders:
            tls = self.tls
            if "certificate" in way:
                tls = tls_context(self.certificates[way["certificate"]])
            self.senders[key] = Sender(self.target, tls, way.get("preamble", ""), self.limiter)
        return self.senders[key].send(way, self.base, request, limit=limit, **options)

    def _other_ways(self, method, path, body, status):
        """Yield the ways that may change the answer, whose status is `status` in the usual one."""
        usual = spell(self.way, self.base, path)
        for way in self.ways:
            needless = (
                ("chunked" in way and not body)
                or ("path" in way and spell(way, self.base, path) == usual)
                or status not in way.get("only_after", [status])
                or way.get("method") == method
                or ("host" in way and " as " in self.target)
                or ("certificate" in way and self.tls is None)
            )
            if not needless:
                yield merge(self.way, way)


def merge(usual, way):
    """Return a way that does what both do; the second one wins.

    >>> merge({"headers": {"A": "1"}, "path": "/x"}, {"headers": {"B": "2"}})
    {'headers': {'A': '1', 'B': '2'}, 'path': '/x'}
    """
    merged = {**usual, **way}
    if "headers" in usual and "headers" in way:
        merged["headers"] = {**usual["headers"], **way["headers"]}
    return merged


def describe(way, base=""):
    """Return in words what is different in a way, with a POST as the example; empty if nothing is.

    >>> describe({"path": "/{base}{path}", "headers": {"X-Real-IP": "::1"}})
    'path //containers/create, X-Real-IP: ::1'
    """
    words = [f"path {spell(way, base, EXAMPLE)}"] if {"path", "query"} & {*way} else []
    words += [f"{key} {way[key]}" for key in ("method", "host") if key in way]
    headers = way.get("headers", {})
    example = {"method": "POST", "target": f"{base}{EXAMPLE}"}
    words += [f"{name}: {filled(value, example)}" for name, value in headers.items()]
    words += ["chunked body"] if "chunked" in way else []
    words += [f"HTTP {way['http']}"] if "http" in way else []
    words += [f"a {way['certificate']} certificate"] if "certificate" in way else []
    words += [f"{way['preamble'].strip()!r} before"] if "preamble" in way else []
    return ", ".join(words)
