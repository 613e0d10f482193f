"""Files that look as if they kept others out, and that nothing reads."""

import pytest
from observations import observation

LOADS = "[Service]\nExecStart=nft -f /etc/nftables-docker.conf\n"
RULES = "table inet a {\n  chain input { tcp dport 2375 drop }\n}\n"
LOADED = "/etc/nftables-docker.conf"


@pytest.mark.parametrize("name", ["hosts.allow", "hosts.deny"])
def test_files_of_libwrap(judged, name):
    (found,) = judged({f"etc/{name}": "dockerd: ALL\n"}, observation()).no_effect
    assert found.setting == name
    assert found.message == "dockerd does not read it: whom it denies is not kept out"
    assert found.where.endswith(f"etc/{name}")


@pytest.mark.parametrize("rules", [RULES, "*filter\n-A INPUT -j DROP\nCOMMIT\n"])
def test_rules_that_nothing_loads(judged, rules):
    (found,) = judged({LOADED[1:]: rules}, observation()).no_effect
    assert found.message == "nothing on the machine loads these rules"
    assert found.fix.endswith(f'include "{LOADED}"')


@pytest.mark.parametrize(
    "files",
    [
        {"etc/nftables.conf": RULES},
        {LOADED[1:]: RULES, "etc/nftables.conf": f'include "{LOADED}"\n'},
        {"etc/nftables.d/a.nft": RULES, "etc/nftables.conf": 'include "/etc/nftables.d/*.nft"\n'},
        {
            LOADED[1:]: RULES,
            "etc/systemd/system/f.service": LOADS,
        },
        {LOADED[1:]: "no rules\n"},
    ],
)
def test_rules_that_something_may_load(judged, files):
    assert judged(files, observation()).no_effect == []
