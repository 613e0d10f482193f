"""Lays out the drawing of an engine: who reaches which listener, and how far. Pure geometry.

Everything in it is from the observation. An arrow is one pair of somebody and a listener: its head
reaches the listener where the daemon answered, and stops before it where TLS or a password did.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dockerd_lab.judge.verdict import Proof, Result, VerdictExposure, VerdictListener
from dockerd_lab.observe.exposure import rank
from dockerd_lab.report.html_words import WHO, level_word

WIDTH = 582
#: The columns, in the drawing's units: who, the machine's edge, the listeners, dockerd.
WHO_X, WHO_WIDTH, WHO_HEIGHT = 10, 92, 40
EDGE_X = 122
LISTENER_X, LISTENER_WIDTH = 306, 184
DOCKERD_X, DOCKERD_WIDTH = 506, 64
_TOP, _GAP, _ROW, _PADDING, _MIN_HEIGHT = 30, 12, 24, 10, 46
#: Levels at which an answer came from the daemon; an unclear one counts.
REACHED = ("read-only", "writes", "full-control", "unclear")
#: Levels at which something answered, and it was not the daemon.
STOPPED = ("tls-required", "auth-required")
_LOCAL = ("local-user", "container")
_SOCKET_ACTIVATION = ("init", "systemd")


@dataclass(frozen=True)
class Person:
    """Somebody who tried to reach the daemon."""

    who: str
    name: str
    level: str
    y: int
    """Of the middle."""

    @property
    def word(self) -> str:
        """Return the level, as people are to read it."""
        return level_word(self.who, self.level)


@dataclass(frozen=True)
class Listener:
    """Something that listens, or a target at which nothing of the list does."""

    place: str
    process: str
    y: int
    """Of the top."""
    height: int
    leads_on: bool
    """Whether it leads to dockerd, as far as was seen."""

    @property
    def is_proxy(self) -> bool:
        """Return whether another program than dockerd or systemd listens."""
        return self.process not in ("dockerd", *_SOCKET_ACTIVATION)


@dataclass(frozen=True)
class Arrow:
    """How far somebody gets at a listener."""

    who: str
    place: str
    level: str
    label: str
    targets: tuple[str, ...]
    """The targets at which that level was seen."""
    from_y: int
    to_y: int

    @property
    def reached(self) -> bool:
        """Return whether the daemon answered."""
        return self.level in REACHED

    @property
    def at_edge(self) -> bool:
        """Return whether nothing answered another machine: it ends at the machine's edge."""
        return self.level == "filtered" and self.who not in _LOCAL


@dataclass(frozen=True)
class Drawing:
    """Everything that is drawn."""

    height: int
    middle: int
    """Between the other machines, above, and who is on the daemon's machine."""
    people: list[Person]
    listeners: list[Listener]
    arrows: list[Arrow]
    firewall: bool
    """Whether the machine has rules of a firewall, or somebody got no answer."""
    daemon: str
    sentences: list[str] = field(default_factory=list)
    """The same in words."""


def drawings(result: Result) -> list[tuple[str, Drawing]]:
    """Return the drawings of a result with their titles: after a boot there may be another one."""
    boot = result.after_boot
    if boot is None:
        return [("", drawing(result))]
    best: dict[str, str] = {}
    for proof in result.proofs:
        best[proof.who] = max(best.get(proof.who, proof.level), proof.level, key=rank)
    # The result's own levels are the worse ones of both.
    levels = {**result.exposure.model_dump(by_alias=True), **best}
    restarted = {"exposure": VerdictExposure.model_validate(levels)}
    booted = {name: getattr(boot, name) for name in ("daemon", "listeners", "proofs", "exposure")}
    return [
        ("after the restart", drawing(result.model_copy(update=restarted))),
        ("after a boot", drawing(result.model_copy(update=booted))),
    ]


def drawing(result: Result) -> Drawing:
    """Return the drawing of a result."""
    pairs = _pairs(result)
    places = _places(result, pairs)
    rows = {place: [pair for pair in pairs if pair[1] == place] for place in places}
    heights = {
        place: max(_MIN_HEIGHT, len(each) * _ROW + 2 * _PADDING) for place, each in rows.items()
    }
    people_height = len(_people_names(result)) * (WHO_HEIGHT + _GAP) + 2 * _GAP
    height = max(sum(heights.values()) + _GAP * (len(heights) - 1), people_height)
    people = _people(result, height)
    by_who = {person.who: person for person in people}
    listeners: list[Listener] = []
    arrows: list[Arrow] = []
    y = _TOP + (height - sum(heights.values()) - _GAP * (len(heights) - 1)) // 2
    for place, process in places.items():
        reached = any(level in REACHED for _, _, level, _ in rows[place])
        own = process in ("dockerd", *_SOCKET_ACTIVATION) and result.daemon != "failed"
        listeners.append(Listener(place, process, y, heights[place], reached or own))
        top = y + (heights[place] - len(rows[place]) * _ROW) // 2
        for number, (who, _, level, targets) in enumerate(rows[place]):
            label = f"{WHO[who]} {level_word(who, level)}"
            to_y = top + number * _ROW + _ROW // 2 + 3
            arrows.append(Arrow(who, place, level, label, targets, by_who[who].y, to_y))
        y += heights[place] + _GAP
    evidence = result.evidence
    has_rules = bool(evidence and evidence.firewall.strip())
    local = [person for person in people if person.who in _LOCAL]
    others = [person for person in people if person.who not in _LOCAL]
    middle = (
        (others[-1].y + local[0].y) // 2 if others and local else _TOP + (0 if local else height)
    )
    return Drawing(
        height=height + 2 * _TOP,
        middle=middle,
        people=people,
        listeners=listeners,
        arrows=arrows,
        firewall=has_rules or any(each.level == "filtered" for each in result.proofs),
        daemon=result.daemon,
        sentences=[_sentence(arrow) for arrow in arrows],
    )


def listener_of(target: str, listeners: Sequence[VerdictListener]) -> VerdictListener | None:
    """Return the listener that a target, such as `tcp://192.0.2.1:2375`, leads to, if any does."""
    predicted = (each for each in listeners if str(each) == target)
    if (listener := next(predicted, None)) is not None:
        return listener
    url = target.partition(" ")[0]
    if url.startswith("unix://"):
        path = _without_var(url.removeprefix("unix://"))
        found = (each for each in listeners if each.path and _without_var(each.path) == path)
        return next(found, None)
    if not url.startswith("tcp://"):
        return None
    host, _, port = url.removeprefix("tcp://").rpartition(":")
    host = host.strip("[]")
    there = [each for each in listeners if str(each.port) == port]
    return max(there, key=lambda each: _fits(each.host or "", host), default=None)


def _fits(bound: str, host: str) -> int:
    """Return how well an address that a program is bound to fits one that was tried."""
    if bound == host:
        return 2
    return 1 if bound in ("0.0.0.0", "::") else 0  # noqa: S104  (an address in netstat's output)


def _without_var(path: str) -> str:
    return path.removeprefix("/var") if path.startswith("/var/run/") else path


def _place(proof: Proof, listeners: Sequence[VerdictListener]) -> tuple[str, str]:
    """Return the listener of an attempt and its process, or the target itself."""
    listener = listener_of(proof.target, listeners)
    if listener is not None:
        return _name(listener), listener.process
    url = proof.target.partition(" ")[0]
    return url, "sshd" if url.startswith("ssh://") else "no listener"


def _name(listener: VerdictListener) -> str:
    return str(listener).removesuffix(f" {listener.process}")


def _pairs(result: Result) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return who gets how far at which place, with the targets: the best level of each pair."""
    best: dict[tuple[str, str], list[Proof]] = {}
    for proof in result.proofs:
        place, _ = _place(proof, result.listeners)
        best.setdefault((place, proof.who), []).append(proof)
    pairs = []
    for (place, who), proofs in best.items():
        level = max((proof.level for proof in proofs), key=rank)
        has_listener = any(_name(each) == place for each in result.listeners)
        drawn = (*REACHED, *STOPPED, *(("filtered",) if has_listener else ()))
        if who in WHO and level in drawn:
            targets = tuple(proof.target for proof in proofs if proof.level == level)
            pairs.append((who, place, level, targets))
    order = list(WHO)
    return sorted(pairs, key=lambda pair: order.index(pair[0]))


def _places(
    result: Result, pairs: Sequence[tuple[str, str, str, tuple[str, ...]]]
) -> dict[str, str]:
    """Return the process of each listener, and of each target without one that is drawn."""
    places = {_name(listener): listener.process for listener in result.listeners}
    drawn = {pair[1] for pair in pairs}
    for proof in result.proofs:
        place, process = _place(proof, result.listeners)
        if place in drawn:
            places.setdefault(place, process)
    return places


def _people_names(result: Result) -> list[str]:
    levels = result.exposure.model_dump(by_alias=True)
    return [who for who in WHO if levels.get(who) is not None]


def _people(result: Result, height: int) -> list[Person]:
    """Return everybody, spread over the height: the other machines above."""
    levels = result.exposure.model_dump(by_alias=True)
    names = _people_names(result)
    step = height // len(names)
    return [
        Person(who, WHO[who], levels[who], _TOP + number * step + step // 2)
        for number, who in enumerate(names)
    ]


def _sentence(arrow: Arrow) -> str:
    how = "reaches" if arrow.reached else "is stopped at"
    return f"{WHO[arrow.who]} {how} {arrow.place}: {level_word(arrow.who, arrow.level)}."


def arrow_path(arrow: Arrow) -> str:
    """Return an arrow's line as the data of an SVG path."""
    start = WHO_X + WHO_WIDTH
    if arrow.at_edge:
        return f"M{start} {arrow.from_y} H{EDGE_X - 4}"
    end = LISTENER_X - (8 if arrow.reached else 16)
    bend = EDGE_X + 36
    curve = f"C{bend - 10} {arrow.from_y} {bend - 30} {arrow.to_y} {bend} {arrow.to_y}"
    return f"M{start} {arrow.from_y} {curve} H{end}"


def machine_path(made: Drawing) -> str:
    """Return the outline of the daemon's machine: around its users, and not the other machines."""
    right, bottom = WIDTH - 4, made.height - 6
    if not any(person.who in _LOCAL for person in made.people):
        return f"M{EDGE_X} 6 H{right} V{bottom} H{EDGE_X} Z"
    return f"M{EDGE_X} 6 H{right} V{bottom} H4 V{made.middle} H{EDGE_X} Z"
