"""Compares what lint says of flags and daemon.json with what an engine's own dockerd says.

    python benchmarks/dockerd_answers.py ENGINE ROOT [COUNT] [SEED]

ROOT is made as for benchmarks/facts.py. Each configuration is drawn from SEED. dockerd reads it as
nobody, and ends at the first mistake, or else because it needs root. Prints how often lint agrees,
and says that it does not know; then each disagreement. The exit code is 1 if there is one.
"""

import json
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests/attacks"))

from facts import Engine
from mutants import PIECES

from dockerd_lab.config.value import Place, Value
from dockerd_lab.lint.daemon_file import read_file
from dockerd_lab.lint.facts import EngineFacts, load_facts
from dockerd_lab.lint.flags import read_flags
from dockerd_lab.lint.hosts import Directories, read_hosts
from dockerd_lab.lint.notes import STARTS, Notes
from dockerd_lab.lint.service import CommandLine
from dockerd_lab.lint.values import check_values, settings

#: What dockerd comes to after its configuration: these failures it cannot show as nobody.
LATER = ("failed to load listeners", "failed to start daemon")
#: Of dockerd that has read its configuration.
READ = ("with root", "Starting up")
VALUES = """
    "x" "" true false null 1 0 -1 1.5 1e3 [] ["x"] [1] [true] {} {"a":"b"} {"a":1} {"debug":true}
    {"x-y":1} ["tcp://127.0.0.1:2375"] ["unix:///run/x.sock","fd://"] ["http://a"] ["tcp://0.0.0.0"]
    "10.0.0.1" "json-file" "info" "panic" "1.2.3.4/24" ["com.docker.x=1"] ["a=b"] ["1.1.1.1"]
    {"nofile":{"Name":"nofile","Hard":10,"Soft":5}} [{"base":"10.0.0.0/8","size":24}]
    ["https://a.b/"] ["a.b:5000"] ["tcp://:2375"] ["tcp://a:b"] ["0.0.0.0:2375"] ["npipe://x"] [""]
"""
ARGUMENTS = """
    --debug|-D|-H fd://|-H=unix:///run/y.sock|--host tcp://127.0.0.1:2375|--log-level=debug|-l info
    --label a=b|--dns=1.1.1.1|--tls=false|--tls=maybe|--hosts fd://|-Z|foo|--mtu=x|--mtu 1400
    --log-opt max-size=1m|--insecure-registry a|--registry-mirror=https://x/|--iptables=false
    --debug=true --debug=0|-H http://a|-H tcp://:1|-H tcp://a:b|-DH fd://|-H|--graph /x|-g /x
    --data-root /x|-- x|--userland-proxy=False|--exec-opt native.cgroupdriver=systemd|-s overlay2
    --max-concurrent-downloads=3|--dns x|--log-level=loud|-b none|--live-restore
"""


def draw(random_: random.Random, keys: list[str]) -> tuple[str, list[str]]:
    """Return the text of a daemon.json, and arguments."""
    content = {
        random_.choice(keys): json.loads(random_.choice(VALUES.split()))
        for _ in range(random_.choice((0, 1, 1, 1, 2, 3)))
    }
    text = json.dumps(content, indent=random_.choice((None, 1)))
    if random_.random() < 0.2:  # noqa: PLR2004
        at = random_.randint(0, len(text))
        piece = random_.choice([each for each in PIECES if len(each) < 50])  # noqa: PLR2004
        text = text[:at] + piece + text[at + random_.randint(0, 2) :]
    arguments = [each for line in ARGUMENTS.strip().splitlines() for each in line.split("|")]
    return text, random_.choice(arguments).split() if random_.randint(0, 1) else []


def predicted(text: str, arguments: list[str], path: str, facts: EngineFacts) -> Notes:
    """Return what lint notes about a configuration, as far as dockerd checks it as nobody."""
    notes = Notes()
    place = Place("/command", 1)
    command = CommandLine(("dockerd", "--config-file", path, *arguments), place)
    flags = read_flags(command, facts, notes)
    file = read_file(path, text, flags, facts, notes) if flags is not None else None
    if flags is not None and file is not None:
        values = settings(flags, file.values, facts)
        place = Place(path, 1) if "hosts" in file.values else place
        hosts = [Value(str(each), place) for each in values.get("hosts") or [""]]
        read_hosts(hosts, (), Directories(), facts, notes)
        check_values(values, path, facts, notes)
    return notes


def main(name: str, root: str, count: str = "500", seed: str = "0") -> int:
    """Print the comparison; return how often lint is wrong."""
    facts, engine = load_facts(name), Engine(Path(root))
    random_ = random.Random(int(seed))  # noqa: S311  (it draws test data)
    keys = [*sorted({*facts.keys} - {"config-file"}), "hostz", "Debug", "hosts", "labels", "dns"]
    drawn = [draw(random_, keys) for _ in range(int(count))]

    def answer(number: int) -> tuple[str, bool, str]:
        text, arguments = drawn[number]
        output = engine.read(f"lint-{number}", text.encode(), *arguments)
        notes = predicted(text, arguments, f"/tmp/lint-{number}.json", facts)  # noqa: S108
        early = [each for each in notes.failures if not each.message.startswith(LATER)]
        prediction = "unknown" if notes.is_open(STARTS) else "accepted"
        return "refused" if early else prediction, not any(each in output for each in READ), output

    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for number, (prediction, refused, output) in enumerate(pool.map(answer, range(len(drawn)))):
            agrees = prediction == ("refused" if refused else "accepted")
            counts["unknown" if prediction == "unknown" else "agree" if agrees else "disagree"] += 1
            if not agrees and prediction != "unknown":
                print(f"{prediction}: {drawn[number]}\n  {output.strip()[-300:]}")
    print(f"{name}, {count} configurations of seed {seed}: {dict(counts)}")
    return counts["disagree"]


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
