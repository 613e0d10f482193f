"""Was every case applied once for all suites?"""


def test_each_case_was_applied_once(fleet, applications):
    more_than_once = {subject: times for subject, times in applications.items() if times != 1}
    assert applications, "no case was applied"
    assert not more_than_once
