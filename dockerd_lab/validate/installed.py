"""Tells which settings of the files that a case left on the machine have no effect."""

import base64
import shlex
import tempfile
from pathlib import Path

from dockerd_lab.cases.model import Configuration
from dockerd_lab.errors import HarnessBroke
from dockerd_lab.machines.ask import Question, ask
from dockerd_lab.machines.fleet import Fleet
from dockerd_lab.observe.observation import DaemonSeen
from dockerd_lab.validate.model import NoEffect
from dockerd_lab.validate.no_effect import no_effect
from dockerd_lab.validate.run import Wish, prepared


def without_effect(fleet: Fleet, case: Configuration, seen: DaemonSeen) -> list[NoEffect]:
    """What has no effect of the case's files, as they are on `daemon` now: a fix may change them.

    Raises HarnessBroke when the machine cannot be asked.
    """
    if seen.outcome.daemon != "active":
        return []  # it has an error to tell
    print_it = "test ! -e {0} || base64 --wrap 0 {0}"
    questions = {str(f): Question(print_it.format(shlex.quote(str(f)))) for f in case.files}
    answers = ask(fleet.lab, fleet.root, "daemon", questions) if questions else {}
    with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as directory:
        present = False
        for name, answer in answers.items():
            if answer.exit_code != 0:
                raise HarnessBroke(f"reading {name} on daemon: {answer.said}")
            if answer.stdout:
                file = Path(directory, name.lstrip("/"))
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(base64.b64decode(answer.stdout))
                present = True
        if not present:
            return []
        with prepared(fleet.root, fleet.settings, Wish(paths=[Path(directory)])) as ready:
            found = no_effect(ready.given, ready.asked, seen)
    here = [each.where and each.where.removeprefix(directory) for each in found]
    return [each.model_copy(update={"where": w}) for each, w in zip(found, here, strict=True)]
