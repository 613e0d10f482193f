"""Who listens, in netstat's own words? An unexpected listener is a failure too."""


def test_exactly_the_declared_listeners(assert_expected):
    assert_expected("listeners")
