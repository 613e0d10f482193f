"""ExecStart= of a unit that another file overrides."""

import pytest
from observations import observation
from prepared import UNIT_D


def test_an_execstart_that_another_file_overrides(judged):
    files = {
        f"{UNIT_D}/a.conf": "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --debug\n",
        f"{UNIT_D}/b.conf": "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n",
    }
    command = "/usr/bin/dockerd -H fd://"
    (setting,) = judged(files, observation(command=command)).no_effect
    assert setting.where.endswith("a.conf:3")
    assert setting.message == (
        f"this ExecStart= is overridden by another file; dockerd runs as {command}"
    )


def test_a_drop_in_may_take_the_place_of_the_input_s_own_unit(judged):
    files = {
        "etc/systemd/system/docker.service": "[Unit]\n[Service]\nExecStart=/usr/bin/dockerd --a\n",
        f"{UNIT_D}/b.conf": "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n",
    }
    assert judged(files, observation(command="/usr/bin/dockerd -H fd://")).no_effect == []


@pytest.mark.parametrize("flags", [" --debug", "", " %h", " x$Y"])  # `%h` may be anything
def test_an_execstart_alone_is_compared_with_the_command(judged, flags):
    files = {f"{UNIT_D}/x.conf": f"[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -D{flags}\n"}
    no_effect = judged(files, observation(command="/usr/bin/dockerd -D")).no_effect
    assert [each.setting for each in no_effect] == (["ExecStart"] if flags == " --debug" else [])


def test_an_execstart_that_another_file_repeats_is_overridden_all_the_same(judged):
    text = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -D\n"
    files = {f"{UNIT_D}/a.conf": text, f"{UNIT_D}/b.conf": text}
    (setting,) = judged(files, observation(command="/usr/bin/dockerd -D")).no_effect
    assert setting.where.endswith("a.conf:3")
