"""Makes texts of logs and of files harmless for what shows them."""


def printable(text: str) -> str:
    r"""Return a text without control characters, but for the ends of its lines.

    >>> printable("a\x1b[31mb\tc")
    'a\ufffd[31mb c'
    """
    if text.isprintable():  # as nearly all are
        return text
    characters = (" " if c.isspace() and c != "\n" else c for c in text)
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in characters).strip("\n")
