"""Finds what makes every local user of `daemon` root there, besides answers of Docker's API."""

from dockerd_lab.config.proxies import directories
from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand

#: Programs with which whoever runs them as root, or in group docker, is root on the machine.
_PROGRAMS = (
    "/usr/bin/docker /usr/bin/ctr /usr/bin/runc /usr/sbin/runc /usr/sbin/dockerd"
    " /usr/local/bin /usr/local/sbin"
)
#: What root's programs read.
_CONFIGURATION = " ".join(
    ("/etc/docker /etc/default/docker /etc/systemd/system /etc/containerd", *directories())
)
_SOCKETS = "'(' -name '*containerd*' -o -name '*docker*' -o -name '*buildkit*' ')'"
#: It is printed, so that no output is none of a command that did not run.
_ALWAYS = "/tmp"  # noqa: S108  (no file is made there)
#: Prints paths as a user with the one group that Debian gives to every user: sockets and files that
#: this user may write, and programs that run as another.
COMMAND = RemoteCommand(
    "setpriv --reuid=nobody --regid=nogroup --groups=users"
    f" find {_ALWAYS} /run {_CONFIGURATION} {_PROGRAMS} ! -type l"
    f" '(' -path {_ALWAYS} -o -type s -writable {_SOCKETS} -o -path '/etc/*' -writable"
    " -o -path '/usr/*' -type f -perm /6000 ')' 2>/dev/null || true"
)


def parse(output: str) -> list[str]:
    """Return the paths in the output of COMMAND; raises HarnessError if it did not run."""
    paths = output.splitlines()
    if _ALWAYS not in paths:
        raise HarnessError(f"asking daemon for what every local user may write: {output!r:.200}")
    return sorted(path for path in paths if path != _ALWAYS)
