"""No output of any command has a secret of the input's, or of what the machines said."""

import contextlib
import dataclasses
import functools
import io
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
import yaml
from observations import CONFLICT, STOCK, answer, observation, write
from planted import PLACES, fragments, plain
from prepared import CASES

from dockerd_lab import progress
from dockerd_lab.cli import app, reproduce, validate
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.errors import BadInput, HarnessError
from dockerd_lab.explain import blocks, matcher
from dockerd_lab.explain.matcher import explain_text
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.sandbox import Sandbox
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.judge import judge
from dockerd_lab.judge.verdict import Report
from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.project import find_project, project_of_checkout
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.report import result_file
from dockerd_lab.report.verdict_formats import FORMATS
from dockerd_lab.reproduce.run import Reproduction
from dockerd_lab.standins.prepared import prepare_case
from dockerd_lab.validate import run
from dockerd_lab.yamlfile import YamlModel, check

IN_LINES = [place for place in PLACES if place.in_a_line]
FLAGS = [place for place in PLACES if place.file is None]
#: One that no example is likely to have: what an output has with it too, is the output's own.
ANOTHER = ("Zq7Wk2Xm9Rt4Lp8Vs3Hd6" * 5)[:90]


def main(*args):
    """What the command prints and writes to standard error, and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(sys, "argv", ["dockerd-lab", *map(str, args)])
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended:
            app.main()
    return {"stdout": out.getvalue(), "stderr": err.getvalue()}, ended.value.code


def leaks(outputs, secret):
    """The parts of a secret in outputs, each with the output's name."""
    return {
        (name, part)
        for name, text in outputs.items()
        if (flat := plain(text))
        for part in fragments(secret)
        if part in flat
    }


def seen_with(texts, engine, daemon):
    """An observation with the texts of PLACES everywhere in what the machines said."""
    lines = [texts[place.name] for place in IN_LINES]
    warnings = [f'time="2026-11-24T12:32:56Z" level=warning msg={json.dumps(x)}' for x in lines]
    log = [*warnings, *lines, f"{CONFLICT}: {lines[0]}"]
    everything = "\n".join(texts.values())
    raw = dict.fromkeys(("tcp", "unix", "nginx", "unit_files", "units", "outcome"), answer())
    raw |= {"unit_files": answer(everything), "nginx": answer(everything)}
    raw |= {"daemon_json": answer(texts["log-opts"])}
    services = {
        f"{at}.service": ServiceState(False, (f"error: {line}",)) for at, line in enumerate(lines)
    }
    flags = " ".join(texts[place.name] for place in FLAGS)
    made = observation(
        engine=engine,
        daemon=daemon,
        command=f"{STOCK} {flags}",
        hosts=[flags],
        raw=raw,
        log=log,
        services=services,
    )
    attempt = made.exposure["client"].attempts[0]
    attempt = dataclasses.replace(attempt, level="full-control", evidence=flags)
    return dataclasses.replace(
        made,
        daemon=dataclasses.replace(made.daemon, by_hand=everything),
        exposure={**made.exposure, "outsider": dataclasses.replace(
            made.exposure["outsider"], attempts=[attempt])},
        client={"run": dataclasses.replace(answer(everything), command=everything)},
        show_output={"client": everything},
        fix={"daemon": answer(everything)},
    )  # fmt: skip


@contextlib.contextmanager
def machines(top, texts):
    """Let the commands find what `seen_with` makes, without a machine."""
    lab = Sandbox(top / "lab", "qemu", False, pid=1, started=1)
    write(lab.consoles / "daemon.log", "\n".join(texts.values()))

    @contextlib.contextmanager
    def running(project, settings, **_):
        yield SimpleNamespace(
            **{"address": "192.168.3.201", "lab": lab, "settings": settings},
            project=project_of_checkout(top),
            **{"engine": settings.engine_of("daemon"), "versions": {}, "restore": lambda: None},
        )

    def observe(fleet, *_, **__):
        daemon = "active" if fleet.engine == "debian-13" else "failed"
        return seen_with(texts, fleet.engine, daemon)

    def judged_case(fleet, case):
        observed = observe(fleet)
        ignored = NoEffect(setting="X", message=texts["variable"], fix=texts["script"])
        judgement = judge(prepare_case(case, fleet.settings), observed, case)
        return Reproduction(case, observed, dataclasses.replace(judgement, no_effect=(ignored,)))

    with pytest.MonkeyPatch.context() as patch:
        for module in (run, reproduce):
            patch.setattr(module, "running", running)
        patch.setattr(validate, "exclusive", lambda *_, **__: contextlib.nullcontext())
        patch.setattr(run, "run_trial", observe)
        patch.setattr(reproduce, "reproduce_failure", judged_case)
        patch.setattr(reproduce, "fix_failure", judged_case)
        yield


def outputs_of_all(secrets):
    """Whatever the commands write that try a configuration with these secrets."""
    texts = {place.name: place.text(secrets[place.name]) for place in PLACES}
    engines = ("--engine", "debian-12", "--engine", "debian-13")
    with TemporaryDirectory() as made, machines(Path(made), texts):
        top = Path(made)
        for place in PLACES:
            if place.file not in (None, "provision.sh"):
                file = top / "mine" / place.file
                write(file, f"{file.read_text() if file.exists() else ''}{texts[place.name]}\n")
        write(top / "mine/etc/docker/daemon.json", texts["log-opts"])
        script = [texts[place.name] for place in PLACES if place.file == "provision.sh"]
        write(top / "p.sh", "\n".join(script))
        options = [(each.option, top / f"v.{each.option.removeprefix('--')}") for each in FORMATS]
        reports = [argument for option in options for argument in option]
        linted = [argument for option, file in options for argument in (option, f"{file}.lint")]
        streams, code = main("lint", top / "mine", "--github", *linted)
        assert code == 1, streams
        outputs_of_lint = {f"lint: {stream}": text for stream, text in streams.items()}
        results = {
            "validate": main("validate", top / "mine", "--provision", top / "p.sh", *reports,
                             *engines),
            "record": main("record", top / "mine", *engines),
            "validate, again": main("validate", top / "mine", *engines),
            "reproduce": main("reproduce", "fd-by-hand", "--fix"),
        }  # fmt: skip
        outputs = {
            f"{name}: {stream}": text
            for name, (streams, _) in results.items()
            for stream, text in streams.items()
        }
        assert [code for _, code in results.values()] == [1, 0, 1, 1], outputs
        last_run = result_file.last_run(find_project())
        outputs |= outputs_of_lint | {"the last run": last_run.read_text()}
        files = [*top.glob("v.*"), top / "mine/case.yaml", *top.glob(".lab/artifacts/**/*.*")]
        return outputs | {str(f.relative_to(top)): f.read_text() for f in files if f.is_file()}


@functools.cache
def outputs_without_secrets():
    return outputs_of_all(dict.fromkeys((place.name for place in PLACES), ANOTHER))


@pytest.mark.parametrize("number", range(3))
def test_no_secret_leaves_a_trial(number):
    secrets = {place.name: place.secrets(3)[number] for place in PLACES}
    outputs = outputs_of_all(secrets)
    assert "(a" in outputs["v.json.lint"]
    for name in ("validate: stdout", "v.json", "v.junitxml", "v.markdown", "reproduce: stdout"):
        assert outputs[name].count("(a") >= len(IN_LINES), f"{name} shows them, without secrets"
    assert "(a" in outputs["mine/case.yaml"]
    assert "(a" in outputs["reproduce: stderr"]
    data = json.loads(outputs["v.json"])
    assert Report.model_validate(data).results[0].engine == "debian-12"
    assert ET.fromstring(outputs["v.junitxml"]).tag == "testsuites"  # noqa: S314  (our own)
    assert yaml.safe_load(outputs["mine/case.yaml"])["expect"]
    evidence_of = {name.split("/")[-1] for name in outputs if "artifacts" in name}
    assert {"journal.txt", "unit.txt", "daemon.json", "client.txt", "console-daemon.log"} <= (
        evidence_of
    )
    for place in PLACES:
        if leaked := leaks(outputs, secrets[place.name]):
            without = leaks(outputs_without_secrets(), secrets[place.name])
            assert leaked <= without, place.name


def explained(text):
    """What `explain` makes of a log with that text, in both of its forms."""
    with TemporaryDirectory() as made:
        file = write(Path(made) / "a.log", text)
        (out, code), (as_json, _) = main("explain", file), main("explain", "--json", file)
    assert code == 0
    ids = [item["id"] for item in json.loads(as_json["stdout"])]
    assert "hosts-flag-file-conflict" in ids
    return {"text": out["stdout"], "json": as_json["stdout"]}


@pytest.mark.parametrize("place", IN_LINES, ids=lambda place: place.name)
def test_explain_hides_a_secret(place):
    # The text that is shown is cut, or the line, within the secret.
    cuts = (matcher.MAX_TEXT, blocks.MAX_LINE)
    lengths = (0, *(cut - len(f" {CONFLICT} {place.text('')}") - 10 for cut in cuts), 1300, 4700)
    for secret, length in zip(place.secrets(5), lengths, strict=True):
        before = f"{'x' * length} {CONFLICT}"
        if leaked := leaks(explained(f"{before} {place.text(secret)} x\n"), secret):
            assert leaked <= leaks(explained(f"{before} {place.text(ANOTHER)} x\n"), secret)


@pytest.mark.parametrize("place", IN_LINES, ids=lambda place: place.name)
def test_explain_hides_a_secret_where_a_long_line_is_cut(place):
    (secret,) = place.secrets(1)
    text = f" {place.text(secret)} "
    step = blocks.MAX_LINE - blocks.OVERLAP
    for cut in range(1, len(text), 7):  # where the second part of the line begins
        line = f"{'x' * (step - cut)}{text}"
        # What is found is not whole in the first part, so that the second is shown.
        line += "y" * (blocks.MAX_LINE - 50 - len(line)) + f" {CONFLICT}\n"
        [finding] = [f for f in explain_text([line]) if f.id == "hosts-flag-file-conflict"]
        assert not leaks({"text": finding.text}, secret)


#: Which of the messages may leave the secret out: they are shortened, or do not quote the text.
MAY_LEAVE_OUT = (2, 3)


class Number(YamlModel):
    number: list[int]


def messages(text):
    """What commands print of a text in their errors and their progress."""
    for error in (
        HarnessError("ssh to daemon failed" + last_lines(f"{text}\n"), "look"),
        RuntimeError(text),
    ):
        with pytest.MonkeyPatch.context() as patch:

            def fails(error=error):
                raise error

            patch.setattr(app, "build", lambda: fails)
            streams, code = main()
            assert code in (2, 3)
            yield streams["stderr"]
    with pytest.raises(BadInput) as wrong:
        parse_dockerd_command(f"docker {text}")
    yield str(wrong.value)
    with pytest.raises(BadInput) as wrong:
        check(Path("case.yaml"), {"number": [f"{'x' * 60} {text}"]}, Number)
    yield str(wrong.value)
    with contextlib.redirect_stderr(io.StringIO()) as err:
        progress.say(f"lab: {text}")
    yield err.getvalue()


@pytest.mark.parametrize("place", IN_LINES, ids=lambda place: place.name)
def test_errors_and_progress_hide_it(place):
    for secret in place.secrets(5):
        outputs = dict(enumerate(messages(place.text(secret))))
        shown = [text for number, text in outputs.items() if number not in MAY_LEAVE_OUT]
        assert all("(a" in text for text in shown), outputs
        if leaked := leaks(outputs, secret):
            assert leaked <= leaks(dict(enumerate(messages(place.text(ANOTHER)))), secret)


def test_a_verdict_without_secrets_does_not_change(judged):
    for case in CASES[:5]:
        files = {str(f)[1:]: case.source(f).read_text() for f in case.files}
        report = Report(case="x", results=[judged(files, observation())])
        assert redacted(report, also=files.values()).model_dump_json() == report.model_dump_json()
