"""Observes which accounts and groups of `daemon` are open: no password, or one for a whole group.

The passwords' hashes stay on the machine.
"""

from dataclasses import dataclass

from dockerd_lab.errors import HarnessError
from dockerd_lab.machines.remote_command import RemoteCommand

#: Prints a line for each group with access to Docker that strangers join with a password
#: (`newgrp docker`; gshadow(5)); for each account without a password, and for each other one; and
#: for each of the former that anybody takes on (`su ci`) and that controls the daemon: root, a
#: member of such a group, or of one that may run everything as root. An entry of /etc/gshadow or
#: /etc/shadow counts, and not that of /etc/group or /etc/passwd. The last line says that all of it
#: ran.
_SCRIPT = r"""
owners=$(stat --format %G /run/docker.sock /run/containerd/containerd.sock 2>/dev/null)
for file in gshadow shadow group passwd; do
    [ ! -e "/etc/$file" ] || set -- "$@" "/etc/$file"
done
awk -F: -v owners="$(echo docker $owners)" '
    BEGIN { count = split(owners, names, " "); for (n = 1; n <= count; n++) wanted[names[n]] }
    function is_hash(text) { return text ~ /^[$_]/ || (length(text) == 13 && text !~ /[!*]/) }
    FILENAME == "/etc/gshadow" { group[$1] = $2; next }
    FILENAME == "/etc/shadow" { password[$1] = $2; next }
    FILENAME == "/etc/group" {
        if (!($1 in group)) group[$1] = $2
        if ($1 != "root" && ($1 in wanted || $1 ~ /^(sudo|wheel|admin)$/)) {
            number[$3]
            count = split($4, names, ",")
            for (n = 1; n <= count; n++) member[names[n]]
        }
        next
    }
    {
        if ($2 != "x") password[$1] = $2
        is_open = password[$1] == ""
        print (is_open ? "empty " : "other ") $1
        controls = $3 == 0 || $4 in number || $1 in member
        if (is_open && controls && $7 !~ /(nologin|false)$/) print "account " $1
    }
    END { for (name in wanted) if (name != "root" && is_hash(group[name])) print "group " name }
' "$@"
echo end
"""
COMMAND = RemoteCommand(_SCRIPT)


@dataclass(frozen=True)
class OpenAccounts:
    """Accounts and groups of the machine, as far as they are open to others."""

    groups: tuple[str, ...] = ()
    """Groups with access to Docker that have a password."""
    accounts: tuple[str, ...] = ()
    """Accounts that control the daemon, and that every local user takes on without a password."""
    without_password: tuple[str, ...] = ()
    """All accounts that have no password."""
    others: tuple[str, ...] = ()
    """Accounts that have one, or that nobody can use one for."""


def parse(output: str) -> OpenAccounts:
    r"""Return what COMMAND has printed; raises HarnessError if it ended early.

    >>> parse("other root\nempty ci\naccount ci\ngroup docker\nend\n").accounts
    ('ci',)
    """
    *lines, end = output.splitlines() or [""]
    if end != "end" or not lines:
        raise HarnessError(f"asking daemon for its accounts: {output!r:.200}")
    found: dict[str, list[str]] = {"group": [], "account": [], "empty": [], "other": []}
    for line in lines:
        kind, _, name = line.partition(" ")
        found[kind].append(name)
    groups, accounts, empty, others = (tuple(sorted(names)) for names in found.values())
    return OpenAccounts(groups, accounts, empty, others)
