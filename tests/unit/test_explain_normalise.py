"""The many ways in which the same line is shown, made one text."""

import pytest

from dockerd_lab.explain.normalise import normalise, squash


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("a\rb\r\nc\r", "a b\nc "),
        ("\x1b[0;1mbold\x1b[m \x1b]0;title\x07x \x1b]8;;u\x1b\\y\x1bM", "bold x y"),
        ("a\x00b", "ab"),
        ("\\u0022a\\u00a0b\\u003c", '"a b<'),
        ("\\u001b \\ud83d", "\\u001b \\ud83d"),
        ('msg="a\\nb\\tc"', 'msg="a b c"'),
        ('"message": "a\\r\\nb"', '"message": "a b"'),
        ("'stderr': 'a\\nb'", "'stderr': 'a b'"),
        ('msg="C:\\\\new"', 'msg="C:\\\\new"'),
        ("no string\\nhere", "no string\\nhere"),
        ("<p>a</p><br/>b <code class=x>c</code> <unknown>", "ab c <unknown>"),
        ("&quot;a&apos;&amp;&lt;&gt;&nbsp;&#39;&#x27;&copy;", "\"a'&<> ''&copy;"),
        ("“a” ‘b’ «c» d–e—f −1 \u200bg", '"a" \'b\' "c" d-e-f -1 g'),
        ("ｆｕｌｌ：…", "full:..."),
        ("> a\n> > b\n >c", "a\nb\nc"),
        ("a > b", "a > b"),
    ],
)
def test_a_line_as_it_is_shown(shown, text):
    assert normalise(shown).replace("\u00a0", " ") == text


def test_squashed_text():
    assert squash("A 'b'\t\"c\"\n`d`\\e\x00\r\f\v") == "abcde"
