"""What was given and not put into effect, so that nobody takes a pass for it."""

from dataclasses import replace
from pathlib import Path

import pytest
from observations import observation, write

from dockerd_lab.judge.not_judged import find_not_judged
from dockerd_lab.observe.observation import Boot
from dockerd_lab.observe.unit_states import parse
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.run import ValidateRequest, prepared

RECORDED = Path(__file__).parent / "units"
BEFORE = parse((RECORDED / "before-boot.txt").read_text())
AFTER = parse((RECORDED / "after-boot.txt").read_text())
SYSTEM = "etc/systemd/system"


#: What lets in nobody who has neither a key nor a password.
SSHD = """\
# by hand
PermitRootLogin prohibit-password

Match User ci
  PasswordAuthentication yes
  ForceCommand /bin/false
  AllowStreamLocalForwarding no
"""


@pytest.fixture
def find(tmp_path):
    """What is not judged of these files; `script` is --provision, `units` are states by name."""

    def run(files, *, script=None, units=None, boot=None, installed=()):
        for path, text in files.items():
            write(tmp_path / "mine" / path, text)
        provision = None if script is None else write(tmp_path / "p.sh", script)
        request = ValidateRequest([tmp_path / "mine"], provision=provision)
        scripts = [script] if script else []
        seen = replace(observation(units=units or {}), boot=boot)
        with prepared(find_project(), load_settings(find_project()), request) as ready:
            return list(find_not_judged(ready.inputs, seen, scripts, installed))

    return run


@pytest.fixture
def names(find):
    """The names of what is not judged."""
    return lambda *args, **options: [each.name for each in find(*args, **options)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/cron.d/docker", "@reboot root dockerd -H tcp://0.0.0.0:2375\n"),
        ("etc/network/if-up.d/docker", "#!/bin/sh\n"),
        ("etc/NetworkManager/dispatcher.d/docker", "#!/bin/sh\n"),
        ("etc/network/interfaces", "iface eth0 inet dhcp\n  post-up dockerd &\n"),
        ("etc/systemd/user/docker.service", "[Service]\n"),
        ("etc/udev/rules.d/9-x.rules", 'RUN+="/bin/chmod 666 /run/docker.sock"\n'),
        ("etc/ssh/sshd_config.d/x.conf", "ForceCommand docker system dial-stdio\n"),
        ("etc/ssh/sshd_config.d/x.conf", "PermitTTY no\nAuthorizedKeysCommand /opt/keys\n"),
        ("etc/ssh/sshd_config", "Subsystem docker /usr/bin/docker system dial-stdio\n"),
    ],
)
@pytest.mark.parametrize("boot", [None, Boot()])
def test_what_neither_the_trial_nor_a_boot_starts(names, path, text, boot):
    assert names({path: text, "etc/docker/daemon.json": "{}"}, boot=boot) == [f"/{path}"]


@pytest.mark.parametrize(
    "path",
    [
        "etc/rc.local",
        "etc/init.d/x",
        "etc/tmpfiles.d/x.conf",
        "etc/sysctl.d/x.conf",
        "etc/fstab",
        f"{SYSTEM}-generators/x",
    ],
)
def test_what_a_boot_runs_is_judged_after_a_boot(names, path):
    assert names({path: "x\n"}) == [f"/{path}"]
    assert names({path: "x\n"}, boot=Boot()) == []


@pytest.mark.parametrize(
    "path", ["etc/cron.d/x", "etc/cron.daily/x", "var/spool/cron/crontabs/root"]
)
def test_jobs_of_cron_are_judged_after_a_boot_where_it_is_installed(find, path):
    files = {path: "@reboot root id\n"}
    assert "a boot makes cron read it" in find(files, installed=["cron"])[0].message
    assert "is not on the lab's machines" in find(files, boot=Boot())[0].message
    assert find(files, boot=Boot(), installed=["cron"]) == []


@pytest.mark.parametrize(
    ("boot", "message"),
    [
        (Boot(left=["/etc/cron.d/x:3"]), "it would end the machine, and was not run"),
        (Boot(absent=["/etc/cron.d/x:3"]), "its program is not on the lab's machine"),
    ],
)
def test_a_job_that_was_not_run_is_not_judged(find, boot, message):
    (found,) = find({"etc/cron.d/x": "id\n"}, boot=boot, installed=["cron"])
    assert (found.name, found.message) == ("/etc/cron.d/x:3", message)


@pytest.mark.parametrize(
    ("files", "script"),
    [
        ({"etc/network/if-up.d/x": "true\n"}, "sh /etc/network/if-up.d/x\n"),
        ({"etc/ssh/sshd_config.d/x.conf": "A b\n"}, "systemctl restart ssh\n"),
        ({"etc/ssh/sshd_config.d/x.conf": SSHD}, None),
        ({"etc/docker/daemon.json": "{}", "etc/logrotate.d/docker": "x"}, None),
        ({"etc/network/interfaces": "iface eth0 inet dhcp\n"}, None),
    ],
)
def test_what_a_script_starts_or_what_starts_nothing(names, files, script):
    assert names(files, script=script) == []


def test_a_script_that_only_names_a_file_does_not_run_it(names):
    script = "chmod +x /etc/network/if-up.d/x\n"
    assert names({"etc/network/if-up.d/x": "true\n"}, script=script) == ["/etc/network/if-up.d/x"]


UNIT = {f"{SYSTEM}/second.service": "[Service]\n\n[Install]\nWantedBy=multi-user.target\n"}


def test_a_unit_that_a_boot_starts(find):
    (found,) = find(UNIT, units={"second.service": BEFORE["second.service"]})
    assert found.message == "a boot starts this unit, and the machine was not booted"
    assert found.where.endswith("/second.service:4")
    assert find(UNIT, units={"second.service": AFTER["second.service"]}, boot=Boot()) == []


def test_a_unit_that_fails_at_the_boot(names):
    units = {"absent.service": AFTER["absent.service"]}
    assert names(UNIT, units=units, boot=Boot()) == ["absent.service"]


def test_what_the_boot_has_not_finished(names):
    units = {"slow.service": AFTER["slow.service"]}
    boot = Boot(unfinished=["slow.service", "dockerd"])
    assert names(UNIT, units=units, boot=boot) == ["slow.service", "dockerd"]


PROXY = "services:\n  proxy:\n    volumes: [/var/run/docker.sock:/var/run/docker.sock:ro]\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("docker-compose.yml", PROXY, ["docker-compose.yml"]),
        ("compose.prod.yaml", PROXY, ["compose.prod.yaml"]),
        ("compose.yaml", "services:\n  web:\n    image: nginx\n", []),
        ("playbook.yml", PROXY, []),
    ],
)
@pytest.mark.parametrize("beside", ["etc/docker/daemon.json", "daemon.json"])
def test_a_compose_file_that_gives_away_the_socket(names, name, text, found, beside):
    assert names({beside: "{}", name: text}) == found


def test_the_container_is_told_by_name_and_line(find):
    (entry,) = find({"etc/docker/daemon.json": "{}", "compose.yaml": PROXY})
    assert "to the container proxy, and" in entry.message
    assert entry.where.endswith("/compose.yaml:3")
