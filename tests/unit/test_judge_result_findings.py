"""The findings of a verdict: each with its rule, its place in the repository, and its line."""

import subprocess

import pytest
from observations import OPEN, SOCKET, answer, failed, observation, opened, write
from prepared import DROP_IN, HOSTS, UNIT_D

from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.observe.listeners import Listener


@pytest.fixture(autouse=True)
def repository(tmp_path):
    """The input is in a repository."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)


def shown(result):
    return [(each.rule, each.file, each.line) for each in result.findings]


def test_a_known_error_has_the_line_that_causes_it(judged):
    (finding,) = judged({"etc/docker/daemon.json": HOSTS}, failed()).findings
    assert (finding.rule, finding.severity) == ("hosts-flag-file-conflict", "error")
    assert (finding.file, finding.line) == ("mine/etc/docker/daemon.json", 3)
    assert finding.source == ' "hosts": ['
    assert finding.cause
    assert finding.fix


def test_an_open_port_is_one_finding_at_the_line_that_opens_it(judged):
    (finding,) = judged({f"{UNIT_D}/x.conf": DROP_IN}, opened_at_2375()).findings
    assert (finding.rule, finding.who, finding.level) == ("open-tcp", "outsider", "full-control")
    assert (finding.file, finding.line) == (f"mine/{UNIT_D}/x.conf", 3)
    for who in ("an outsider", "a local user", "a container"):
        assert f"{who}" in finding.message


def opened_at_2375(**levels):
    """An open daemon, tried at the lab's address; `levels` are by who."""
    seen = opened()
    target = "tcp://192.168.3.201:2375"
    for who in seen.exposure:
        level = levels.get(who.replace("-", "_"), "refused" if levels else "full-control")
        seen.exposure[who] = Exposure(who, [Attempt(target, level, "why")])
    return seen


@pytest.mark.parametrize(
    ("levels", "listens", "flags", "rule"),
    [
        ({"outsider": "full-control"}, ":::2375 dockerd", "", "open-tcp"),
        ({"outsider": "full-control"}, ":::2375 dockerd", " --tls", "tls-without-client-cert"),
        ({"outsider": "read-only"}, "0.0.0.0:2375 nginx", "", "open-proxy"),
        ({"container": "full-control"}, ":::2375 dockerd", "", "open-behind-firewall"),
        ({"local_user": "full-control"}, "127.0.0.1:2375 dockerd", "", "open-to-local-users"),
        ({"outsider": "unclear"}, ":::2375 dockerd", "", "unclear-access"),
    ],
)
def test_the_rule_follows_from_what_listens_and_who_gets_in(judged, levels, listens, flags, rule):
    seen = opened_at_2375(**levels)
    seen.daemon.listeners[:] = [SOCKET, Listener("tcp", *listens.split())]
    drop_in = DROP_IN.replace("2375", f"2375{flags}")
    (finding, *_) = judged({f"{UNIT_D}/x.conf": drop_in}, seen).findings
    assert finding.rule.startswith(rule)
    assert finding.line == 3


def test_a_socket_that_all_may_use_is_found_at_the_socket_unit(judged):
    seen = observation(local_user="full-control")
    seen.exposure["local-user"] = Exposure(
        "local-user", [Attempt("unix:///run/docker.sock", "full-control", "why")]
    )
    unit = "etc/systemd/system/docker.socket.d/x.conf"
    text = "[Socket]\nSocketMode=0666\nListenStream=\nListenStream=/run/docker.sock\n"
    (finding,) = judged({unit: text}, seen).findings
    assert (finding.rule, finding.line) == ("socket-for-all-users", 4)


def test_without_a_known_error_the_last_words_are_the_finding(judged):
    (finding,) = judged({"etc/docker/daemon.json": {}}, failed(log=("odd",))).findings
    assert finding.rule == "unexplained-failure"
    assert "odd" in finding.message


def test_services_settings_without_effect_and_what_is_not_judged(judged):
    seen = observation(services={"nginx.service": ServiceState(active=False, log=("[emerg] no",))})
    files = {"etc/docker/daemon.json": {"host": ["fd://"]}, "etc/traefik/traefik.yml": "a: 1\n"}
    result = judged(files, seen)
    assert shown(result)[:2] == [
        ("service-fails", None, None),
        ("no-effect", "mine/etc/docker/daemon.json", 2),
    ]
    assert {each.rule for each in result.findings[2:]} <= {"not-judged", "no-effect"}
    assert len(result.findings) == (
        len(result.reasons) + len(result.no_effect) + len(result.not_judged)
    )


def test_a_file_outside_of_any_repository_has_no_path_and_a_link_has_its_target_s(judged, tmp_path):
    (tmp_path / ".git").rename(tmp_path / "no")
    write(tmp_path / "mine/etc/docker/daemon.json", HOSTS)
    (finding,) = judged({"etc/docker/daemon.json": HOSTS}, failed()).findings
    assert finding.file is None
    assert finding.line == 3


def test_the_log_is_cut_and_keeps_the_line_that_tells(judged):
    log = (*(f"line {n}" for n in range(500)), "no sockets found via socket activation", "end")
    evidence = judged({"etc/docker/daemon.json": {}}, failed(log=log)).evidence
    assert len(evidence.log) == 200
    assert evidence.lines_left_out == 302
    (telling,) = evidence.telling
    assert "no sockets found" in evidence.log[telling]
    long = (f"{n}" * 2000 for n in range(9))
    early = ("no sockets found via socket activation", *long, *map(str, range(500)))
    evidence = judged({"etc/docker/daemon.json": {}}, failed(log=early)).evidence
    assert evidence.telling == [0]
    assert evidence.log[1].endswith("characters left out)")


def test_the_evidence_has_what_the_commands_printed(judged):
    raw = {"tcp": answer("tcp 0 0"), "unix": answer("unix 2"), "rules": answer("table ip")}
    evidence = judged({"etc/docker/daemon.json": {}}, observation(raw=raw)).evidence
    assert (evidence.netstat, evidence.firewall) == ("tcp 0 0\nunix 2", "table ip")
    assert judged({}, observation(listeners=(SOCKET, OPEN))).evidence.netstat.count("\n") == 1


def test_an_open_proxy_is_found_where_it_listens(judged):
    seen = opened_at_2375(outsider="full-control")
    seen.daemon.listeners[:] = [SOCKET, Listener("tcp", "0.0.0.0:2375", "nginx")]
    forward = "location / { proxy_pass http://unix:/run/docker.sock; }"
    site = f"server {{\n    listen 2375;\n    {forward}\n}}\n"
    findings = judged({"etc/nginx/sites-enabled/docker": site}, seen).findings
    (finding,) = [each for each in findings if each.rule == "open-proxy"]
    assert (finding.file, finding.line) == ("mine/etc/nginx/sites-enabled/docker", 2)


def test_a_program_that_is_not_read_is_found_where_its_port_stands(judged):
    seen = opened_at_2375(outsider="full-control")
    seen.daemon.listeners[:] = [SOCKET, Listener("tcp", "0.0.0.0:2375", "haproxy")]
    text = "# port 2375\nfrontend x\n  bind *:2375\n  default_backend docker\n"
    findings = judged({"etc/haproxy/haproxy.cfg": text}, seen).findings
    (finding,) = [each for each in findings if each.rule == "open-proxy"]
    assert finding.line == 3
