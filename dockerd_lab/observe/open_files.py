"""Finds files of `daemon` that are open to every local user: clients' keys, and what may be run.

The configuration may hold none of them: a script makes keys, and a directory's mode opens a file.
"""

from dataclasses import dataclass

from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand

#: Where administrators put files of their own.
_PLACES = "/etc /home /opt /root /srv /usr/local"
#: Prints `writable PATH` for each file that everybody may write, or replace; `client-key PATH` for
#: each private key that everybody may read, with a certificate for clients beside it. The key of a
#: server opens no daemon. The last line says that all of it ran.
_SCRIPT = f"""\
find {_PLACES} -writable ! -type l '(' ! -type d -o ! -perm -1000 ')' -printf 'writable %p\\n'
grep -rlsIE -e '-----BEGIN ([A-Z]+ )?PRIVATE KEY' {_PLACES} | while read -r key; do
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
    client_keys: tuple[str, ...] = ()
    """Private keys of clients that everybody may read."""


def parse(output: str) -> OpenFiles:
    r"""Return the files in the output of COMMAND; raises HarnessError if it ended early.

    >>> parse("writable /srv/hook\nclient-key /srv/key.pem\nend\n")
    OpenFiles(writable=('/srv/hook',), client_keys=('/srv/key.pem',))
    """
    *lines, end = output.splitlines() or [""]
    if end != "end":
        raise HarnessError(f"asking daemon for files that everybody may use: {output!r:.200}")
    by_kind: dict[str, list[str]] = {"writable": [], "client-key": []}
    for line in lines:
        kind, _, path = line.partition(" ")
        by_kind[kind].append(path)
    return OpenFiles(tuple(sorted(by_kind["writable"])), tuple(sorted(by_kind["client-key"])))
