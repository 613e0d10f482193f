"""Runs a Python program of provision/ on a machine, which answers lines of JSON.

To start Python and import modules takes an emulated machine seconds. So the machine's snapshot has
provision/runner.py running, with all imports done; it is reached through the ssh connection.
"""

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh
from dockerd_lab.project import Project

#: Seconds the runner has to start, or to take a program: an emulated machine may be busy.
START_LIMIT = 60
#: Seconds to wait for the rest of an output that is no answer.
REST_LIMIT = 2
#: The first line of the runner.
READY = b"ready\n"
#: Where it listens on the machine.
RUNNER = "/run/dockerd-lab.sock"
#: The programs of provision/, and the modules that they share.
PROGRAMS = ("ask", "probe")
MODULES = (
    *("answers", "approach", "backend", "changes", "container", "door", "exchange", "find_api"),
    *("handshake", "http2", "limiter", "open_door", "reach"),
)

#: The connections on which an answer may be pending.
_OPEN: set[socket.socket] = set()


@dataclass(frozen=True)
class Program:
    """A program that runs, and answers each line of JSON on its standard input with another."""

    lab: Lab
    machine: str
    connection: socket.socket

    def answer(self, message: Any, *, what: str, limit: float) -> Any:
        """Send a message and return the answer, both as JSON.

        `what` names the work in messages. Raises HarnessError when the machine cannot be reached,
        takes longer than `limit` seconds, or answers with something else.
        """
        _send(self.connection, json.dumps(message).encode() + b"\n", limit)
        try:
            output = _line(self.connection, limit)
        except TimeoutError:
            raise ssh.no_answer_error(self.lab, self.machine, what, limit) from None
        if not output:
            raise ssh.connection_lost_error(
                self.lab, self.machine, f"{what}: {self.machine} hung up"
            )
        try:
            return json.loads(output)
        except ValueError:
            with suppress(TimeoutError):
                while more := _line(self.connection, REST_LIMIT):
                    output += more
            text = output.decode(errors="replace")
            raise HarnessError(f"{what}: no JSON came back" + last_lines(text)) from None


@contextmanager
def start_program(
    lab: Lab,
    project: Project,
    machine: str,
    name: str,
    user: str = "root",
    *,
    leaves_nothing: bool = False,
) -> Iterator[Program]:
    """Start a program of provision/ on a machine; it gets no more messages after the block.

    It runs as root at home, in the environment that the snapshot was saved with; as another `user`
    it is in no group but that user's own, and has no home. With `leaves_nothing` an untouched
    machine stays so if the block ends without an error. Raises HarnessError when the machine cannot
    be reached.
    """
    lab.settle(machine)
    untouched = machine in lab.untouched
    lab.touch(machine)
    code = source(project, name).encode()
    with _connected(lab, project, machine) as connection:
        _OPEN.add(connection)
        try:
            header = json.dumps([user, len(code)]).encode() + b"\n"
            _send(connection, header + code, START_LIMIT)
            yield Program(lab, machine, connection)
        finally:
            _OPEN.remove(connection)
    if leaves_nothing and untouched:
        lab.untouched.add(machine)


@contextmanager
def program_threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads for work on the machines; an error or Ctrl-C ends their waiting."""
    with ThreadPoolExecutor(number) as pool:
        try:
            yield pool
        except BaseException:
            for connection in list(_OPEN):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            raise


def preload_programs(lab: Lab, project: Project, machine: str) -> None:
    """Start the runner on a machine and load the programs, before the snapshot is saved.

    Raises HarnessError if it cannot.
    """
    for name in PROGRAMS:
        with start_program(lab, project, machine, name) as program:
            program.connection.shutdown(socket.SHUT_WR)  # it ends, since no line comes
            try:
                output = _line(program.connection, START_LIMIT).decode(errors="replace")
            except TimeoutError:
                output = f"no end within {START_LIMIT} s"
            if output:
                raise HarnessError(f"loading {name}.py on {machine}: {output.strip()}")


def source(project: Project, name: str) -> str:
    """Return a program of provision/ as one text, with its modules in place of their first import.

    A program that comes over a connection can import no files.
    """
    included = set()

    def text(module: str) -> str:
        included.add(module)
        code = (project.data / f"provision/{module}.py").read_text()
        return re.sub(rf"(?m)^from ({'|'.join(MODULES)}) import (?:\([^)]*\)|.*)$", imported, code)

    def imported(line: re.Match[str]) -> str:
        return "" if line[1] in included else text(line[1])

    return text(name)


def _connected(lab: Lab, project: Project, machine: str) -> socket.socket:
    """Return a connection to the runner of a machine, which is started if there is none."""
    what = f"starting a program on {machine}"

    def start() -> None:
        runner = (project.data / "provision/runner.py").read_bytes()
        line = f"python3 -I -S - {RUNNER}"
        result = ssh.run(lab, machine, line, what=what, timeout=START_LIMIT, stdin=runner)
        if result.returncode != 0:
            raise HarnessError(what + last_lines(result.stderr.decode(errors="replace")))

    # Each repairs what may be missing, the likelier first.
    for repair in (lambda: ssh.forward(lab, machine, RUNNER), start, None):
        try:
            return _ready(lab, machine)
        except TimeoutError:
            raise ssh.no_answer_error(lab, machine, what, START_LIMIT) from None
        except OSError as error:
            if repair is None:
                raise ssh.connection_lost_error(lab, machine, f"{what}: {error}") from None
        lab.require_alive()
        repair()
    raise AssertionError  # the last one has returned or raised


def _ready(lab: Lab, machine: str) -> socket.socket:
    """Return a connection to the runner; raises OSError if the runner does not answer."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(START_LIMIT)
        connection.connect(str(ssh.forwarded(lab, machine)))
        if _line(connection, START_LIMIT) != READY:
            raise ConnectionError(f"nobody answers at {RUNNER}, or sshd does not forward to it")
    except OSError:
        connection.close()
        raise
    return connection


def _line(connection: socket.socket, limit: float) -> bytes:
    """Receive up to the end of a line or of the stream; raises TimeoutError after `limit` s."""
    line = bytearray()
    end = time.monotonic() + limit
    while not line.endswith(b"\n"):
        connection.settimeout(max(0.01, end - time.monotonic()))
        try:
            part = connection.recv(1 << 20)
        except ConnectionResetError:
            part = b""
        if not part:
            break
        line += part
    return bytes(line)


def _send(connection: socket.socket, data: bytes, limit: float) -> None:
    """Send data; that it was not received shows in the missing answer."""
    connection.settimeout(limit)
    with suppress(OSError):
        connection.sendall(data)
