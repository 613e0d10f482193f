"""A text that comes in pieces, cut into blocks of numbered lines."""

from dockerd_lab.explain.blocks import MAX_LINE, OVERLAP, OVERLAP_LINES, SIZE, blocks

LINE = "a line of some forty characters, or so..\n"


def test_a_block_repeats_the_last_lines_of_the_one_before():
    count = SIZE // len(LINE) + 10
    first, second = blocks([LINE * count, "the end"])
    assert first.numbers == list(range(1, count + 1))
    assert second.numbers[:OVERLAP_LINES] == first.numbers[-OVERLAP_LINES:]
    assert second.numbers[OVERLAP_LINES:] == [count + 1]
    assert (first.lines[0], second.lines[-1]) == (LINE.rstrip("\n"), "the end")


def test_a_long_line_is_cut_into_parts_that_overlap():
    (short,) = blocks(["x" * MAX_LINE])
    assert (short.numbers, len(short.lines[0])) == ([1], MAX_LINE)
    text = "".join(chr(ord("a") + number % 26) for number in range(2 * MAX_LINE))
    (block,) = blocks([f"{text}\nnext"])
    assert block.numbers == [1, 1, 1, 2]
    assert max(map(len, block.lines)) == MAX_LINE
    assert block.lines[0][-OVERLAP:] == block.lines[1][:OVERLAP]
    assert block.lines[0] + block.lines[1][OVERLAP:] + block.lines[2][OVERLAP:] == text


def test_a_line_without_end_goes_on_in_the_next_block_with_its_number():
    first, second = blocks(["x" * SIZE, "yz\nlast"])
    assert set(first.numbers) == {1}
    assert second.lines[-1] == "last"
    assert second.numbers[-1] == 2
    assert second.lines[-2].endswith("x" * OVERLAP + "yz")


def test_no_text_is_one_empty_line():
    assert [(block.lines, block.numbers) for block in blocks([])] == [([""], [1])]
    assert [block.numbers for block in blocks(["one\n"])] == [[1]]
