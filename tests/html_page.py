"""Reads the HTML report in tests, as strictly as XML where it can be."""

import html
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """The elements of a page: their tags and attributes, the text, and what is not closed well."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.wrong, self._open = [], [], [], []
        self.feed(text)
        self.close()
        self.wrong += self._open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in self._open:
            self.wrong.append(f"/{tag}")
            return
        while self._open[-1] != tag:
            self.wrong.append(self._open.pop())
        self._open.pop()

    def handle_data(self, data):
        if self._open[-1:] not in (["script"], ["style"]):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag, **attributes):
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]


def drawings(text):
    """Return the drawings of a page, as XML."""
    return [ET.fromstring(svg) for svg in re.findall(r'<svg class="drawing".*?</svg>', text, re.S)]  # noqa: S314


def words_of_drawings(text):
    """Return the text below each drawing of a page."""
    return [html.unescape(each) for each in re.findall(r'<p class="in-words">(.*?)</p>', text)]


def arrows(svg):
    """Return the arrows of a drawing: who, place and level, and whether the head reaches it."""
    return {
        (each.get("data-who"), each.get("data-place"), each.get("data-level")): any(
            part.get("class") == "head" for part in each
        )
        for each in svg.iter("g")
        if "arrow" in (each.get("class") or "").split()
    }
