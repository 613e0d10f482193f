"""Renders reports as one HTML file: no network, readable without JavaScript and without CSS."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files

from dockerd_lab.judge.verdict import Report


def html(report: Report) -> str:
    """Return the HTML page on a configuration."""
    return project_html([report])


def project_html(reports: Sequence[Report]) -> str:
    """Return the HTML page on several configurations."""
    # Jinja takes as long to load as reading a configuration; no other format needs it.
    import jinja2  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    from dockerd_lab.report import html_drawing, html_view, html_words  # noqa: PLC0415
    from dockerd_lab.report.html_excerpts import MAX_LINE_LENGTH  # noqa: PLC0415
    from dockerd_lab.report.html_text import cut, shortened, visible_report  # noqa: PLC0415

    def finalize(value: object) -> object:
        if isinstance(value, Markup) or not isinstance(value, str):
            return value
        return cut(value)

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dockerd_lab.report"),
        autoescape=True,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cut"] = lambda text, limit=MAX_LINE_LENGTH: cut(text, limit)
    environment.filters["short"] = shortened
    templates = files("dockerd_lab.report") / "templates"
    style = (templates / "report.css").read_text(encoding="utf-8")
    script = (templates / "report.js").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(
        page=html_view.page([visible_report(report) for report in reports]),
        # The two files of this package, and nothing of a report, go in as they are.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        draw=html_drawing,
        words=html_words,
        version=version("dockerd-lab"),
    )


def _hash(text: str) -> str:
    """Return the hash by which a Content-Security-Policy allows an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
