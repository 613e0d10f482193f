"""A configuration that is no longer what its case says: the right suite fails, and names who.

Each change is small, of the kind that happens in life.
"""

import pytest

DROPIN = "rootfs/etc/systemd/system/docker.service.d/override.conf"


@pytest.fixture
def change(booted):
    """Change a file of a case in the checkout; it is put back when the test is over."""
    changed = []

    def replace(case, name, old, new):
        file = booted.root / "provision/methods" / case / name
        text = file.read_text() if file.exists() else None
        changed.append((file, text))
        assert old in (text or ""), f"{file} has no {old}"
        file.write_text((text or "").replace(old, new) if old else new)

    yield replace
    for file, text in changed:
        file.unlink() if text is None else file.write_text(text)


@pytest.mark.parametrize(
    ("case", "edit", "output"),
    [
        pytest.param(
            "tls-dropin",
            (DROPIN, "--tlsverify ", "--tls=true --tlsverify=false "),
            "outsider gets 'full-control' through tcp://192.168.3.201:2376"
            " (that is root on the daemon machine)",
            id="tlsverify-turned-off",
        ),
        pytest.param(
            "firewall-allow-list",
            ("rootfs/etc/nftables.conf", "        tcp dport { 2375, 2376 } drop\n", ""),
            "outsider gets 'full-control' through tcp://192.168.3.201:2375",
            id="rule-removed",
        ),
        pytest.param(
            "tls-daemon-json",
            ("rootfs/etc/docker/daemon.json", '2376"]', '2376", "tcp://127.0.0.1:2377"]'),
            "unexpected: ['tcp 127.0.0.1:2377 dockerd']",
            id="second-listener",
        ),
        pytest.param(
            "unix-default",
            ("restart.sh", "", "systemctl restart docker && chmod 0666 /run/docker.sock\n"),
            "local-user gets 'full-control' through unix:///run/docker.sock",
            id="socket-for-everybody",
        ),
    ],
)
def test_the_right_suite_fails(booted, change, case, edit, output):
    change(case, *edit)
    result = booted.pytest(
        "tests/lab/test_exposure.py", "tests/lab/test_listeners.py", "--case", case, limit=300
    )
    assert result.code == 1, result.output
    assert output in result.output
