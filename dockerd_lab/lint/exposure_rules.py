"""Finds in a prediction who gets in who should not, and what makes dockerd wait."""

import re
from collections.abc import Collection, Sequence

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.absent_firewalls import find_absent_firewalls
from dockerd_lab.judge.forwarded_api import find_forwarded_api
from dockerd_lab.judge.judgement import SCRIPT
from dockerd_lab.judge.upload_doors import find_open_uploads
from dockerd_lab.lint import access
from dockerd_lab.lint.access import Api
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.notes import CLOSES, OPENS, Notes
from dockerd_lab.lint.packets import Chain
from dockerd_lab.lint.prediction import Finding
from dockerd_lab.lint.sockets import OWNER, Sockets
from dockerd_lab.lint.tls import Tls

_SLOW_SECONDS = 15
_WHOM = {
    "outsider": "every machine that reaches it",
    "local-user": "every user of the machine",
    "container": "every container on the machine",
}


def check_apis(
    apis: Sequence[Api],
    tls: Tls,
    sockets: Sockets,
    chains: Sequence[Chain],
    *,
    certain: bool,
) -> list[Finding]:
    """Return a finding for each listener at which a stranger controls the daemon.

    Without `certain` dockerd may not start, or something may keep strangers out.
    """
    findings = []
    for api in apis:
        levels = access.levels(api, chains)
        whom = next((text for who, text in _WHOM.items() if access.is_open(levels[who])), None)
        if whom is None:
            continue
        door = api.door
        place, token = door.value.place, door.value.value
        if door.family == "unix" and sockets.open_to_all is not None:
            mode = sockets.open_to_all
            rule, place, token = "socket-for-all-users", Place(mode.file, mode.line), mode.value
        elif door.program not in ("dockerd", OWNER):
            rule = "open-proxy"
        elif tls.on:
            rule = "tls-without-client-certificates"
        else:
            rule = "open-tcp" if access.is_open(levels["outsider"]) else "open-to-local-users"
        if rule == "open-to-local-users" and not door.is_loopback:
            rule = "open-behind-firewall"
        message = f"{whom} {'is' if certain else 'may be'} root by {door}"
        findings.append(Finding(rule, "error" if certain else "warning", message, place, token))
    return findings


def delay_seconds(doors: Collection[Door], tls: Tls) -> float:
    """Return the seconds that dockerd waits for each TCP host without client certificates."""
    if tls.on and tls.verify:
        return 0
    tcp = [door for door in doors if door.family != "unix"]
    slow = [door for door in tcp if not door.is_loopback and not tls.acknowledged]
    return len(tcp) + _SLOW_SECONDS * len(slow)


def check_delay(doors: Collection[Door], delay: float, *, starts: str) -> list[Finding]:
    """Return a finding if dockerd waits on purpose before it starts."""
    slow = [door for door in doors if door.family != "unix" and not door.is_loopback]
    if starts == "no" or not slow or delay <= len(doors):
        return []
    message = f"dockerd waits {delay:.0f} s before it starts: TCP without TLS, not said on purpose"
    return [Finding("slow-start", "warning", message, slow[0].value.place, slow[0].value.value)]


def _is_only_read(rule: str, message: str, inputs: Input) -> bool:
    """Return whether `validate` tries nothing of what a rule finds: keys of web servers it does."""
    if rule == "exposed-key" and "web server" in message:
        return not any(_serves_files(path, text) for path, text in inputs.texts.items())
    return rule in ("public-authority", "local-root", "exposed-key")


def _serves_files(path: str, text: str) -> bool:
    """Return whether a file may be that of a web server, or of a unit that starts one."""
    is_known = path.startswith(("/etc/docker/", "/etc/systemd/system/docker.", "/etc/default/"))
    return not is_known and not re.search(r"\.(pem|crt|key)$", path) and bool(text)


def _script_place(where: str | None) -> Place | None:
    """Return the place of what is in a script, which has no path on the machine."""
    return Place(where) if where is not None and where.startswith(SCRIPT) else None


def check_keys(
    inputs: Input, declared: DeclaredConfig, scripts: Collection[str], notes: Notes
) -> list[Finding]:
    """Return findings for keys, passwords and rules of sudo with which strangers get in.

    `validate` reads some of them in the files only, and its exposure is as if they were not there.
    What it finds out by trying makes the exposure unknown here.
    """
    # Imported here: they take certificates, and most inputs have none.
    from dockerd_lab.judge.exposed_keys import check_exposed_keys  # noqa: PLC0415
    from dockerd_lab.judge.open_files import check_files_of_anybody  # noqa: PLC0415
    from dockerd_lab.judge.public_trust import check_public_trust  # noqa: PLC0415
    from dockerd_lab.judge.published_keys import check_published_keys  # noqa: PLC0415
    from dockerd_lab.judge.sshd_logins import check_sshd_logins  # noqa: PLC0415
    from dockerd_lab.judge.sudo_rules import (  # noqa: PLC0415
        check_sudo_rules,
        find_other_sudo_rules,
    )
    from dockerd_lab.judge.weak_passwords import check_weak_passwords  # noqa: PLC0415

    by_rule = {
        "public-authority": check_public_trust(inputs, declared),
        "exposed-key": check_exposed_keys(inputs, declared),
        "published-key": check_published_keys(inputs, scripts),
        "weak-password": check_weak_passwords(inputs, scripts),
        "open-ssh": check_sshd_logins(inputs),
        "file-of-anybody": check_files_of_anybody(inputs),
        "local-root": check_sudo_rules(inputs),
    }
    findings = []
    for rule, found in by_rule.items():
        for each in found:
            if not _is_only_read(rule, each.message, inputs):
                notes.doubt(each.message, None, OPENS)
            place = inputs.place_at(each.where) or _script_place(each.where)
            findings.append(Finding(rule, "error", each.message, place))
    for entry in (*find_forwarded_api(inputs, scripts), *find_absent_firewalls(inputs, scripts)):
        notes.doubt(f"{entry.name}: {entry.message}", None, OPENS, CLOSES)
    for entry in (*find_open_uploads(inputs), *find_other_sudo_rules(inputs)):
        notes.doubt(entry.message, None, OPENS)
    return findings
