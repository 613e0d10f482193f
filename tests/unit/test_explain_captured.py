"""The matcher, on what the machines printed when each failure was brought about there."""

import messages

from dockerd_lab.explain.matcher import explain

#: The id of the error and the lines, by engine and case.
CAPTURED = {
    f"{engine}-{case}": (capture["error"], capture["lines"])
    for engine, captures in messages.CAPTURED.items()
    for case, capture in captures.items()
}


def ids(lines):
    return [finding.id for finding in explain(lines)]


def test_it_is_explained_in_either_order():
    wrong = {}
    for name, (error, lines) in CAPTURED.items():
        orders = {"as printed": lines}
        if not any(line.startswith("$ ") for line in lines):  # what was typed has one order
            orders["journalctl -r"] = lines[::-1]
        for order, ordered in orders.items():
            if (first := ids(ordered)[:1]) != [error]:
                wrong[name, order] = first
    assert CAPTURED
    assert wrong == {}


def test_beside_other_lines_too():
    around = ["Nov 24 12:00:00 h systemd[1]: Starting cron.service.", "all is well"]
    wrong = {}
    for name, (error, lines) in CAPTURED.items():
        if (first := ids([*around, *lines, *around])[:1]) != [error]:
            wrong[name] = first
    assert wrong == {}
