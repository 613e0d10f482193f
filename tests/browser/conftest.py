"""Chromium, reports in files, and pages that note everything that goes wrong on them."""

import os
import shutil
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import hostile
import pytest
from playwright.sync_api import sync_playwright
from recorded_reports import FEW, recorded_reports

from dockerd_lab.judge.verdict import ProjectReport
from dockerd_lab.report.html import project_html

#: A unit that systemd refuses, while the old daemon runs on.
REFUSED = "failures/dropin-without-clearing"
#: What Jenkins sends with every file of a build, by default; older and newer versions.
JENKINS = (
    "sandbox; default-src 'none'; img-src 'self'; style-src 'self';",
    "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';",
)


@dataclass
class Watched:
    """A page, and what a browser complained of or asked for while it was open."""

    page: object
    complaints: list = field(default_factory=list)
    requests: list = field(default_factory=list)

    def open(self, file, hash=""):
        self.page.goto(f"file://{file}{hash}")
        return self.page


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium")
    assert chromium, "Debian's package chromium: tests/browser/install.sh"
    # As root Chromium needs it; every page here is one of this repository's own.
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield made
        made.close()


@pytest.fixture
def watched(browser):
    """Make pages, of which nothing may complain."""
    made = []

    def make(width=1400, height=1000, theme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        page = context.new_page()
        one = Watched(page)
        page.on("console", lambda message: one.complaints.append(message.text))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (one.complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: one.requests.append(request.url))
        made.append((context, one))
        return one

    yield make
    for context, one in made:
        context.close()
        assert one.complaints == []


@pytest.fixture(scope="session")
def few():
    """Some configurations of which some fail, judged as a user's files."""
    return recorded_reports(FEW, by_policy=True)


@pytest.fixture(scope="session")
def pages(few, tmp_path_factory):
    """The files of reports: of a few configurations, of one, of all cases, and a hostile one."""
    directory = tmp_path_factory.mktemp("reports")
    texts = [hostile.everywhere(few[0], text) for text in hostile.TEXTS]
    named = [each.model_copy(update={"case": f"{n} {each.case}"}) for n, each in enumerate(texts)]
    named.append(few[1].model_copy(update={"case": hostile.NAME}))
    reports = {
        "few": few,
        "one": few[:1],
        "all": (every := recorded_reports()),
        "two hundred": every[:100],
        "four engines": [_on_more_engines(each) for each in recorded_reports((*FEW, REFUSED))],
        "hostile": ProjectReport(configurations=named).configurations,
    }
    files = {name: directory / f"{name}.html" for name in reports}
    for name, file in files.items():
        file.write_text(project_html(reports[name]), encoding="utf-8")
    return files


def _on_more_engines(report):
    """Return a report with the results of each engine once more, as another's."""
    names = {"debian-12": "debian-11", "debian-14": "debian-13"}
    others = [each.model_copy(update={"engine": names[each.engine]}) for each in report.results]
    return report.model_copy(update={"results": [*report.results, *others]})


@pytest.fixture(params=JENKINS, ids=["older", "newer"])
def jenkins(request, pages):
    """The address of the page on a few configurations, as Jenkins serves it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/few.html" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", request.param)
            self.end_headers()
            self.wfile.write(pages["few"].read_bytes())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/few.html"
        server.shutdown()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, which tests/browser/install.sh fetches."""
    file = Path(os.environ["AXE_CORE"])
    return file.read_text(encoding="utf-8")
