"""How many labs `-n auto --dist loadgroup` runs at once."""

from types import SimpleNamespace

import pytest

from dockerd_lab.suites import parallel

GIB = 1 << 30


@pytest.mark.parametrize(
    ("cores", "free", "labs"),
    [(2, 16 * GIB, 2), (16, 64 * GIB, 2), (1, 16 * GIB, 1), (2, 8 * GIB - 1, 1), (2, GIB, 0)],
)
def test_cores_and_free_memory_decide(cores, free, labs):
    assert parallel.labs_that_fit(cores, free) == labs


@pytest.fixture
def labs(monkeypatch):
    """Return the number of labs for some options, on a computer with room for two."""
    monkeypatch.setattr(parallel, "labs_that_fit", lambda cores, free: 2)

    def number(cases=(), *, keep=False, capture="fd"):
        values = {"lab_case": list(cases), "lab_keep": keep, "capture": capture}
        return parallel.labs_at_once(SimpleNamespace(getoption=values.__getitem__))

    return number


def test_two_are_told(labs, capsys):
    assert labs() == 2
    assert "lab: 2 labs at a time; -n 0 runs one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ({"keep": True}, 0),
        ({"capture": "no"}, 0),
        ({"cases": ["methods/unix-only"]}, 0),
        ({"cases": ["methods/*"]}, 2),
        ({"cases": ["a", "b"]}, 2),
    ],
)
def test_one_lab_where_somebody_looks_at_it_or_for_a_single_case(labs, options, number):
    assert labs(**options) == number


def test_memory_is_read_from_linux(monkeypatch, tmp_path):
    file = tmp_path / "meminfo"
    monkeypatch.setattr(parallel, "MEMORY", file)
    assert parallel.free_memory() == 0
    file.write_text("MemTotal: 10 kB\nMemAvailable:   2048 kB\nSwap: 0 kB\n")
    assert parallel.free_memory() == 2048 * 1024
