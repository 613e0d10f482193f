"""Files that look as if they kept others out, and that nothing reads."""

import pytest
from observations import observation

LOADS = "[Service]\nExecStart=nft -f /etc/nftables-docker.conf\n"
RULES = "table inet a {\n  chain input { tcp dport 2375 drop }\n}\n"
LOADED = "/etc/nftables-docker.conf"


@pytest.mark.parametrize("name", ["hosts.allow", "hosts.deny", "security/access.conf"])
def test_files_of_libwrap_and_pam(judged, name):
    (found,) = judged({f"etc/{name}": "dockerd: ALL\n"}, observation()).no_effect
    assert found.setting == name.rpartition("/")[2]
    assert found.message == "dockerd does not read it: whom it denies is not kept out"
    assert found.where.endswith(f"etc/{name}")


@pytest.mark.parametrize(
    "rules",
    [
        RULES,
        "*filter\n-A INPUT -j DROP\nCOMMIT\n",
        "add rule inet filter input tcp dport 2375 drop\n",
        "#!/bin/sh\niptables -A INPUT -p tcp --dport 2375 -j DROP\n",
        "#!/bin/sh\n/usr/sbin/nft add rule inet filter input tcp dport 2375 drop\n",
    ],
)
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
        {"etc/network/if-pre-up.d/firewall": "#!/bin/sh\niptables -A INPUT -j DROP\n"},
    ],
)
def test_rules_that_something_may_load(judged, files):
    assert judged(files, observation()).no_effect == []


UFW = {"etc/ufw/user.rules": "*filter\n-A ufw-user-input -p tcp --dport 2375 -j DROP\nCOMMIT\n"}


def test_a_ufw_that_is_off(judged):
    files = {**UFW, "etc/ufw/ufw.conf": "# x\nENABLED=no\n"}
    result = judged(files, observation())
    assert {each.setting for each in result.no_effect} == {"ufw.conf", "user.rules"}
    assert result.verdict == "passed"


@pytest.mark.parametrize("conf", [{}, {"etc/ufw/ufw.conf": "ENABLED=yes\n"}])
def test_a_ufw_that_may_run_is_not_judged(judged, conf):
    result = judged({**UFW, **conf}, observation())
    (found,) = result.not_judged
    assert found.message.startswith("ufw reads it, and is not on the lab's machines")
    assert (result.verdict, result.no_effect) == ("incomplete", [])


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("firewalld/zones/public.xml", "firewalld"),
        ("ferm/ferm.conf", "ferm"),
        ("firehol/firehol.conf", "FireHOL"),
        ("shorewall6/rules", "Shorewall"),
    ],
)
def test_a_firewall_that_the_lab_has_not_is_not_judged(judged, file, name):
    result = judged({f"etc/{file}": "x\n"}, observation())
    assert (result.verdict, result.no_effect) == ("incomplete", [])
    (entry,) = result.not_judged
    assert entry.message.startswith(f"{name} reads it, and is not on the lab's machines")
