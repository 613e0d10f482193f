"""systemd's words on docker.service, its process and its journal, as they are read."""

import json

from dockerd_lab.observe import daemon, journal, unit


def test_command_of_the_running_dockerd():
    assert (
        daemon._parse_command("    807 /usr/bin/dockerd -H fd://\n") == "/usr/bin/dockerd -H fd://"
    )
    assert daemon._parse_command("") is None


def entry(message, **fields):
    return json.dumps({"__REALTIME_TIMESTAMP": "1795530431845095", "MESSAGE": message, **fields})


def test_journal():
    text = "\n".join(
        [
            entry("Starting", SYSLOG_IDENTIFIER="systemd"),
            entry([104, 105, 255]),
            entry("x", MESSAGE_ID=journal.PROCESS_EXITED, EXIT_STATUS="1"),
        ]
    )
    first, second, third = journal.parse(text)
    assert str(first) == "Nov 24 14:27:11.845095 systemd: Starting"
    assert second.message == "hi\ufffd"
    assert (third.message_id, third.exit_status) == (journal.PROCESS_EXITED, "1")
    assert journal.parse("-- No entries --\n") == []


def test_unit():
    show = (
        "ActiveState=active\nSubState=running\nLoadState=loaded\nMainPID=807\n"
        "ExecMainStartTimestampMonotonic=1000000\nActiveEnterTimestampMonotonic=9500000\n"
        "\nActiveState=inactive\nLoadState=masked\n"
    )
    observed, socket = unit.parse(show)
    assert (socket.active_state, socket.load_state) == ("inactive", "masked")
    assert (observed.active_state, observed.sub_state, observed.main_pid) == (
        "active",
        "running",
        807,
    )
    assert observed.start_seconds == 8.5
    assert [each.main_pid for each in unit.parse("")] == [0, 0]
