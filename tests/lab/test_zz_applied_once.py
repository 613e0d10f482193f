"""Was every case applied once for all suites?"""

# test_vagrant restores the machines: what would go on from these is applied again.
RESTORED = ["daemon-json-loopback-rebooted", "hosts-in-file-stock-unit-fixed"]


def test_each_case_was_applied_once(fleet, applications):
    more_than_once = {subject: times for subject, times in applications.items() if times != 1}
    assert applications, "no case was applied"
    assert not more_than_once


def test_a_fix_and_a_reboot_go_on_from_what_was_applied(fleet, applications):
    again = [
        subject
        for subject in applications
        if subject.endswith(("-fixed", "-rebooted")) and not subject.endswith(tuple(RESTORED))
    ]
    assert not again
