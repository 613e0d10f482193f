"""A Python program on a machine: given lines of JSON, and heard.

To start Python and load what a program needs takes an emulated machine seconds. The machine's
snapshot has provision/runner.py with that behind it; it is reached through the ssh connection.
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh

#: Seconds the runner has to start, or to take a program: an emulated machine may be busy.
START_LIMIT = 60
#: Seconds that the rest of what is no answer is waited for.
REST_LIMIT = 2
#: What the runner says first.
READY = b"ready\n"
#: The programs of provision/, and the modules that they share.
PROGRAMS = ("ask", "probe")
MODULES = ("reach",)
_MODULE = """\
import sys, types
sys.modules[{0!r}] = types.ModuleType({0!r})
exec({1!r}, vars(sys.modules[{0!r}]))
"""


@dataclass(frozen=True)
class Program:
    """One that runs, and answers each line of JSON on its standard input with another."""

    lab: Lab
    machine: str
    connection: socket.socket

    def answer(self, given: Any, *, what: str, limit: float) -> Any:
        """Give it a line, and return what it makes of that.

        `what` names the work in messages. Raises HarnessBroke when the machine cannot be reached,
        takes longer than `limit` seconds, or answers with something else.
        """
        with suppress(BrokenPipeError, ConnectionResetError):  # what it said tells more
            self.connection.sendall(json.dumps(given).encode() + b"\n")
        try:
            said = _line(self.connection, limit)
        except TimeoutError:
            raise ssh.no_answer(self.lab, self.machine, what, limit) from None
        if not said:
            raise ssh.lost(self.lab, self.machine, what)
        try:
            return json.loads(said)
        except ValueError:
            with suppress(TimeoutError):
                while more := _line(self.connection, REST_LIMIT):
                    said += more
            text = said.decode(errors="replace")
            raise HarnessBroke(f"{what}: no JSON came back" + last_lines(text)) from None


@contextmanager
def started(lab: Lab, root: Path, machine: str, name: str, user: str = "root") -> Iterator[Program]:
    """Start a program of provision/ on a machine; when the block is over, no more lines come.

    As any `user` but root it is in no group but that user's own, and has no home. Raises
    HarnessBroke when the machine cannot be reached.
    """
    code = source(root, name).encode()
    with _connected(lab, root, machine) as connection:
        connection.sendall(json.dumps([user, len(code)]).encode() + b"\n" + code)
        yield Program(lab, machine, connection)


def load(lab: Lab, root: Path, machine: str) -> None:
    """Have a machine start the runner, and read the programs; its snapshot has that behind it."""
    for name in PROGRAMS:
        with started(lab, root, machine, name) as program, suppress(TimeoutError):
            program.connection.shutdown(socket.SHUT_WR)
            _line(program.connection, START_LIMIT)  # it ends, since no line comes


def source(root: Path, name: str) -> str:
    """A program of provision/, with the modules that lie beside it in front."""
    text = (root / f"provision/{name}.py").read_text()
    modules = [each for each in MODULES if f"\nfrom {each} import" in text]
    # What comes over a connection has no files beside it.
    return (
        "".join(
            _MODULE.format(each, (root / f"provision/{each}.py").read_text()) for each in modules
        )
        + text
    )


def _connected(lab: Lab, root: Path, machine: str) -> socket.socket:
    """A connection to the runner of a machine, which is started where there is none."""
    runner = (root / "provision/runner.py").read_bytes()
    # One of another checkout's may run there too.
    there = f"/run/dockerd-lab-{sha256(runner).hexdigest()[:8]}.sock"

    def forward() -> None:
        ssh.forward(lab, machine, there)

    def start() -> None:
        what, line = f"starting the runner on {machine}", f"python3 -I -S - {there}"
        done = ssh.run(lab, machine, line, what=what, timeout=START_LIMIT, stdin=runner)
        if done.returncode != 0:
            raise HarnessBroke(what + last_lines(done.stderr.decode(errors="replace")))

    for mend in (forward, start):
        with suppress(OSError):
            return _ready(lab, machine)
        mend()
    try:
        return _ready(lab, machine)
    except OSError as error:
        raise HarnessBroke(f"{machine} runs no programs: {error}") from None


def _ready(lab: Lab, machine: str) -> socket.socket:
    """A connection at whose other end the runner is; raises OSError where it is not."""
    made = socket.socket(socket.AF_UNIX)
    try:
        made.settimeout(START_LIMIT)
        made.connect(str(ssh.forwarded(lab, machine)))
        if _line(made, START_LIMIT) != READY:
            raise ConnectionError("nobody is at the other end")
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
