"""The rules of lint: each finds its bad example and no other's, and nothing in its good one."""

import pytest
from linting import predictions, rules_of

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.lint.rule import load_rule, rule_ids

WITH_EXAMPLES = [rule for rule in rule_ids() if not load_rule(rule).no_example]


@pytest.mark.parametrize("rule_id", WITH_EXAMPLES)
def test_the_bad_example_is_found_by_this_rule_alone(rule_id):
    rule = load_rule(rule_id)
    for prediction in predictions(rule.bad):
        assert rules_of(prediction) == {rule_id, *rule.also}, prediction
        severities = {each.severity for each in prediction.findings if each.rule == rule_id}
        assert severities <= {rule.severity}


@pytest.mark.parametrize("rule_id", WITH_EXAMPLES)
def test_nothing_is_found_in_the_good_example(rule_id):
    for prediction in predictions(load_rule(rule_id).good):
        assert rules_of(prediction) == set(), prediction
        assert prediction.starts == "yes", prediction


@pytest.mark.parametrize("rule_id", rule_ids())
def test_each_rule_says_what_is_wrong_and_why_and_what_mends_it(rule_id):
    rule = load_rule(rule_id)
    assert all(map(str.strip, (rule.title, rule.why, rule.fix)))
    assert bool(rule.bad) == bool(rule.good) == (not rule.no_example)


def test_a_predicted_error_is_a_known_error_that_keeps_dockerd_from_starting():
    for rule_id in WITH_EXAMPLES:
        for prediction in predictions(load_rule(rule_id).bad):
            is_only_logged = rule_id == "socket-unit-bad-address"
            assert (prediction.starts == "no" or is_only_logged) == bool(prediction.errors), rule_id
            assert all(known_errors()[each].kind == "start" for each in prediction.errors)


def test_an_unknown_rule_is_refused():
    with pytest.raises(BadInput, match="no rule 'x'"):
        load_rule("x")
