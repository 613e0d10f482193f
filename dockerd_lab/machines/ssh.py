"""Runs commands on the machines by ssh: one multiplexed connection each, inside the lab."""

import itertools
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.command import run as run_on_computer
from dockerd_lab.host.lab import Lab
from dockerd_lab.host.refused_paths import refuse_path
from dockerd_lab.host.ssh_key import NOT_FOR_SSH, private_key
from dockerd_lab.settings import Settings

#: ssh's own exit code for "the connection failed", as opposed to the remote command's.
SSH_FAILED = 255
#: Seconds in which it shows whether the lab is ending, with which all its machines are lost.
LAB_ENDS = 5
#: The name of the socket that leads to a machine's runner of programs.
RUNNER_SOCKET = "programs"
#: The names of the others.
_NUMBERS = itertools.count(1)

# The control sockets have short names, and are private and gone with the lab.
# The usual key exchange, safe from the computers to come, costs an emulated machine half a second.
# Host keys are not checked: the machines are made anew, and only the lab can reach them.
CONFIG_FOR_ALL = """\
Host *
  User root
  IdentityFile "{key}"
  IdentitiesOnly yes
  BatchMode yes
  ConnectTimeout 20
  ServerAliveInterval 10
  ServerAliveCountMax 6
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
  GSSAPIAuthentication no
  KexAlgorithms curve25519-sha256
  ControlMaster auto
  ControlPersist 3600
  ControlPath "{sockets}/%n"
  StreamLocalBindUnlink yes
"""


def config_file(lab: Lab) -> Path:
    """Return the ssh configuration file of a lab."""
    return lab.directory / "ssh_config"


def write_config(lab: Lab, settings: Settings) -> None:
    """Write the lab's ssh configuration: the machines by name."""
    hosts = "".join(f"Host {n}\n  HostName {m.address}\n" for n, m in settings.machines.items())
    refuse_path(lab.sockets, (*NOT_FOR_SSH, ":"), program="ssh", hint="TMPDIR may be elsewhere")
    key, sockets = (str(path).replace("%", "%%") for path in (private_key(), lab.sockets))
    config_file(lab).write_text(hosts + CONFIG_FOR_ALL.format(key=key, sockets=sockets))


def command_line(lab: Lab, machine: str, command: str) -> list[str]:
    """Return the argv that runs a shell command on a machine as root, from your computer."""
    return lab.argv_inside(["ssh", "-F", config_file(lab), machine, command])


def run(
    lab: Lab, machine: str, command: str, *, what: str, timeout: float, stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Run a shell command on a machine as root and return what it printed, whatever its exit code.

    `what` names the work in messages, `timeout` is in seconds. The machine is no longer untouched.
    Raises HarnessError when the machine cannot be reached or does not answer in time.
    """
    lab.touch(machine)
    return run_before_ready(lab, machine, command, what=what, timeout=timeout, stdin=stdin)


def run_before_ready(
    lab: Lab, machine: str, command: str, *, what: str, timeout: float, stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Do what `run` does on a machine that is only being made ready."""
    try:
        result = subprocess.run(
            command_line(lab, machine, command),
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise no_answer_error(lab, machine, what, timeout) from None
    if result.returncode < 0:
        raise connection_lost_error(
            lab, machine, f"{what}: ssh was ended by signal {-result.returncode}"
        )
    if result.returncode == SSH_FAILED:
        stderr = result.stderr.decode(errors="replace")
        raise connection_lost_error(lab, machine, f"{what}: ssh to {machine} failed", stderr)
    return result


def no_answer_error(lab: Lab, machine: str, what: str, limit: float) -> HarnessError:
    """Return the error that a machine did not answer in time; raises HarnessError if the lab ended.

    `limit` is in seconds.
    """
    lab.require_alive()
    console = lab.consoles / f"{machine}.log"
    message = f"{what}: {machine} did not answer within {limit:.0f} s{_panic(console)}"
    return HarnessError(message, f"its console: {console}")


def connection_lost_error(lab: Lab, machine: str, message: str, output: str = "") -> HarnessError:
    """Return the error that a machine is lost; raises HarnessError if the lab ended.

    `output` is what ssh printed.
    """
    # The end of a lab kills all that runs in it, and its first process last.
    lab.require_alive(grace=1 if output else LAB_ENDS)
    console = lab.consoles / f"{machine}.log"
    return HarnessError(
        f"{message}{_panic(console)}" + last_lines(output), f"its console: {console}"
    )


def shell(lab: Lab, machine: str) -> int:
    """Open a root shell on a machine, on the user's own terminal; return its exit code."""
    lab.touch(machine)
    argv = lab.argv_inside(["ssh", "-t", "-F", config_file(lab), machine])
    return subprocess.run(argv, check=False).returncode


def _panic(console: Path) -> str:
    """Return the kernel's panic for a message, if the console ends with one."""
    try:
        end = console.read_bytes()[-20_000:].decode(errors="replace")
    except OSError:
        return ""
    panics = re.findall(r"Kernel panic - not syncing: .*", end)
    return f": its kernel panicked: {panics[-1].strip()}" if panics else ""


def drop_connection(lab: Lab, machine: str) -> None:
    """End the connection to a machine, which has none any more after its memory was restored."""
    run_on_computer(
        lab.argv_inside(["ssh", "-F", config_file(lab), "-O", "exit", machine]),
        what=f"ending the connection to {machine}",
        timeout=20,
        check=False,  # there may be none
    )


def forwarded(lab: Lab, machine: str, name: str = RUNNER_SOCKET) -> Path:
    """Return the path of the socket that `forward` makes, as your computer has it."""
    return lab.path_on_computer(_forwarded(lab, machine, name))


def _forwarded(lab: Lab, machine: str, name: str) -> Path:
    return lab.sockets / f"{machine}.{name}"


def forward(lab: Lab, machine: str, target: str, name: str = RUNNER_SOCKET) -> None:
    """Make a unix socket on your computer that leads to a machine, until the connection ends.

    `target` is the path of a socket on the machine, or a HOST:PORT that the machine connects to.
    """
    command = _control(lab, machine, "forward", target, name)
    what = f"reaching {target} from {machine}"
    result = run_on_computer(command, what=what, timeout=20, check=False)
    if result.returncode != 0:  # there is no connection yet, or no more
        run(lab, machine, "true", what=what, timeout=30)
        run_on_computer(command, what=what, timeout=20)


@contextmanager
def forwarding(lab: Lab, machine: str, target: str) -> Iterator[Path]:
    """Forward to a target during the block; yield the path of the socket."""
    name = str(next(_NUMBERS))
    forward(lab, machine, target, name)
    try:
        yield forwarded(lab, machine, name)
    finally:
        command = _control(lab, machine, "cancel", target, name)
        # After a restore or a reboot there is nothing to cancel, and the socket is left.
        run_on_computer(command, what=f"ending the forwarding to {target}", timeout=20, check=False)
        with suppress(OSError):  # of a lab that has ended nothing is left
            forwarded(lab, machine, name).unlink(missing_ok=True)


def check_connection(lab: Lab, machine: str) -> None:
    """Raise HarnessError if the connection that `forward` uses has ended, or does not answer."""
    what = f"asking {machine} whether it is there"
    argv = lab.argv_inside(["ssh", "-F", config_file(lab), "-O", "check", machine])
    result = run_on_computer(argv, what=what, timeout=20, check=False)
    if result.returncode != 0:
        raise connection_lost_error(
            lab, machine, f"the connection to {machine} has ended", result.stderr
        )
    run(lab, machine, "true", what=what, timeout=30)


def _control(lab: Lab, machine: str, verb: str, target: str, name: str) -> list[str]:
    """Return the command that starts or ends a forwarding of the connection to a machine."""
    line = f"{_forwarded(lab, machine, name)}:{target}"
    return lab.argv_inside(["ssh", "-F", config_file(lab), "-O", verb, "-L", line, machine])
