"""nginx's configuration as a tree: words, quotes, includes and lines."""

from dockerd_lab.config.nginx_tree import MAIN, parse, split_dump


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
