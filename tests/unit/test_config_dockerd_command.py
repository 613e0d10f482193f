"""A dockerd that is started by hand: which command lines are taken, and what is made of them."""

import pytest

from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.errors import BadInput


@pytest.mark.parametrize(
    "typed",
    [
        "root@host:~# dockerd -H tcp://0.0.0.0:2375",
        "[root@host ~]# dockerd -H tcp://0.0.0.0:2375",
        "sudo -u root --group=0 dockerd -H tcp://0.0.0.0:2375",
        "sudo systemctl stop docker && sudo dockerd -H tcp://0.0.0.0:2375",
        "$ sudo service docker stop\n$ sudo dockerd -H tcp://0.0.0.0:2375",
        "systemctl stop docker.socket\nsystemctl stop docker\ndockerd -H tcp://0.0.0.0:2375",
        "service docker stop; dockerd -H tcp://0.0.0.0:2375;",
        "dockerd -H tcp://0.0.0.0:2375 & disown",
        "nice -n 5 dockerd -H tcp://0.0.0.0:2375",
        "dockerd \\  \n -H tcp://0.0.0.0:2375  # start it",
        'dockerd -H tcp://0.0.0.0:2375 # don\'t; see "man dockerd"',
    ],
)
def test_a_command_as_people_paste_it(typed):
    assert parse_dockerd_command(typed).words == ("dockerd", "-H", "tcp://0.0.0.0:2375")


@pytest.mark.parametrize(
    ("typed", "environment", "words"),
    [
        ("dockerd --debug", (), ("dockerd", "--debug")),
        ("sudo -E A='b c' /usr/bin/dockerd &", ("A=b c",), ("/usr/bin/dockerd",)),
        ("dockerd --label 'a #b'", (), ("dockerd", "--label", "a #b")),
        ("dockerd --label 'a;b' -H tcp://:1", (), ("dockerd", "--label", "a;b", "-H", "tcp://:1")),
    ],
)
def test_a_command_as_it_was_typed(typed, environment, words):
    read = parse_dockerd_command(typed)
    assert (read.environment, read.words) == (environment, words)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "docker ps",
        "command -v dockerd",
        "sudo -u nobody dockerd",
        "sudo --user=nobody dockerd",
        "sudo -u",
        "dockerd --label \udcff",
        "dockerd; rm -rf /",
        "dockerd | less",
        "docker run -d x",
        "dockerd & docker ps",
        "dockerd $X",
        "dockerd 'a",
        "sudo",
    ],
)
def test_a_command_that_is_none(typed):
    with pytest.raises(BadInput, match="--command: "):
        parse_dockerd_command(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "$ dockerd -H tcp://:1 > /tmp/log 2>&1 &",
        "sudo -b nohup dockerd -H tcp://:1 &>>/dev/null &",
        "sudo -u root dockerd \\\n  -H tcp://:1 2>&1 | tee /tmp/log",
        "sudo bash -c 'nohup dockerd -H tcp://:1 >/tmp/log 2>&1 &'",
    ],
)
def test_what_surrounds_a_command_that_was_pasted(typed):
    assert parse_dockerd_command(typed).words == ("dockerd", "-H", "tcp://:1")


@pytest.mark.parametrize("typed", ["docker -d -H :1", "sudo docker daemon", "docker --daemon"])
def test_the_daemon_as_old_versions_were_started(typed):
    assert parse_dockerd_command(typed).arguments is None


def test_a_file_in_the_home_directory():
    read = parse_dockerd_command("dockerd --tlscert ~/c.pem")
    assert read.words[-1] == "/root/c.pem"
    assert "cd /root" in read.script
