"""Finds rules of firewalls that are on none of the lab's machines, and so were not tried."""

from collections.abc import Collection, Iterator

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.judge.ineffective_protection import ufw_is_off

#: The firewalls, by the beginning of their files' paths.
_FIREWALLS = {
    "/etc/default/ufw": "ufw",
    "/etc/ferm/": "ferm",
    "/etc/firehol/": "FireHOL",
    "/etc/firewalld/": "firewalld",
    "/etc/shorewall": "Shorewall",
    "/etc/ufw/": "ufw",
}


def find_absent_firewalls(inputs: Input, scripts: Collection[str]) -> Iterator[NotJudged]:
    """Yield an entry for each such firewall, unless the input says that it is off.

    `scripts` are the texts of the user's scripts.
    """
    if inputs.complete:
        return
    reported = {"ufw"} if ufw_is_off(inputs, scripts) else set()
    for path in inputs.origins:
        name = next((name for at, name in _FIREWALLS.items() if path.startswith(at)), None)
        if name is not None and name not in reported:
            reported.add(name)
            yield NotJudged(
                name=path,
                message=f"{name} reads it, and is not on the lab's machines:"
                " whom its rules let through was not tried",
                settle="Try it on a machine that has it; --allow-incomplete permits it.",
                where=inputs.user_path(Place(path)),
            )
