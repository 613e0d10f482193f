"""A Python program on a machine: given lines of JSON, and heard.

To start Python and load what a program needs takes an emulated machine seconds. The machine's
snapshot has provision/runner.py with that behind it; it is reached through the ssh connection.
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
#: Seconds that the rest of what is no answer is waited for.
REST_LIMIT = 2
#: What the runner says first.
READY = b"ready\n"
#: Where it listens on the machine.
RUNNER = "/run/dockerd-lab.sock"
#: The programs of provision/, and the modules that they share.
PROGRAMS = ("ask", "probe")
MODULES = ("changes", "handshake", "reach")

#: The connections whose answers are waited for.
_OPEN: set[socket.socket] = set()


@dataclass(frozen=True)
class Program:
    """One that runs, and answers each line of JSON on its standard input with another."""

    lab: Lab
    machine: str
    connection: socket.socket

    def answer(self, given: Any, *, what: str, limit: float) -> Any:
        """Give it a line, and return what it makes of that.

        `what` names the work in messages. Raises HarnessError when the machine cannot be reached,
        takes longer than `limit` seconds, or answers with something else.
        """
        _send(self.connection, json.dumps(given).encode() + b"\n", limit)
        try:
            said = _line(self.connection, limit)
        except TimeoutError:
            raise ssh.no_answer(self.lab, self.machine, what, limit) from None
        if not said:
            raise ssh.lost(self.lab, self.machine, f"{what}: {self.machine} hung up")
        try:
            return json.loads(said)
        except ValueError:
            with suppress(TimeoutError):
                while more := _line(self.connection, REST_LIMIT):
                    said += more
            text = said.decode(errors="replace")
            raise HarnessError(f"{what}: no JSON came back" + last_lines(text)) from None


@contextmanager
def started(
    lab: Lab, project: Project, machine: str, name: str, user: str = "root"
) -> Iterator[Program]:
    """Start a program of provision/ on a machine, which gets no more lines after the block.

    It runs as root at home, in the environment that the snapshot was saved with; as another `user`
    it is in no group but that user's own, and has no home. Raises HarnessError when the machine
    cannot be reached.
    """
    code = source(project, name).encode()
    with _connected(lab, project, machine) as connection:
        _OPEN.add(connection)
        try:
            header = json.dumps([user, len(code)]).encode() + b"\n"
            _send(connection, header + code, START_LIMIT)
            yield Program(lab, machine, connection)
        finally:
            _OPEN.remove(connection)


@contextmanager
def threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for work on the machines, whose answers nobody waits for after an error or Ctrl-C."""
    with ThreadPoolExecutor(number) as pool:
        try:
            yield pool
        except BaseException:
            for connection in list(_OPEN):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            raise


def load(lab: Lab, project: Project, machine: str) -> None:
    """Have a machine start the runner and read the programs, before its snapshot is saved.

    Raises HarnessError where it cannot.
    """
    for name in PROGRAMS:
        with started(lab, project, machine, name) as program:
            program.connection.shutdown(socket.SHUT_WR)  # it ends, since no line comes
            try:
                said = _line(program.connection, START_LIMIT).decode(errors="replace")
            except TimeoutError:
                said = f"no end within {START_LIMIT} s"
            if said:
                raise HarnessError(f"loading {name}.py on {machine}: {said.strip()}")


def source(project: Project, name: str) -> str:
    """A program of provision/, with the modules that lie beside it where they are imported first.

    What comes over a connection has no files beside it.
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
    """A connection to the runner of a machine, which is started where there is none."""
    what = f"starting a program on {machine}"

    def start() -> None:
        runner = (project.data / "provision/runner.py").read_bytes()
        line = f"python3 -I -S - {RUNNER}"
        done = ssh.run(lab, machine, line, what=what, timeout=START_LIMIT, stdin=runner)
        if done.returncode != 0:
            raise HarnessError(what + last_lines(done.stderr.decode(errors="replace")))

    # Each is what may be lacking, the likelier first.
    for mend in (lambda: ssh.forward(lab, machine, RUNNER), start, None):
        try:
            return _ready(lab, machine)
        except TimeoutError:
            raise ssh.no_answer(lab, machine, what, START_LIMIT) from None
        except OSError as error:
            if mend is None:
                raise ssh.lost(lab, machine, f"{what}: {error}") from None
        lab.require_alive()
        mend()
    raise AssertionError  # the last one has returned or raised


def _ready(lab: Lab, machine: str) -> socket.socket:
    """A connection at whose other end the runner is; raises OSError where it is not."""
    made = socket.socket(socket.AF_UNIX)
    try:
        made.settimeout(START_LIMIT)
        made.connect(str(ssh.forwarded(lab, machine)))
        if _line(made, START_LIMIT) != READY:
            raise ConnectionError(f"nobody answers at {RUNNER}, or sshd does not forward to it")
    except OSError:
        made.close()
        raise
    return made


def _line(connection: socket.socket, limit: float) -> bytes:
    """What comes until a line ends, or nothing more comes; raises TimeoutError after `limit` s."""
    said = bytearray()
    end = time.monotonic() + limit
    while not said.endswith(b"\n"):
        connection.settimeout(max(0.01, end - time.monotonic()))
        try:
            part = connection.recv(1 << 20)
        except ConnectionResetError:
            part = b""
        if not part:
            break
        said += part
    return bytes(said)


def _send(connection: socket.socket, what: bytes, limit: float) -> None:
    """Send it all; whether it arrives, what comes back tells."""
    connection.settimeout(limit)
    with suppress(OSError):
        connection.sendall(what)
