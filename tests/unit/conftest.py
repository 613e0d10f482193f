"""What the unit tests share: a computer's user of their own, and a project they may break."""

import io
import itertools
import re
import subprocess
import sys
from dataclasses import asdict

import hypothesis
import pytest
from inner_pytest import make_small_project
from observations import with_everything, write
from prepared import HOSTS, SETTINGS
from probing import measured, probe  # noqa: F401  (fixtures)

from dockerd_lab import progress
from dockerd_lab.cases.model import Variant
from dockerd_lab.cases.units import packaged_dockerd
from dockerd_lab.cli import app
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.explain import index
from dockerd_lab.explain.model import known_errors
from dockerd_lab.inputs.collect import collect
from dockerd_lab.judge.judge import judge, verdict
from dockerd_lab.judge.permissions import Permissions
from dockerd_lab.project import Project, find_project, package_data, user_cache
from dockerd_lab.report import result_file
from dockerd_lab.standins.prepared import prepare
from dockerd_lab.validate.run import JudgedTrial

# A busy computer takes longer for an example than hypothesis allows, and says nothing with that.
# The examples are the same in every run: a failure is about the change that is tested.
hypothesis.settings.register_profile("unit", deadline=None, derandomize=True)
hypothesis.settings.load_profile("unit")


_numbers = itertools.count()
CHECKOUT = package_data()


@pytest.fixture(autouse=True)
def own_user(tmp_path_factory, monkeypatch):
    """Caches, boxes, keys and the last run of the person who runs the tests are not touched.

    Most tests write none: each has its own directory, which is not made for them.
    """
    home = tmp_path_factory.getbasetemp() / f"user-{next(_numbers)}"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    for machine in ("DAEMON", "CLIENT", "OUTSIDER"):
        monkeypatch.delenv(f"{machine}_ENGINE", raising=False)
    of_project = result_file.last_run
    monkeypatch.setattr(
        result_file,
        "last_run",
        lambda made: home / "result.json" if made.root == CHECKOUT else of_project(made),
    )
    monkeypatch.setattr(progress, "sink", progress.sink)  # pytest's plugin replaces it


@pytest.fixture
def tmp_path(tmp_path_factory, request):
    """A directory of the test's own; for a number pytest would look at those of all others."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    made = tmp_path_factory.getbasetemp() / f"{name}{next(_numbers)}"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture(scope="session")
def index_of_errors():
    """The known errors as they are kept for the next command."""
    errors = {name: asdict(error) for name, error in known_errors().items()}
    return {"state": index._state(), "errors": errors}


@pytest.fixture
def kept_errors(index_of_errors, own_user):
    """Keep the known errors for this test's user, as an earlier command would have."""
    index._write(user_cache() / "known-errors.json", index_of_errors)


@pytest.fixture
def command(capsys, monkeypatch):
    """Run the `dockerd-lab` command in this process."""

    def run(*args, stdin=""):
        monkeypatch.setattr(sys, "argv", ["dockerd-lab", *map(str, args)])
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        with pytest.raises(SystemExit) as end:
            app.main()
        output, errors = capsys.readouterr()
        return subprocess.CompletedProcess(args, end.value.code or 0, output, errors)

    return run


@pytest.fixture
def project(tmp_path) -> Project:
    """A project with few cases, of the test's own."""
    return make_small_project(tmp_path / "small")


@pytest.fixture(scope="session")
def small_project(tmp_path_factory) -> Project:
    """A project with few cases, in which nothing is changed."""
    return make_small_project(tmp_path_factory.mktemp("small"))


@pytest.fixture
def into(tmp_path):
    """An empty directory, for what is gathered."""
    made = tmp_path / "into"
    made.mkdir()
    return made


@pytest.fixture
def top(tmp_path):
    """A directory laid out like the machine, with a daemon.json."""
    made = tmp_path / "my config"
    write(made / "etc/docker/daemon.json", HOSTS)
    return made


@pytest.fixture
def ready(tmp_path):
    """Prepare files, by their paths without the leading slash."""

    def make(files, *, command=None, provision=None, paths=(), **options):
        top, into = tmp_path / "mine", tmp_path / "into"
        into.mkdir()
        for path, content in files.items():
            write(top / path, content)
        gathered = collect(
            [*paths, top] if files else paths,
            into,
            command=parse_dockerd_command(command) if command else None,
            provision=provision,
        )
        made = prepare(gathered, SETTINGS, **options)
        for script in into.glob("*.sh"):
            subprocess.run(["sh", "-n", script], check=True)
        return made

    return make


@pytest.fixture
def judged(judged_trial):
    """The verdict on an observation of these files."""
    return lambda *args, **options: judged_trial(*args, **options).result


@pytest.fixture
def judged_trial(tmp_path):
    """An observation of these files, judged."""

    def make(files, seen, *, allow_insecure=False, version="20.10.24", unit="docker.io", **more):
        top, into = tmp_path / "mine", tmp_path / "into"
        if not into.exists():
            into.mkdir()
            for path, content in files.items():
                write(top / path, content)
        command = more.pop("command", None)
        typed = parse_dockerd_command(command) if command else None
        given = collect([top] if command is None else [], into, command=typed)
        made = prepare(given, SETTINGS, **more)
        case = made.inputs.case.for_variant(Variant(version)) if made.inputs.case else None
        judgement = judge(
            made, seen, case, permissions=Permissions("a reason" if allow_insecure else "")
        )
        result = verdict(
            made,
            seen,
            judgement,
            version=version,
            unit=unit,
            dockerd=packaged_dockerd(find_project(), unit),
        )
        assert parts_without_words(result) == []
        return JudgedTrial(result, judgement, seen)

    return make


def parts_without_words(result):
    """What a verdict lists and says nothing of: no message, no fix, or no reason is empty."""
    parts = (*result.no_effect, *result.not_judged, *result.files, *result.errors)
    empty = [part for part in parts if "" in vars(part).values()]
    return [*empty, *(reason for reason in result.reasons if not reason)]


@pytest.fixture
def full_observation():
    """An observation with something in every place."""
    return with_everything()
