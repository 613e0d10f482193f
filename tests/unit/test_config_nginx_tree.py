"""nginx's configuration as a tree: words, quotes, includes and lines."""

import pytest

from dockerd_lab.config.nginx_tree import MAIN, parse, parse_file, split_dump
from dockerd_lab.config.not_read import NotRead


def test_words_quotes_and_comments():
    text = (
        "# no { directive\n"
        "map $a $b {\n"
        '  "~/_ping" off;  # } a comment\n'
        "  default   'a;b';\n"
        "}\n"
        'location ~ "^/a{2}/\\d" { return 200 "${x}y"; }\n'
    )
    mapped, location = parse({MAIN: text}).block
    assert [(line.name, line.arguments, line.line) for line in mapped.block] == [
        ("~/_ping", ("off",), 3),
        ("default", ("a;b",), 4),
    ]
    assert location.arguments == ("~", "^/a{2}/\\d")
    assert location.block[0].arguments == ("200", "${x}y")


def test_includes_stand_in_their_places():
    dump = (
        f"# configuration file {MAIN}:\nhttp {{\n include sites/*;\n listen 1;\n}}\n\n"
        "# configuration file /etc/nginx/sites/a:\n\nserver { }\n"
    )
    (http,) = parse(split_dump(dump)).block
    assert [(node.name, node.file, node.line) for node in http.block] == [
        ("server", "/etc/nginx/sites/a", 2),
        ("listen", MAIN, 3),
    ]


def test_a_file_that_includes_itself_ends():
    assert parse({MAIN: "include nginx.conf;"}).block == ()


def test_without_nginx_there_is_nothing():
    assert parse(split_dump("")).block == ()


def test_one_file_keeps_its_includes():
    (http,) = parse_file("/x", "http {\n  include a/*;\n}\n", strict=True).block
    assert [(node.name, node.value, node.line) for node in http.block] == [("include", "a/*", 2)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a 1;\n}", "line 2: }"),
        ("a {\n b\n}", "line 3: }"),
        ("a 1;\n;", "line 2: ;"),
        ("\n{ }", "line 2: {"),
        ("a {\n b;\n", "its end"),
        ("a 1", "its end"),
        ("a 1;\nb 'x;\n", "line 2: quotes"),
        ('a 1;\nb "x"y;\n', "line 2: quotes"),
        ("a\n\\", r"line 2: \\"),
    ],
)
def test_what_nginx_would_not_read_has_its_line(text, where):
    with pytest.raises(NotRead, match=where):
        parse_file("/x", text, strict=True)
    parse_file("/x", text)


def test_what_nginx_reads_is_read():
    text = r"""location ~ "\.(a|b)$" { if ($a = '\'') { return 200 "}"; } # ' }
    set $b "x#y\"\r\d"; }"""
    (location,) = parse_file("/x", text, strict=True).block
    assert [node.arguments for node in location.all()] == [
        ("($a", "=", "'", ")"),
        ("200", "}"),
        ("$b", 'x#y"\r\\d'),
    ]


def test_blocks_may_lie_in_each_other_however_deep():
    deep = "a {" * 1500
    with pytest.raises(NotRead, match=r"line 1: \{"):
        parse_file("/x", deep, strict=True)
    assert parse_file("/x", deep).block
    itself = "a {" * 20 + f"include {MAIN};" + "}" * 20
    assert parse({MAIN: itself}).block
