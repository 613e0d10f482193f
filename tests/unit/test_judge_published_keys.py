"""Public keys of ssh whose private keys are published."""

import pytest
from observations import observation

RSA = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEF"
    "HzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D"
    "8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZ"
    "EnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9W"
    "hQ== vagrant insecure public key\n"
)
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y x\n"
FILE = "home/deploy/.ssh/authorized_keys"


@pytest.mark.parametrize("key", [RSA, ED25519])
def test_a_key_of_vagrants(judged, key):
    (reason,) = judged({FILE: f"# us\n{key}"}, observation()).reasons
    assert reason.startswith("anybody logs in with Vagrant's insecure key")
    assert reason.endswith(f"{FILE}:2)")


@pytest.mark.parametrize("text", [f"# {RSA}", ED25519.replace("IN1Y", "IN2Y")])
def test_no_such_key(judged, text):
    assert judged({FILE: text}, observation()).reasons == []
