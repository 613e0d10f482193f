"""What lint takes from scripts: the commands of which it knows what they do, and no others."""

import pytest
from linting import prediction

from dockerd_lab.lint.notes import CLOSES, LISTENS, OPENS, STARTS, Notes
from dockerd_lab.lint.scripts import check_scripts


def read(script):
    notes = Notes()
    effects = check_scripts({"provision.sh": f"#!/bin/sh\n{script}\n"}, notes, by_hand=False)
    return notes, effects


@pytest.mark.parametrize(
    "script",
    [
        "systemctl daemon-reload\nsystemctl restart docker.service",
        "systemctl stop docker.service docker.socket\nsystemctl start docker.service",
        "systemctl stop docker.service\nsystemctl start docker",
        "systemctl stop docker.service",  # a client starts it again, through its socket
        "systemctl stop docker.socket docker.service\nsystemctl start docker.socket",
        "id deploy >/dev/null 2>&1 || useradd --create-home deploy",
        "useradd --shell /bin/sh deploy",
        "for _ in 1 2; do\n    systemctl restart docker.service\ndone",
    ],
)
def test_these_change_nothing(script):
    notes, effects = read(script)
    assert (notes.failures, notes.unknown, notes.may_change) == ([], [], False)
    assert not effects.exhausts


@pytest.mark.parametrize(
    "script",
    [
        "iptables -t nat -F",
        "useradd deploy; sh x",
        "useradd --groups docker,sudo deploy",
        "useradd -p x deploy",
        "echo deploy:deploy | chpasswd",
        "systemctl stop nftables",
        "systemctl mask nginx",
        "for _ in 1 2 3 4; do\n    rm -rf /etc/docker\ndone",
        "for _ in 1 2 3 4; do\n    systemctl restart docker.service",
        "mkdir -p /run/x && chmod 777 /run/docker.sock",
        "mkdir -p $HOME/x",
        "install -m 0755 /etc/ssh/x /home/deploy/../../usr/sbin/dockerd",
    ],
)
def test_of_these_everything_may_come(script):
    notes, _ = read(script)
    assert notes.may_change
    assert all(notes.is_open(each) for each in (STARTS, LISTENS, OPENS, CLOSES))


def test_what_is_stopped_or_masked_does_not_start():
    assert read("systemctl stop docker.socket docker.service")[0].fails
    assert read("systemctl mask --quiet docker.service")[0].fails


def test_an_account_lets_somebody_in_once_there_is_a_key_for_it():
    script = "useradd -m -s /bin/bash -G docker deploy\nusermod -aG docker deploy\n"
    assert not read(script)[0].unknown
    key = "install -o deploy -g deploy -m 0600 /etc/ssh/k.pub /home/deploy/.ssh/authorized_keys"
    notes, _ = read(script + key)
    assert notes.is_open(OPENS)
    assert not notes.is_open(STARTS)
    assert not notes.is_open(LISTENS)
    assert not notes.may_change


def test_a_directory_and_repeated_starts_are_remembered():
    assert read("mkdir -p /run/builder/docker.sock")[1].directories == ["/run/builder/docker.sock"]
    loop = "for _ in 1 2 3 4; do\n    systemctl restart docker.service\ndone"
    assert read(loop)[1].exhausts
    assert read("systemctl stop docker.service docker.socket")[1].closed


def test_a_file_below_a_socket_s_path_makes_that_a_directory():
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H unix:///srv/docker.sock\n"
    files = {"etc/systemd/system/docker.service.d/x.conf": drop_in}
    assert prediction(files).starts == "yes"
    assert prediction({**files, "srv/docker.sock/x.pem": ""}).errors == (
        "socket-path-is-directory",
    )
