"""AppArmor profiles that confine nothing."""

import pytest
from observations import observation

PROFILE = "abi <abi/3.0>,\n\nprofile docker-locked flags=(complain) {\n  deny network,\n}\n"
FILE = "etc/apparmor.d/docker-locked"


def unused(judged, files):
    return [each for each in judged(files, observation()).no_effect if "profile" in each.message]


def test_a_profile_that_nothing_names(judged):
    (found,) = unused(judged, {FILE: PROFILE})
    assert found.setting == "docker-locked"
    assert found.where.endswith(f"{FILE}:3")


@pytest.mark.parametrize(
    "files",
    [
        {FILE: PROFILE.replace("docker-locked", "docker-locked /usr/sbin/dockerd")},
        {FILE: PROFILE.replace("profile docker-locked", "/usr/sbin/dockerd")},
        {FILE: PROFILE.replace("docker-locked", "docker-default")},
        {
            FILE: PROFILE,
            "etc/systemd/system/docker.service.d/a.conf": "[Service]\n"
            "AppArmorProfile=docker-locked\n",
        },
        {"etc/apparmor.d/abstractions/docker-locked": PROFILE},
    ],
)
def test_a_profile_that_may_be_used(judged, files):
    assert unused(judged, files) == []
