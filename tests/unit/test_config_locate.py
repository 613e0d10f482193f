"""The place in a configuration that a message is about."""

import pytest

from dockerd_lab.config.declared import read_config
from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.config.locate import locate
from dockerd_lab.config.value import Place

DAEMON_JSON = "/etc/docker/daemon.json"
DROP_IN = "/etc/systemd/system/docker.service.d/x.conf"
TEXTS = {
    DAEMON_JSON: '{\n "debug": true,\n "hosts": [\n  "tcp://10.1.2.3:2375"\n ],\n'
    ' "tlscert": "/a/cert.pem",\n "bip": 5\n}',
    DROP_IN: "[Service]\n# -H :2399 /a/cert.pem\n ; :2399\nExecStart=a\nExecStart=b :2399\n",
}
TWO = "Service has more than one ExecStart= setting"


@pytest.mark.parametrize(
    ("message", "place"),
    [
        (TWO, Place(DROP_IN, 5)),
        ("hosts: (from flag: [fd://], from file: [x])", Place(DAEMON_JSON, 3)),
        ("invalid configuration option: debug", Place(DAEMON_JSON, 2)),
        ("cannot unmarshal number into Go struct field Config.bip of type", Place(DAEMON_JSON, 7)),
        ("into Go struct field Config.CommonConfig.bip of type string", Place(DAEMON_JSON, 7)),
        ("configuration option: missing", Place(DAEMON_JSON)),
        ("listen tcp 10.1.2.3:2375: bind: no", Place(DAEMON_JSON, 4)),
        ("listen tcp :2399: bind: no", Place(DROP_IN, 5)),
        (f"open /a/cert.pem, see {DAEMON_JSON}", Place(DAEMON_JSON, 6)),
        ("listen tcp :2400: bind: no", None),
        (f"{DAEMON_JSON} is fine", None),
    ],
)
def test_the_place_of_a_message(message, place):
    assert locate(message, read_config(TEXTS)) == place


def test_a_file_that_is_no_json():
    message = f"unable to configure the daemon with file {DAEMON_JSON}: invalid character"
    broken = {DAEMON_JSON: '{\n "a": 1,\n}'}
    assert locate(message, read_config(broken)) == Place(DAEMON_JSON, 3)
    assert locate(message, read_config({DAEMON_JSON: ""})) is None
    assert locate("something else", read_config(broken)) is None


def test_the_longest_name_counts():
    texts = {"/a": "port :2375\n", "/b": "10.1.2.3:2375\n"}
    assert locate("10.1.2.3:2375 and :2375", read_config(texts)) == Place("/b", 1)


def test_no_unit_and_a_command_that_was_typed():
    by_hand = parse_dockerd_command("dockerd -H tcp://10.1.2.3:2375")
    assert locate(TWO, read_config({})) is None
    assert locate("listen tcp 10.1.2.3:2375", read_config({}, by_hand)) == Place("--command")
    assert locate("listen tcp 10.1.2.4:2375", read_config({}, by_hand)) is None
