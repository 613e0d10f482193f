"""What the files ask for: hosts and flags, as units, variables and options have them."""

from prepared import UNIT_D, script


def test_flags_in_a_drop_in_and_in_options(ready):
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd \\\n  -H tcp://:2376 --tls=false\n"
    options = 'DOCKER_OPTS="--tlscacert=/etc/docker/ca.pem -H tcp://0.0.0.0:1234"\n'
    made = ready({f"{UNIT_D}/x.conf": drop_in, "etc/default/docker": options})
    assert [host.value for host in made.declared.hosts] == ["tcp://:2376", "tcp://0.0.0.0:1234"]
    assert made.declared.hosts[0].place.line == 3
    assert not made.declared.tls
    assert list(made.configuration.credentials.daemon) == ["/etc/docker/ca.pem"]


SOCKET_D = "etc/systemd/system/docker.socket.d"


def test_a_drop_in_of_the_socket_is_read(ready):
    drop_in = "[Socket]\nListenStream=\nListenStream=10.9.8.7:2375\n"
    made = ready({f"{SOCKET_D}/x.conf": drop_in})
    assert "ip address replace 10.9.8.7/32" in script(made)
    assert "docker.socket; do" in script(made, "restart.sh")
    assert "socket.socket" not in script(made, "restart.sh")


def test_options_that_a_drop_in_puts_into_the_packaged_command(ready):
    drop_in = '[Service]\nEnvironment="DOCKER_OPTS=-H 10.9.8.7:2376 --tlscert=/a/c --tlskey=/a/k"\n'
    made = ready({f"{UNIT_D}/x.conf": drop_in})
    assert [(host.value, host.place.line) for host in made.declared.hosts] == [("10.9.8.7:2376", 2)]
    assert set(made.configuration.credentials.daemon) == {"/a/c", "/a/k"}


def test_a_comment_in_etc_default_takes_nothing_back(ready):
    drop_in = "[Service]\nExecStart=\nExecStart=dockerd $DOCKER_OPTS\nEnvironment=DOCKER_OPTS=-D\n"
    made = ready({f"{UNIT_D}/x.conf": drop_in, "etc/default/docker": "#DOCKER_OPTS=\n"})
    assert made.declared.commands[0].value == "dockerd -D"


def test_of_several_options_in_etc_default_the_last_count(ready):
    text = 'DOCKER_OPTS="-H 10.9.8.7:1"\nDOCKER_OPTS=\'-H :2 --label "a=b"\'\n'
    made = ready({"etc/default/docker": text})
    assert [each.value for each in made.declared.options] == ["-H :2 --label a=b"]
    assert "ip address" not in script(made)


def test_what_a_shell_makes_of_a_host_is_not_known(ready):
    start = "ExecStart=/bin/sh -c 'exec dockerd -H tcp://$(hostname -i):2375'"
    made = ready({f"{UNIT_D}/x.conf": f"[Service]\nExecStart=\n{start}\n"})
    assert made.stand_in_notes == ()
    assert "/etc/hosts" not in script(made)


def test_a_byte_order_mark_hides_no_section(ready):
    made = ready(
        {f"{UNIT_D}/x.conf": "\ufeff[Service]\r\nExecStart=\r\nExecStart=dockerd -H :1\r\n"}
    )
    assert [host.value for host in made.declared.hosts] == [":1"]


def test_options_over_several_lines(ready):
    made = ready({"etc/default/docker": 'DOCKER_OPTS="-D \\\n  -H tcp://0.0.0.0:1"\n'})
    assert [host.value for host in made.declared.hosts] == ["tcp://0.0.0.0:1"]


def test_no_shell_expands_a_home_within_a_flag(ready):
    made = ready({}, command="dockerd --tlsverify --tlscacert=~/.docker/ca.pem")
    assert made.configuration.credentials.daemon == {}
