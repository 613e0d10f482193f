"""How much of the daemon does each machine get? Each of them has tried; see provision/probe.py."""


def test_client(assert_expected):
    assert_expected("client")


def test_outsider(assert_expected):
    assert_expected("outsider")


def test_local_user(assert_expected):
    assert_expected("local-user")


def test_container(assert_expected):
    assert_expected("container")
