"""Text that wants to do something: what a configuration, a log or a machine may hold."""

NAME = '"><img src=x onerror=alert(1)>'
#: Each is told apart by the letters before it.
TEXTS = (
    "html </script><script>alert(1)</script><style>*{display:none}</style><!--",
    'attribute \' onmouseover=\'alert(1) " onfocus="alert(1)" autofocus x=`',
    "template {{ 7*7 }} {% raw %} ${7*7} <%= 7*7 %> &lt;b&gt; &#60;",
    "ansi \x1b[31mred\x1b[0m \x1b]8;;http://attacker.example/\x07link\x1b]8;;\x07 \x9b31m",
    "bidi \u202eevil\u202c \u2066a\u2069 \u200f zero\u200bwidth \ufeff \u00ad",
    "nul \x00 \x08 \x7f \r\n \x0c \ufffe lone \ud800 tag \U000e0041",
    "uri javascript:alert(1) data:text/html,<script>alert(1)</script> //attacker.example/",
    "cdata ]]> --> <![CDATA[ <svg onload=alert(1)> </title></textarea></pre>",
)


def everywhere(report, text):
    """Return a report of which every text is followed by another, but for those of a choice."""
    return type(report).model_validate(_changed(report.model_dump(by_alias=True), text))


_CHOICES = (
    "daemon",
    "verdict",
    "family",
    "severity",
    "outcome",
    "schema",
    "engine",
    "who",
    "level",
    "client",
    "outsider",
    "local-user",
    "container",
)


def _changed(data, text, key=""):
    if isinstance(data, dict):
        return {name: _changed(value, text, name) for name, value in data.items()}
    if isinstance(data, list):
        return [_changed(each, text, key) for each in data]
    return f"{data} {text}" if isinstance(data, str) and key not in _CHOICES else data
