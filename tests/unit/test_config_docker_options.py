"""DOCKER_OPTS, which Debian's docker.service passes on."""

import pytest

from dockerd_lab.config.docker_options import docker_options, options_of_environment
from dockerd_lab.config.value import Place, Value

DEFAULTS = "/etc/default/docker"
DROP_IN = "/etc/systemd/system/docker.service.d/x.conf"


@pytest.mark.parametrize(
    ("text", "value", "line"),
    [
        ('DOCKER_OPTS="-D"\n', "-D", 1),
        ("# DOCKER_OPTS=-A\n\n export DOCKER_OPTS='-D -H :1' # it\n", "-D -H :1", 3),
        ("DOCKER_OPTS=-A\nDOCKER_OPTS=-B\n", "-B", 2),
        ('DOCKER_OPTS="-A \\\n  -B"\n', "-A -B", 1),
        ("DOCKER_OPTS=-H :1 --label=\"'a b'\"\n", "-H :1 --label=a b", 1),
        ('DOCKER_OPTS="-A\n', '"-A', 1),
        ("\tDOCKER_OPTS=\n", "", 1),
    ],
)
def test_the_last_one_in_etc_default_counts(text, value, line):
    assert docker_options({DEFAULTS: text}) == (Value(value, Place(DEFAULTS, line)),)


@pytest.mark.parametrize("text", ["", "#DOCKER_OPTS=-D\n", "MY_DOCKER_OPTS=-D\n"])
def test_none_in_etc_default(text):
    assert docker_options({DEFAULTS: text}) == ()
    assert docker_options({"/etc/other": "DOCKER_OPTS=-D\n"}) == ()


def test_of_a_drop_in():
    text = "[Service]\nEnvironment=A=b\nEnvironment=DOCKER_OPTS=-D\n"
    assert options_of_environment({DROP_IN: text}) == (Value("-D", Place(DROP_IN, 3)),)
    assert options_of_environment({DROP_IN: "[Service]\nEnvironment=A=b\n"}) == ()
    assert options_of_environment({}) == ()


def test_of_a_file_that_a_drop_in_names():
    texts = {
        DROP_IN: "[Service]\nEnvironmentFile=/etc/a\nEnvironmentFile=-/etc/b\n",
        "/etc/a": "A=b\n",
        "/etc/b": "A=c\n\nDOCKER_OPTS='-D -H :1'\n",
    }
    assert options_of_environment(texts) == (Value("-D -H :1", Place("/etc/b", 3)),)
