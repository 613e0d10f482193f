import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerd_lab.errors import BadInput
from dockerd_lab.yamlfile import YamlModel, load


class Inner(YamlModel):
    port: int


class Outer(YamlModel):
    name: str
    inner: Inner


def refusal(tmp_path, text):
    file = tmp_path / "x.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput) as caught:
        load(file, Outer)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(file), "FILE")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{name: a, inner: {port: 1, prot: 2}}",
            "FILE:1: inner.prot: unknown key; known here: port",
        ),
        ("{nam: a, inner: {port: 1}}", "FILE: name: missing"),
        ("{name: a, inner: {port: x}}", "FILE:1: inner.port: input should be a valid integer"),
        ("name: a\ninner:\n  port: x\n", "FILE:3: inner.port: input should be a valid integer"),
        ("name: a\ninner:\n  prt: 1\n", "FILE:2: inner.port: missing"),
        (
            "name: a\ninner: {port: 1}\nname: b",
            'FILE: not YAML: name is there twice in "x.yaml", line 3',
        ),
        ("{name: a, inner: {port: 1, x: [{b: 1, b: 2}]}}", "FILE: not YAML: b is there twice"),
        ("name: &a [*a]\ninner: {port: 1}", "FILE:1: name: input should be a valid string"),
        ("{name: &a [1, 1], inner: [*a, *a]}", "FILE:1: inner: input should be a valid dictionary"),
        ("", "FILE: expected a mapping of keys to values, found nothing"),
        ("[1]", "FILE: expected a mapping of keys to values, found a list"),
        ("name: [", "FILE: not YAML: "),
        ("name: 2024-13-45", "FILE: not YAML: month must be in 1..12"),
        pytest.param("{" * 5000, "FILE: not YAML: ", id="deep"),
        (b"name: \xff", "FILE: not UTF-8 text: invalid start byte at byte 6"),
    ],
)
def test_refusals_name_file_line_key_and_reason(tmp_path, text, message):
    assert message in refusal(tmp_path, text)


def test_a_long_value_is_not_repeated_whole(tmp_path):
    assert len(refusal(tmp_path, f"{{name: [{'x, ' * 10_000}], inner: {{port: 1}}}}")) < 300


def test_a_missing_file_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.yaml", Outer)


def test_what_is_right_is_read(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("{name: a, inner: {port: 1}}")
    assert load(file, Outer) == Outer(name="a", inner=Inner(port=1))


@given(st.binary(max_size=200))
def test_whatever_the_file_holds_it_is_read_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("any") / "x.yaml"
    file.write_bytes(content)
    try:
        load(file, Outer)
    except BadInput as error:
        assert str(file) in str(error)  # noqa: PT017


def test_what_is_merged_may_be_written_over(tmp_path):
    (tmp_path / "x.yaml").write_text(
        "{name: a, inner: {<<: &b {<<: &a {port: 1}, port: 2}, port: 3}}"
    )
    assert load(tmp_path / "x.yaml", Outer).inner.port == 3
