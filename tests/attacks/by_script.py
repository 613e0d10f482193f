"""What a script leaves on the machine for later: a boot, cron and at. And a closed twin of each.

What is true of each was found out by hand on machines that were booted after the script.
"""

from at_boot import CHMOD, LOCAL_USER, OPEN, WITHOUT_SYSV
from configurations import Attack

OUTSIDER = "an outsider gets root"
CLOSED = "/bin/chmod 660 /run/docker.sock"


def unit(command: str) -> str:
    """Return a script that writes a unit and enables it."""
    return (
        "cat >/etc/systemd/system/open.service <<EOF\n[Unit]\nAfter=docker.service\n[Service]\n"
        f"ExecStart={command}\n[Install]\nWantedBy=multi-user.target\nEOF\n"
        "systemctl enable open.service\n"
    )


def rc_local(command: str) -> str:
    """Return a script that writes rc.local."""
    return f"printf '#!/bin/sh\\n{command}\\n' >/etc/rc.local\nchmod 755 /etc/rc.local\n"


def crontab(line: str) -> str:
    """Return a script that adds a line to root's table of cron's."""
    return f"(crontab -l 2>/dev/null; echo '{line}') | crontab -\n"


BY_SCRIPT = {
    "unit-of-a-script": Attack({}, "failed", told=LOCAL_USER, script=unit(CHMOD)),
    "unit-of-a-script-closed": Attack({}, "passed", script=unit(CLOSED)),
    "rc-local-of-a-script": Attack(
        {},
        "failed",
        told=LOCAL_USER,
        not_on=WITHOUT_SYSV,
        script=rc_local(f"sleep 5; {CHMOD}"),
    ),
    "rc-local-of-a-script-closed": Attack({}, "passed", script=rc_local("exit 0")),
    "crontab-at-reboot": Attack(
        {}, "failed", "full-control", OUTSIDER, script=crontab(f"@reboot {OPEN}")
    ),
    "crontab-at-reboot-closed": Attack({}, "passed", script=crontab("@reboot /bin/true")),
    "crontab-later": Attack({}, "failed", told=LOCAL_USER, script=crontab(f"0 4 * * * {CHMOD}")),
    "crontab-later-closed": Attack(
        {}, "passed", script=crontab("0 4 * * * /usr/bin/docker image prune --force")
    ),
    "crontab-that-reboots": Attack(
        {}, "incomplete", told="it would end the machine", script=crontab("0 4 * * * /sbin/reboot")
    ),
    "job-of-at": Attack(
        {}, "failed", told=LOCAL_USER, script=f"echo '{CHMOD}' | at now + 2 days\n"
    ),
    "job-of-at-closed": Attack({}, "passed", script=f"echo '{CLOSED}' | at now + 2 days\n"),
    "cron-d": Attack(
        {"etc/cron.d/docker": f"@reboot root {CHMOD}\n"},
        "failed",
        told=LOCAL_USER.removeprefix("after a boot: "),
    ),
    "cron-daily": Attack(
        {"etc/cron.daily/docker": f"#!/bin/sh\n{CHMOD}\n"}, "failed", told=LOCAL_USER
    ),
}
