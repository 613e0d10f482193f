"""A dockerd that is started by hand: which command lines are taken, and what is made of them."""

import re

import pytest

from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.errors import BadInput


@pytest.mark.parametrize(
    "line",
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
def test_a_command_as_people_paste_it(line):
    assert parse_dockerd_command(line).words == ("dockerd", "-H", "tcp://0.0.0.0:2375")


@pytest.mark.parametrize(
    ("line", "environment", "words"),
    [
        ("dockerd --debug", (), ("dockerd", "--debug")),
        ("sudo -E A='b c' /usr/bin/dockerd &", ("A=b c",), ("/usr/bin/dockerd",)),
        ("dockerd --label 'a #b'", (), ("dockerd", "--label", "a #b")),
        ("dockerd --label 'a;b' -H tcp://:1", (), ("dockerd", "--label", "a;b", "-H", "tcp://:1")),
    ],
)
def test_a_command_as_it_was_typed(line, environment, words):
    read = parse_dockerd_command(line)
    assert (read.environment, read.words) == (environment, words)


@pytest.mark.parametrize(
    "line",
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
def test_a_command_that_is_none(line):
    with pytest.raises(BadInput, match="--command: "):
        parse_dockerd_command(line)


@pytest.mark.parametrize(
    "line",
    [
        "$ dockerd -H tcp://:1 > /tmp/log 2>&1 &",
        "sudo -b nohup dockerd -H tcp://:1 &>>/dev/null &",
        "sudo -u root dockerd \\\n  -H tcp://:1 2>&1 | tee /tmp/log",
        "sudo bash -c 'nohup dockerd -H tcp://:1 >/tmp/log 2>&1 &'",
    ],
)
def test_what_surrounds_a_command_that_was_pasted(line):
    assert parse_dockerd_command(line).words == ("dockerd", "-H", "tcp://:1")


@pytest.mark.parametrize(
    "line", ["docker -d -H :1", "sudo docker daemon", "docker daemon -H :1", "docker --daemon"]
)
def test_the_daemon_as_old_versions_were_started(line):
    assert parse_dockerd_command(line).arguments is None


def test_a_file_in_the_home_directory():
    read = parse_dockerd_command("dockerd --tlscert ~/c.pem")
    assert read.words[-1] == "/root/c.pem"
    assert "cd /root" in read.script


@pytest.mark.parametrize(
    ("line", "environment", "words"),
    [
        ("A=1 sudo B=2 sh -c 'C=3 dockerd -D'", ("A=1", "B=2", "C=3"), ("dockerd", "-D")),
        ("sudo -g docker env -i dockerd", (), ("dockerd",)),
        ("sudo --user root --group docker dockerd", (), ("dockerd",)),
        ("sudo -uroot dockerd", (), ("dockerd",)),
        ("sudo -u '#0' dockerd", (), ("dockerd",)),
        ("sudo -u 0 dockerd", (), ("dockerd",)),
        ("nohup setsid exec command dockerd", (), ("dockerd",)),
        ("nice -n 10 dash -ec 'dockerd'", (), ("dockerd",)),
        ("./bin/dockerd -D", (), ("/root/bin/dockerd", "-D")),
        ("dockerd --config-file=$HOME/a ${HOME}/b ~/c a~/d", (), None),
        ("/opt/docker daemon", (), ("/opt/docker", "daemon")),
        ("docker -D -d", (), ("docker", "-D", "-d")),
    ],
)
def test_what_a_command_is_run_by_is_left_out(line, environment, words):
    read = parse_dockerd_command(line)
    words = words or ("dockerd", "--config-file=/root/a", "/root/b", "/root/c", "a~/d")
    assert (read.environment, read.words) == (environment, words)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sudo -u me dockerd", "sudo runs it as 'me'"),
        ("sudo -ume dockerd", "sudo runs it as 'me'"),
        ("sudo --user", "sudo runs it as ''"),
        ("dockerd $(ip)", "variables, line ends"),
        ("dockerd\nreboot", "variables, line ends"),
        ("dockerd \x07", "variables, line ends"),
        ("dockerd && reboot", "'&&' needs a shell"),
        ("dockerd (x", "'(' needs a shell"),
        ("dockerd 'a", "no closing quotation"),
        ("docker exec x dockerd", "it must start dockerd"),
        ("docker run -d daemon", "it must start dockerd"),
        ("docker ps daemon", "it must start dockerd"),
        ("mydockerd", "it must start dockerd"),
        ("sh dockerd", "it must start dockerd"),
        ("sh -c", "it must start dockerd"),
        ("sh -x dockerd", "it must start dockerd"),
        ("command -v dockerd", "it must start dockerd"),
    ],
)
def test_why_a_command_is_refused(line, reason):
    with pytest.raises(BadInput, match=f"--command: {re.escape(reason)}"):
        parse_dockerd_command(line)


def test_the_script_and_the_arguments():
    read = parse_dockerd_command("A='b c' /usr/bin/dockerd --label 'x y'")
    assert read.arguments == "--label 'x y'"
    assert read.script == (
        "#!/bin/sh\nrm -f /run/docker.sock\ncd /root\n"
        "exec env 'A=b c' /usr/bin/dockerd --label 'x y'\n"
    )
