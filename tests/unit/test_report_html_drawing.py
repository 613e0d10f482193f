"""The drawing in the HTML report: each pair that was reached is drawn, and none more."""

import pytest
from html_page import arrows, drawings, words_of_drawings
from recorded_reports import recorded_reports

from dockerd_lab.judge.verdict import AfterBoot, Proof, Report
from dockerd_lab.report.html import html, project_html
from dockerd_lab.report.html_drawing import drawing, listener_of

#: The levels at which an answer is the daemon's, or may be.
REACHED = ("read-only", "writes", "full-control", "unclear")


@pytest.fixture(scope="session")
def results():
    return [result for report in recorded_reports() for result in report.results]


@pytest.fixture(scope="module")
def pages():
    """A page on each recorded report."""
    return [html(report) for report in recorded_reports()]


@pytest.fixture(scope="module")
def svgs(pages):
    """The drawings of every recorded observation, in the order of `results`."""
    return [svg for page in pages for svg in drawings(page)]


def test_each_reached_pair_is_drawn_and_none_more(results, svgs):
    """The pairs are found here by the addresses of the targets, without the drawing's own code."""
    assert len(results) == len(svgs) > 300
    wrong, drawn = [], 0
    for result, svg in zip(results, svgs, strict=True):
        reached = {
            (proof.who, port_or_path(proof.target))
            for proof in result.proofs
            if proof.level in REACHED
        }
        heads = {
            (who, port_or_path(place)) for (who, place, _), head in arrows(svg).items() if head
        }
        drawn += len(heads)
        if heads != reached:
            wrong.append((result.engine, heads ^ reached))
    assert wrong == []
    assert drawn >= 250


def test_a_level_that_does_not_reach_the_daemon_has_no_head(results, svgs):
    for result, svg in zip(results, svgs, strict=True):
        for (who, _, level), head in arrows(svg).items():
            assert head == (level in REACHED)
            assert level in {proof.level for proof in result.proofs if proof.who == who}


def test_every_listener_is_drawn_once(results, svgs):
    for result, svg in zip(results, svgs, strict=True):
        groups = [g for g in svg.iter("g") if "listener" in g.get("class").split()]
        titles = [group.find("title").text for group in groups]
        assert {str(each) for each in result.listeners} <= set(titles)
        assert len(titles) == len(set(titles))


def test_the_words_below_a_drawing_say_the_same_as_its_arrows(pages, svgs):
    """Screen readers read them, and people see them on narrow screens."""
    words = [each for page in pages for each in words_of_drawings(page)]
    for svg, text in zip(svgs, words, strict=True):
        assert svg.get("aria-hidden") == "true"
        for (_, place, _), head in arrows(svg).items():
            assert f"{'reaches' if head else 'is stopped at'} {place}: " in text
        assert text.count(": ") == len(arrows(svg))


def test_who_is_drawn_is_who_was_tried(results, svgs):
    for result, svg in zip(results, svgs, strict=True):
        people = [g for g in svg.iter("g") if "person" in g.get("class").split()]
        assert len(people) == (3 if result.exposure.container is None else 4)


def test_where_a_firewall_was_seen_it_is_drawn(results, svgs):
    for result, svg in zip(results, svgs, strict=True):
        walls = [g for g in svg.iter("g") if g.get("class") == "firewall"]
        filtered = any(proof.level == "filtered" for proof in result.proofs)
        assert bool(walls) == filtered  # recordings leave the rules out


def test_a_target_without_a_listener_is_drawn_where_it_leads_to_the_daemon(results):
    """A port that the firewall forwards has no listener in netstat's output."""
    (result,) = [r for r in results if str(r.listeners) and r.exposure.client == "refused"][:1]
    proof = Proof(who="outsider", target="tcp://192.0.2.1:9", level="full-control", seconds=1)
    made = drawing(result.model_copy(update={"proofs": [*result.proofs, proof]}))
    assert ("outsider", "tcp://192.0.2.1:9") in {(a.who, a.place) for a in made.arrows}
    assert [each.process for each in made.listeners][-1] == "no listener"


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("tcp://192.0.2.1:1", "tcp 192.0.2.1:1"),
        ("tcp://127.0.0.1:1", "tcp 127.0.0.1:1"),
        ("tcp://[fd00::1]:2 from port 53", "tcp6 :::2"),
        ("unix:///run/docker.sock", "unix /var/run/docker.sock"),
        ("tcp 127.0.0.1:1 dockerd", "tcp 127.0.0.1:1"),
        ("ssh://a@192.0.2.1", None),
        ("tcp://192.0.2.1:3", None),
    ],
)
def test_a_target_leads_to_the_listener_with_its_address(results, target, place):
    template = results[0].listeners[0]
    made = [
        template.model_copy(update={"family": f, "host": h, "port": p, "path": path})
        for f, h, p, path in (
            ("tcp", "192.0.2.1", 1, None),
            ("tcp", "127.0.0.1", 1, None),
            ("tcp6", "::", 2, None),
            ("unix", None, None, "/var/run/docker.sock"),
        )
    ]
    made = [each.model_copy(update={"process": "dockerd"}) for each in made]
    found = listener_of(target, made)
    assert (str(found).removesuffix(" dockerd") if found else None) == place


def port_or_path(place):
    """The port of a target or listener, or the path of a unix socket; an ssh target as it is."""
    place = place.removeprefix("unix://").removeprefix("unix ").replace("/var/run/", "/run/")
    return place if place.startswith(("/", "ssh:")) else place.split()[-1].rpartition(":")[2]


def test_a_page_of_all_has_every_drawing(results):
    reports = [Report(case=str(n), results=[each]) for n, each in enumerate(results[:20])]
    assert len(drawings(project_html(reports))) == 20


def test_what_is_reached_after_a_boot_alone_has_a_drawing_of_its_own(results):
    closed, opened = (
        next(r for r in results if r.exposure.outsider == level)
        for level in ("refused", "full-control")
    )
    boot = AfterBoot(
        causes=["rc.local"],
        daemon="active",
        command=opened.command,
        hosts=opened.hosts,
        listeners=opened.listeners,
        exposure=opened.exposure,
        proofs=opened.proofs,
        seconds=1,
        differences=[],
    )
    worse = closed.model_copy(update={"after_boot": boot, "exposure": opened.exposure})
    text = html(Report(case="x", results=[worse]))
    first, second = drawings(text)
    alone = drawings(html(Report(case="x", results=[opened])))[0]
    assert "outsider" not in {who for (who, _, _), head in arrows(first).items() if head}
    assert arrows(second) == arrows(alone)
    people = [
        group.find("text[2]").text for group in first.iter("g") if "person" in group.get("class")
    ]
    assert "ROOT" not in people
    assert ", after a boot</h4>" in text
    assert text.count("after a boot</td>") == len(opened.proofs)
