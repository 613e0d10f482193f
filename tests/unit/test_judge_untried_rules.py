"""Rules of a firewall that no trial shows to keep strangers out."""

import dataclasses

from observations import observation, opened

RULE = 'tcp dport 2375 meta hour "02:00"-"04:00" accept'


def test_a_rule_with_a_condition_that_was_not_tried_is_no_pass(judged):
    seen = dataclasses.replace(observation(), untried_rules=[RULE])
    result = judged({"etc/docker/daemon.json": {}}, seen)
    assert result.verdict == "incomplete"
    assert [each.name for each in result.not_judged] == ["firewall"]
    assert result.not_judged[0].message.endswith(RULE)


def test_it_says_nothing_new_where_an_outsider_gets_in_anyway(judged):
    seen = dataclasses.replace(opened(), untried_rules=[RULE])
    assert judged({"etc/docker/daemon.json": {}}, seen).not_judged == []
