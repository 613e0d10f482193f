"""Defines the harness's own paths on a machine; provision/apply.sh has the same ones."""

#: The directory of the applied case; Vagrant's provisioner uses the same one.
CASE_DIRECTORY = "/tmp/case"  # noqa: S108  (on the machine)
APPLY_SCRIPT = "/tmp/apply.sh"  # noqa: S108  (on the machine)
#: The directory in which apply.sh keeps its state.
STATE_DIRECTORY = "/var/lib/dockerd-lab"
#: The outcome of the case that was applied last, as KEY=VALUE lines.
OUTCOME_FILE = f"{STATE_DIRECTORY}/outcome"
#: A file that is written when the case is applied: whatever changes later is newer than it. It has
#: the uptime then, in hundredths of seconds.
APPLY_STAMP = f"{STATE_DIRECTORY}/begun"
#: The exit code of the user's own script; missing if the script succeeded.
PROVISION_EXIT_CODE_FILE = f"{STATE_DIRECTORY}/provision-code"
#: The option of journalctl, for a shell on the machine, that selects what was logged since the case
#: was applied.
JOURNAL_SINCE = f'"$(sed -n s/^journal_from=//p {OUTCOME_FILE})"'
