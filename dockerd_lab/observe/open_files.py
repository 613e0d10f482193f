"""Finds files of `daemon` that are open to every local user: clients' keys, and what may be run.

The configuration may hold none of them: a script makes keys, and a directory's mode opens a file.
"""

from dataclasses import dataclass

from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand

#: Where administrators put files of their own.
_PLACES = "/etc /home /opt /root /srv /usr/local"
#: Where else programs are that root runs.
_PROGRAMS = "/usr/bin /usr/sbin /usr/lib/systemd /var/lib /var/local /mnt /media"
#: Prints `writable PATH` for each file that everybody may write, and each directory in which
#: everybody may replace files; `sticky PATH` for each directory in which everybody may make files,
#: and replace their own; `client-key PATH` for each private key that everybody may read, with a
#: certificate for clients beside it, the key of a server opens no daemon; `ssh-key PATH` for each
#: private key of ssh's that everybody may read. The last line says that
#: all of it ran.
_SCRIPT = f"""\
find {_PLACES} {_PROGRAMS} -writable ! -type l ! -type d -printf 'writable %p\\n'
find / -xdev -path /proc -prune -o -type d -writable \\
    '(' -perm -1000 -printf 'sticky %p\\n' -o -printf 'writable %p\\n' ')'
grep -rlsIE -e '-----BEGIN ([A-Z]+ )?PRIVATE KEY' -e SWMTKN-1- {_PLACES} | while read -r key; do
    ! grep -qs SWMTKN-1- "$key" || {{ echo "swarm-token $key"; continue; }}
    ! grep -qs 'BEGIN OPENSSH' "$key" || {{ echo "ssh-key $key"; continue; }}
    public=$(openssl pkey -passin pass: -in "$key" -pubout) || continue
    for each in "${{key%/*}}"/*; do
        [ "$(openssl x509 -in "$each" -noout -pubkey)" = "$public" ] || continue
        use=$(openssl x509 -in "$each" -noout -ext extendedKeyUsage)
        case $use in
            *Usage*Client*) ;;
            *Usage*) continue ;;
        esac
        echo "client-key $key"
        break
    done
done
echo end"""
COMMAND = RemoteCommand(
    "setpriv --reuid=nobody --regid=nogroup --groups=users sh 2>/dev/null <<'SCRIPT'\n"
    f"{_SCRIPT}\nSCRIPT"
)


@dataclass(frozen=True)
class OpenFiles:
    """Files that are open to every local user."""

    writable: tuple[str, ...] = ()
    """Files and directories that everybody may write."""
    sticky: tuple[str, ...] = ()
    """Directories in which everybody may make files, and replace only their own."""
    client_keys: tuple[str, ...] = ()
    """Private keys of clients that everybody may read."""
    ssh_keys: tuple[str, ...] = ()
    """Private keys of ssh's that everybody may read."""
    swarm_tokens: tuple[str, ...] = ()
    """Files that everybody may read with a token by which machines join the swarm."""


def parse(output: str) -> OpenFiles:
    r"""Return the files in the output of COMMAND; raises HarnessError if it ended early.

    >>> parse("writable /srv/hook\nclient-key /srv/key.pem\nend\n").client_keys
    ('/srv/key.pem',)
    """
    *lines, end = output.splitlines() or [""]
    if end != "end":
        raise HarnessError(f"asking daemon for files that everybody may use: {output!r:.200}")
    kinds = ("writable", "sticky", "client-key", "ssh-key", "swarm-token")
    by_kind: dict[str, list[str]] = {kind: [] for kind in kinds}
    for line in lines:
        kind, _, path = line.partition(" ")
        if kind in by_kind:  # a name may have a line's end
            by_kind[kind].append(path)
    return OpenFiles(*(tuple(sorted(paths)) for paths in by_kind.values()))
