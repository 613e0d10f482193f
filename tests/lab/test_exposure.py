"""How much of the daemon does each machine get? Each of them has tried; see provision/probe.py."""

ROOT = "that is root on the daemon machine"


def test_client(observation, case):
    assert_level(observation, "client", case.expect.client)


def test_outsider(observation, case):
    assert_level(observation, "outsider", case.expect.outsider)


def test_local_user(observation, case):
    assert_level(observation, "local-user", case.expect.local_user)


def assert_level(observation, who, expected):
    __tracebackhide__ = True
    exposure = observation.exposure[who]
    best = exposure.best
    assert exposure.level == expected, (
        f"{who} gets '{best.level}' through {best.target}"
        f"{f' ({ROOT})' if best.level == 'full-control' else ''},"
        f" {observation.case} expects '{expected}'.\n"
        f"What {who} tried:\n  " + "\n  ".join(map(str, exposure.ways)) + "\n"
        f"Listeners on daemon: {'; '.join(map(str, observation.daemon.listeners)) or 'none'}\n"
        "(another machine reaches :::2375 or 192.168.3.201:2375, never 127.0.0.1:2375)"
    )
