"""Who listens, in netstat's own words? An unexpected listener is a failure too."""


def test_exactly_the_declared_listeners(observation, case):
    seen = [str(listener) for listener in observation.daemon.listeners]
    expected = sorted(case.expect.listeners)
    missing = [line for line in expected if line not in seen]
    unexpected = [line for line in seen if line not in expected]
    assert seen == expected, (
        f"listeners on daemon are not those of {case.directory / 'case.yaml'}:\n"
        f"  missing:    {missing or 'none'}\n"
        f"  unexpected: {unexpected or 'none'}\n"
        f"dockerd was told to listen on {observation.daemon.hosts}.\n"
        "127.0.0.1 is reached from daemon itself only; 0.0.0.0 shows as :::2375 in netstat, "
        "and program init is systemd's socket activation"
    )
