"""What was given and not put into effect, so that nobody takes a pass for it."""

import pytest
from observations import write

from dockerd_lab.judge.not_judged import find_not_judged
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.run import ValidateRequest, prepared

SOCAT = "[Service]\nExecStart=/usr/bin/socat a b\n[Install]\nWantedBy=multi-user.target\n"
TIMER = "[Timer]\nOnBootSec=1\n[Install]\nWantedBy=timers.target\n"
SYSTEM = "etc/systemd/system"


@pytest.fixture
def names(tmp_path):
    """The names of what is not judged of these files; `script` is --provision."""

    def find(files, *, script=None, started=()):
        for path, text in files.items():
            write(tmp_path / "mine" / path, text)
        provision = None if script is None else write(tmp_path / "p.sh", script)
        request = ValidateRequest([tmp_path / "mine"], provision=provision)
        scripts = [script] if script else []
        with prepared(find_project(), load_settings(find_project()), request) as ready:
            return [each.name for each in find_not_judged(ready.inputs, started, scripts)]

    return find


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{SYSTEM}/docker-tcp.service", SOCAT),
        (f"{SYSTEM}/x.timer", TIMER),
        (f"{SYSTEM}/x.socket", "[Socket]\nListenStream=2375\n[Install]\nWantedBy=sockets.target\n"),
        ("etc/rc.local", "#!/bin/sh\ndockerd -H tcp://0.0.0.0:2375 &\n"),
        ("etc/cron.d/docker", "@reboot root dockerd -H tcp://0.0.0.0:2375\n"),
        ("etc/tmpfiles.d/x.conf", "z /run/docker.sock 0666\n"),
        ("etc/udev/rules.d/9-x.rules", 'RUN+="/bin/chmod 666 /run/docker.sock"\n'),
        ("etc/haproxy/haproxy.cfg", "frontend x\n  bind :2375\n"),
        ("etc/ssh/sshd_config.d/x.conf", "ForceCommand docker system dial-stdio\n"),
    ],
)
def test_what_the_trial_does_not_start(names, path, text):
    found = names({path: text, "etc/docker/daemon.json": "{}"})
    assert found == [path.split("/")[-1] if SYSTEM in path else f"/{path}"]


@pytest.mark.parametrize(
    ("files", "script", "started"),
    [
        ({f"{SYSTEM}/x.service": SOCAT}, "systemctl daemon-reload\nsystemctl start x\n", ()),
        ({f"{SYSTEM}/x.service": SOCAT}, "systemctl enable --now x.service", ()),
        ({f"{SYSTEM}/x.service": SOCAT}, None, ["x.service"]),
        ({f"{SYSTEM}/x.service": "[Service]\nExecStart=/bin/a\n"}, None, ()),
        ({f"{SYSTEM}/docker.service": SOCAT}, None, ()),
        (
            {
                f"{SYSTEM}/x.service": SOCAT,
                f"{SYSTEM}/docker.service.d/a.conf": "[Unit]\nWants=x.service\n",
            },
            None,
            (),
        ),
        ({"etc/rc.local": "true\n"}, "sh /etc/rc.local\n", ()),
        ({"etc/ssh/sshd_config.d/x.conf": "A b\n"}, "systemctl restart ssh\n", ()),
        ({"etc/docker/daemon.json": "{}", "etc/logrotate.d/docker": "x"}, None, ()),
    ],
)
def test_what_is_started_or_starts_nothing(names, files, script, started):
    assert names(files, script=script, started=started) == []


def test_a_unit_that_a_script_only_enables_is_started_by_a_boot(names):
    assert names({f"{SYSTEM}/x.service": SOCAT}, script="systemctl enable x\n") == ["x.service"]


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
