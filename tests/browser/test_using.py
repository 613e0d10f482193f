"""Filters, sorting, deep links, the back button and the keyboard, as a person uses them."""

import re

import hostile
import pytest


def names(page):
    return page.locator("#grid tbody tr:not([hidden]) th").all_inner_texts()


def address(page):
    """The address that the page itself has: Playwright hears of it a moment later."""
    return page.evaluate("location.href")


def sections(page):
    return page.locator(".configuration:not([hidden]) h3").count()


def test_a_filter_is_in_the_address_and_the_back_button_undoes_it(watched, pages):
    page = watched().open(pages["few"])
    page.get_by_label("Verdict").select_option("failed")
    assert len(names(page)) == sections(page) == 3
    assert address(page).endswith("#?verdict=failed")
    page.get_by_label("Open to").select_option("outsider")
    assert names(page) == ["systemd-dropin"]
    page.go_back()
    assert len(names(page)) == 3
    page.go_back()
    assert len(names(page)) == sections(page) == 7
    page.go_forward()
    assert page.get_by_label("Verdict").input_value() == "failed"
    assert len(names(page)) == 3


def test_an_address_with_filters_shows_the_same_to_somebody_else(watched, pages):
    page = watched().open(pages["few"], "#?q=conflict&daemon=failed&sort=-name")
    assert names(page) == ["hosts-in-file-stock-unit"]
    assert page.get_by_label("Search").input_value() == "conflict"
    assert page.locator("output").inner_text() == "1 of 7 shown"
    page.get_by_role("button", name="Clear").click()
    assert len(names(page)) == 7
    assert "?" not in address(page)


def test_search_finds_names_errors_and_lines_of_the_log(watched, pages):
    page = watched().open(pages["few"])
    for text, expected in (
        ("nginx", "nginx-mtls"),
        ("flag conflict", "hosts-in-file-stock-unit"),
        ("deploy@192", "ssh"),
    ):
        page.get_by_label("Search").fill(text)
        assert expected in names(page)
        assert len(names(page)) < 7
    page.get_by_label("Search").fill("no such thing")
    assert names(page) == []
    assert page.get_by_text("Nothing matches these filters.").is_visible()


def test_the_matrix_is_sorted_by_name_and_by_an_engine(watched, pages):
    page = watched().open(pages["few"])
    first = names(page)
    page.get_by_role("button", name="configuration").click()
    assert names(page) == sorted(first)
    assert page.locator("th[aria-sort=ascending]").inner_text() == "configuration"
    page.get_by_role("button", name="configuration").click()
    assert names(page) == sorted(first, reverse=True)
    page.get_by_role("button", name=re.compile("debian-14")).click()
    assert names(page)[0] == "systemd-dropin"
    page.go_back()
    assert names(page) == sorted(first, reverse=True)


def test_a_link_to_a_trial_opens_it_in_view(watched, pages):
    page = watched().open(pages["few"], "#ssh.debian-14")
    trial = page.locator('[id="ssh.debian-14"]')
    assert trial.get_attribute("open") is not None
    assert 0 <= trial.bounding_box()["y"] < 900
    assert page.evaluate("document.activeElement.closest('details').id") == "ssh.debian-14"


def test_a_cell_of_the_matrix_leads_to_its_trial_and_back(watched, pages):
    page = watched().open(pages["few"], "#?q=ssh")
    page.locator("#grid a.cell").nth(1).click()
    page.wait_for_timeout(50)
    trial = page.locator("details.trial:focus-within")
    assert trial.get_attribute("open") is not None
    assert "q=ssh" in address(page)
    assert "at=" in address(page)
    page.go_back()
    assert address(page).endswith("#?q=ssh")


def test_a_link_to_what_a_filter_hides_shows_it(watched, pages):
    page = watched().open(pages["few"], "#?verdict=failed&at=ssh.debian-12")
    assert page.locator('[id="ssh.debian-12"]').is_visible()


def test_with_the_keyboard_alone(watched, pages):
    page = watched().open(pages["few"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the matrix"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "matrix"
    page.keyboard.press("/")
    page.keyboard.type("deploy@192")
    assert names(page) == ["ssh"]
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('details').id") == "ssh.debian-12"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('details').id") == "ssh.debian-14"
    page.keyboard.press("Enter")  # the summary has the focus, and closes it
    assert page.locator('[id="ssh.debian-14"]').get_attribute("open") is None
    page.keyboard.press("k")
    assert address(page).endswith("#?q=deploy%40192&at=ssh.debian-12")
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.id") == "matrix"


def test_every_control_is_reached_by_the_tabulator_and_shows_it(watched, pages):
    page = watched().open(pages["one"])
    found = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        found.add(
            page.evaluate(
                "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
                " return `${e.tagName} ${s.outlineStyle !== 'none'}`; })()"
            )
        )
    assert {"INPUT true", "SELECT true", "BUTTON true", "SUMMARY true", "A true"} <= found
    assert not [each for each in found if each.endswith("false") and not each.startswith("BODY")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shown", [("few", 1400), ("few", 360), ("one", 800)])
def test_axe_finds_nothing(watched, pages, axe, shown, theme):
    name, width = shown
    page = watched(width=width, theme=theme, bypass_csp=True).open(pages[name])
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    wrong = [
        (each["id"], [n["html"][:200] for n in each["nodes"][:3]]) for each in found["violations"]
    ]
    assert wrong == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize(
    "hash",
    [
        "#?q=<img src=x onerror=alert(1)>&sort=constructor&verdict=<script>&at=__proto__",
        '#"><img src=x onerror=alert(1)>',
        "#%E0%A4%A",
        "#?at=%00&engine=%F0",
        "#?q=" + "a" * 100_000,
    ],
)
def test_a_hostile_address_does_nothing(watched, pages, hash):
    page = watched().open(pages["few"], hash)
    page.wait_for_timeout(50)
    assert page.locator("img, body script ~ script").count() == 0


def test_hostile_texts_are_shown_and_do_nothing(watched, pages):
    one = watched()
    page = one.open(pages["hostile"])
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.wait_for_timeout(200)
    assert page.locator("img, iframe, object, embed, base, link, svg script").count() == 0
    assert page.locator("script").count() == page.locator("style").count() == 1
    assert hostile.NAME in page.locator("body").inner_text()
    for text in hostile.TEXTS:
        page.get_by_label("Search").fill(text.split()[0])
        assert names(page) != []
    page.get_by_label("Search").fill(hostile.NAME)
    assert hostile.NAME in names(page)
