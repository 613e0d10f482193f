"""Where the harness keeps its own files on a machine; provision/apply.sh has the same places."""

#: Where the case lies; Vagrant's provisioner uses the same place.
PLACE = "/tmp/case"  # noqa: S108  (on the machine)
APPLY = "/tmp/apply.sh"  # noqa: S108  (on the machine)
#: What apply.sh keeps, and in it what came of the case applied last.
STATE = "/var/lib/dockerd-lab"
OUTCOME = f"{STATE}/outcome"
#: A file as old as the application of the case: what was changed since then is newer.
BEGUN = f"{STATE}/begun"
#: Where the exit code of the user's own script is left.
PROVISION_CODE = f"{STATE}/provision-code"
#: journalctl's option, in a shell there, for what was logged since the case was applied.
SINCE = f'"$(sed -n s/^journal_from=//p {OUTCOME})"'
