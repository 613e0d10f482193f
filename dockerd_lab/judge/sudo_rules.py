"""Finds rules of sudo by which every local user controls the daemon, or may do so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged, PolicyFinding

_SUDOERS = re.compile(r"/etc/sudoers(\.d/[^.~]+)?$")
#: A rule for every user, or for a group with all of them (sudoers(5)).
_RULE = re.compile(
    r"^[ \t]*(?:ALL|%users|%ALL)[ \t]+[^\s=]+[ \t]*=(?P<specification>.+)$", re.MULTILINE
)
_RUN_AS = re.compile(r"\s*\((?P<user>[^):]*)(?::(?P<group>[^)]*))?\)")
_TAG = re.compile(r"\s*(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_\w+|MAIL|FOLLOW|INTERCEPT)\s*:")
#: Programs that run or write whatever they are told to; GTFOBins lists them.
_ANYTHING = re.compile(
    r"ALL|(?:ba|da|z|k|c|tc|fi)?sh|env|su|sudo|xargs|find|(?:[gmn]|or)?awk"
    r"|perl|python[\d.]*|ruby|lua[\d.]*|node|php[\d.]*|vim?|view|nano|ed|emacs|less|more|man|tee|cp|mv"
    r"|dd|ln|install|chmod|chown|chgrp|usermod|gpasswd|groupmod|passwd|visudo|systemctl|systemd-run"
    r"|tar|rsync|mount|nsenter|unshare|chroot|setpriv|setsid|nohup|timeout|nice|strace|gdb|socat|apt|apt-get"
    r"|dpkg|git|make|crontab|at|tmux|screen|newgrp|sg|start-stop-daemon"
)
_DOCKER = re.compile(r".*(?:docker|nerdctl).*|ctr")
#: As whom, or with which group, somebody controls the daemon.
_POWERFUL = re.compile(r"(?:^|,)\s*(?:root|#0|ALL|docker|sudo)\s*(?:,|$)")
#: Programs that do nothing for anybody, whatever they are told.
_NOTHING = re.compile(r"(?:/usr)?/bin/(?:id|true|false|whoami|groups|uptime)(?:\s.*)?")
_SETTLE = (
    "Give the rule to a few users, or look at what the program does; --allow-incomplete permits it."
)


@dataclass(frozen=True)
class _Permission:
    command: str
    run_as: str
    """The users and groups; empty for root."""
    place: Place

    @property
    def is_root(self) -> bool:
        """Return whether whoever may run it controls the daemon."""
        name = PurePosixPath(self.command.split()[0]).name
        as_root = not self.run_as or _POWERFUL.search(self.run_as) is not None
        return _DOCKER.fullmatch(name) is not None or (
            as_root and _ANYTHING.fullmatch(name) is not None
        )


def check_sudo_rules(inputs: Input) -> Iterator[PolicyFinding]:
    """Yield a finding for each rule by which everybody runs docker, or a program that runs more."""
    for place in dict.fromkeys(each.place for each in _permissions(inputs) if each.is_root):
        where = inputs.user_path(place)
        sentence = f"sudo lets every local user control the daemon (at {where})"
        yield PolicyFinding("stranger", sentence, id="local-root", where=where)


def find_other_sudo_rules(inputs: Input) -> Iterator[NotJudged]:
    """Yield an entry for each other program that everybody runs as somebody else."""
    if inputs.complete:
        return
    for each in _permissions(inputs):
        if not each.is_root and not _NOTHING.fullmatch(each.command):
            message = f"sudo lets every local user run this, and it was not tried: {each.command}"
            where = inputs.user_path(each.place)
            yield NotJudged(name=each.place.file, message=message, settle=_SETTLE, where=where)


def _permissions(inputs: Input) -> Iterator[_Permission]:
    for file, text in inputs.texts.items():
        joined = text.replace("\\\n", "  ") if _SUDOERS.fullmatch(file) else ""
        for rule in _RULE.finditer(joined):
            place = Place(file, text.count("\n", 0, rule.start("specification")) + 1)
            run_as = ""
            for specification in rule["specification"].split(","):
                if who := _RUN_AS.match(specification):
                    run_as = ",".join(filter(None, who.groups()))
                command = specification[who.end() if who else 0 :]
                while tag := _TAG.match(command):
                    command = command[tag.end() :]
                if command.strip():
                    yield _Permission(command.strip(), run_as, place)
