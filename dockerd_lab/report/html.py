"""Renders reports as one HTML file: no network, readable without JavaScript and without CSS."""

import base64
import functools
import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files

import jinja2
from markupsafe import Markup

from dockerd_lab.judge.verdict import Report
from dockerd_lab.report import html_drawing, html_view, html_words
from dockerd_lab.report.html_excerpts import MAX_LINE_LENGTH
from dockerd_lab.report.html_text import cut, shortened, visible_report


def html(report: Report) -> str:
    """Return the HTML page on a configuration."""
    return project_html([report])


def project_html(reports: Sequence[Report]) -> str:
    """Return the HTML page on several configurations."""
    style, script = _own_file("report.css"), _own_file("report.js")
    return (
        _environment()
        .get_template("report.html")
        .render(
            page=html_view.page([visible_report(report) for report in reports]),
            # The two files of this package, and nothing of a report, go in as they are.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            style_hash=_hash(style),
            script_hash=_hash(script),
            draw=html_drawing,
            words=html_words,
            is_for=html_view.is_for,
            version=version("dockerd-lab"),
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    """Return Jinja's environment: everything is escaped, and what is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dockerd_lab.report"),
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cut"] = lambda text, limit=MAX_LINE_LENGTH: cut(text, limit)
    environment.filters["short"] = shortened
    return environment


def _finalize(value: object) -> object:
    """Return a value as the page has it: a text without markup is cut where it is endless."""
    return cut(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _own_file(name: str) -> str:
    return (files("dockerd_lab.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a Content-Security-Policy allows an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
