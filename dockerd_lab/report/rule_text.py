"""Says of a finding's rule what is wrong, why it matters and how to mend it, in general."""

from dataclasses import dataclass

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.judge.verdict import Finding
from dockerd_lab.lint.rule import load_rule, rule_ids


@dataclass(frozen=True)
class RuleText:
    """What `dockerd-lab rule` says of a rule, without its examples."""

    title: str
    why: str
    fix: str
    page: str = ""
    """The command that says more."""
    security_severity: str = ""


def rule_text(finding: Finding) -> RuleText:
    """Return the text of a finding's rule.

    It is the rule's own, or that of the known error of this id. Of an error that only some project
    knows, the finding itself says what there is to say.
    """
    if finding.rule in rule_ids():
        rule = load_rule(finding.rule)
        why, fix = _paragraph(rule.why), rule.fix.strip()
        page = f"dockerd-lab rule {rule.id}"
        return RuleText(rule.title, why, fix, page, rule.security_severity)
    try:
        known = known_errors()[finding.rule]
    except (KeyError, BadInput):
        return RuleText(finding.rule.replace("-", " "), finding.cause, finding.fix)
    page = f"dockerd-lab explain {finding.rule}"
    return RuleText(known.title, _paragraph(known.cause), known.fix_text.strip(), page)


def _paragraph(text: str) -> str:
    return " ".join(text.split())
