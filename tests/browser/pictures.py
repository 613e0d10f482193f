"""Makes the pictures of docs/pictures: the terminal and the report, light and dark.

    tox -e pictures [-- RESULT.json]

RESULT.json is a file that `validate --json` or `report merge --json` wrote. Without one the
pictures are of what was recorded on real machines (tests/recorded).
"""

import io
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from recorded_reports import FEW, recorded_reports
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, DIMMED_MONOKAI
from rich.text import Text

from dockerd_lab.judge.verdict import ProjectReport, Report
from dockerd_lab.report.html import project_html
from dockerd_lab.report.verdict_terminal import verdict

DIRECTORY = Path(__file__).parents[2] / "docs/pictures"
#: The width of each picture of the whole report, and its height, in pixels.
SIZES = {360: 800, 800: 900, 1400: 1000}
COLOURS = 64
THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": DIMMED_MONOKAI}
TERMINAL_WIDTH = 86


def main(files: list[str]) -> None:
    """Write all pictures."""
    reports = read(Path(files[0])) if files else recorded_reports(FEW, by_policy=True)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        failed = next((each for each in reports if each.results[0].errors), reports[0])
        write_terminal(failed, theme)
    with tempfile.TemporaryDirectory() as directory:
        page = Path(directory) / "report.html"
        page.write_text(project_html(reports), encoding="utf-8")
        photograph(page)


def read(file: Path) -> list[Report]:
    """Return the reports of a result file."""
    data = json.loads(file.read_text(encoding="utf-8"))
    if "case" in data:
        return [Report.model_validate(data)]
    return ProjectReport.model_validate(data).configurations


def write_terminal(report: Report, theme: str) -> None:
    """Write what the terminal shows of a configuration, as SVG without a font from the network."""
    console = Console(
        record=True, width=TERMINAL_WIDTH, file=io.StringIO(), color_system="truecolor"
    )
    engines = " ".join(f"--engine {result.engine}" for result in report.results)
    console.print(Text(f"$ dockerd-lab validate {report.case} {engines}", style="bold"))
    console.print(Text.from_ansi(verdict(report, width=TERMINAL_WIDTH, colour=True)))
    svg = console.export_svg(title="dockerd-lab", theme=THEMES[theme], unique_id="terminal")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "ui-monospace, DejaVu Sans Mono")
    (DIRECTORY / f"terminal-{theme}.svg").write_text(svg, encoding="utf-8")


def photograph(file: Path) -> None:
    """Write the pictures of the report: its first screen at each width, and one trial."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme in THEMES:
            for width, height in SIZES.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height}, color_scheme=theme
                )
                page.goto(file.as_uri())
                save(page.screenshot(), f"report-{width}-{theme}")
                page.close()
            page = browser.new_page(viewport={"width": 1200, "height": 900}, color_scheme=theme)
            page.goto(file.as_uri())
            trial = page.locator("details.trial[open]").first
            trial.scroll_into_view_if_needed()
            save(trial.locator(".columns").screenshot(), f"trial-{theme}")
            page.close()
        browser.close()


def save(data: bytes, name: str) -> None:
    """Write a picture as PNG with few colours."""
    image = Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(DIRECTORY / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
