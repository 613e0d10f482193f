"""Rules of firewalls as a tree: words, blocks, sets and lines."""

import pytest

from dockerd_lab.config.firewall_tree import parse
from dockerd_lab.config.not_read import NotRead

RULES = """\
# Generated { by hand
table inet t {
  set doors { type inet_service; elements = { 22,
    2375 } }
  chain c {  # the only } one
    type filter hook input priority 0; policy drop;

    tcp dport { 22, 80 } log prefix "a; # b" accept
  }
}
*filter
-A INPUT -m comment --comment "a \\" {" -j DROP
COMMIT"""


def test_words_blocks_and_lines():
    table, *of_iptables = parse(RULES, strict=True)
    doors, chain = table.block
    assert (table.text, table.line) == ("table inet t", 2)
    assert [(each.text, each.line) for each in doors.block] == [
        ("type inet_service", 3),
        ("elements = { 22, 2375 }", 3),
    ]
    assert [(each.text, each.line) for each in chain.block] == [
        ("type filter hook input priority 0", 6),
        ("policy drop", 6),
        ('tcp dport { 22, 80 } log prefix "a; # b" accept', 8),
    ]
    assert [(each.words[-3:], each.line) for each in of_iptables] == [
        (("*filter",), 11),
        (('"a \\" {"', "-j", "DROP"), 12),
        (("COMMIT",), 13),
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("table ip t {\n}\n}", "line 3: a closing brace"),
        ("table ip t {\n chain c {\n drop\n }", "an opening brace"),
        ("table ip t {\n chain c {\n tcp dport { 22\n", "line 3: an opening brace"),
        ('a\nlog prefix "x', "line 2: quotes"),
        ("-A INPUT --comment 'x", "line 1: quotes"),
    ],
)
def test_what_does_not_match_has_its_line(text, where):
    with pytest.raises(NotRead, match=where):
        parse(text, strict=True)
    parse(text)
