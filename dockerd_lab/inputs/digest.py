"""Computes a digest of an input, by which two runs know that they judged the same."""

import hashlib
import json

from dockerd_lab.inputs.input import Input
from dockerd_lab.redaction.redact import redact


def digest(inputs: Input, *policy: str) -> str:
    """Return a hash of an input's files, script and command, and of the policy on it.

    Secrets are left out, since a weak one could be guessed from a hash: of a file that is not text
    only the path counts.
    """
    case = inputs.case
    data = {
        "files": sorted(inputs.origins),
        "texts": {path: redact(text) for path, text in sorted(inputs.texts.items())},
        "links": dict(sorted(inputs.links.items())),
        "command": redact(" ".join(inputs.command.words)) if inputs.command is not None else "",
        "script": redact((inputs.provision or b"").decode(errors="replace")),
        "case": case.spec.model_dump_json() if case is not None else "",
        "policy": [redact(text) for text in policy],
    }
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:32]
