"""What is asked on `daemon` besides the observation, and how the answers are read."""

import re
from collections.abc import Mapping

from packaging.version import Version

from dockerd_lab.cases.apply import OUTCOME, SINCE
from dockerd_lab.machines.ask import TIMED_OUT, Answer, Question
from dockerd_lab.validate.prepare import Prepared
from dockerd_lab.validate.scripts import PROVISION_CODE, PROVISION_LIMIT

#: systemctl's argv[] is what the unit says, with its variables. DOCKER_OPTS is put in where it is
#: named; any other is nothing, as for systemd where it is not set.
_UNIT_S_ARGUMENTS = r"""set -f
argv=$(systemctl show --property ExecStart --value docker.service |
    sed -n 's/.*argv\[\]=\(.*\) ; ignore_errors=.*/\1/p' | tail -n 1)
DOCKER_OPTS=
[ ! -r /etc/default/docker ] || . /etc/default/docker
for word in $argv; do
    case $word in
        '$DOCKER_OPTS' | '${DOCKER_OPTS}') set -- "$@" $DOCKER_OPTS ;;
        '$'*) ;;
        *) set -- "$@" "$word" ;;
    esac
done
[ $# -eq 0 ] || shift
"""
#: What systemd says of docker.socket since the configuration was applied.
_SOCKET_LOG = "socket_log"
_OF_SOCKET = f"journalctl --unit docker.socket --no-pager --output cat {SINCE}"
_VALIDATE = "validate"
_SCRIPTS = "provision_code"
#: The first engine that has `dockerd --validate`.
_SINCE = 23


def questions(prepared: Prepared, version: str) -> dict[str, Question]:
    """The questions about this configuration on an engine of that version."""
    asked = {f"is:{name}": Question(_state(name)) for name in prepared.steps.services}
    for name in prepared.steps.of_scripts:
        not_failed = f"systemctl is-failed --quiet {name} || {{ echo active; exit; }}; "
        asked[f"is:{name}"] = Question(not_failed + _state(name))
    if any("docker.socket" in file for file in prepared.given.origins):
        asked[_SOCKET_LOG] = Question(_OF_SOCKET)
    if prepared.steps.scripts:
        asked[_SCRIPTS] = Question(f"cat {PROVISION_CODE} 2>/dev/null")
    command = prepared.given.command
    # How a case's own start.sh calls dockerd is not known here.
    known = not prepared.given.directory.joinpath("start.sh").exists()
    if command is not None:
        known = command.arguments is not None
    if known and Version(version).major >= _SINCE:
        # What starts has nothing to notice, and is not kept waiting.
        only_failed = f"! grep -q daemon=active {OUTCOME} || exit 0; "
        arguments = f"set -- {command.arguments}\n" if command else _UNIT_S_ARGUMENTS
        asked[_VALIDATE] = Question(f'{only_failed}{arguments}dockerd --validate "$@"')
    return asked


def of_socket(raw: Mapping[str, Answer]) -> list[str]:
    """What systemd said of docker.socket, where the configuration has it."""
    return raw[_SOCKET_LOG].stdout.splitlines() if _SOCKET_LOG in raw else []


def noticed(raw: Mapping[str, Answer], daemon: str) -> bool | None:
    """Whether `dockerd --validate` notices that the daemon does not start; None where none can."""
    answer = raw.get(_VALIDATE)
    if daemon == "active" or answer is None or "unknown flag: --validate" in answer.said:
        return None
    return answer.exit_code != 0


def broken_services(raw: Mapping[str, Answer]) -> list[str]:
    """A sentence for each other service of the configuration that does not run."""
    sentences = []
    for name, answer in raw.items():
        if not name.startswith("is:"):
            continue
        state, _, log = answer.stdout.partition("\n")
        if state.strip() != "active":
            emerg = [line for line in log.splitlines() if re.search(r"emerg|rror", line)]
            last = (emerg or log.strip().splitlines() or [""])[0].strip()
            service = name.removeprefix("is:").removesuffix(".service")
            sentences.append(f"{service} does not start" + (f": {last}" if last else ""))
    return sentences


def broken_scripts(raw: Mapping[str, Answer]) -> list[str]:
    """A sentence where a script of the user's failed."""
    code = raw[_SCRIPTS].stdout.strip() if _SCRIPTS in raw else ""
    if code in (str(TIMED_OUT), "137"):  # that of one that had to be killed
        return [f"the provisioning script did not end within {PROVISION_LIMIT} s"]
    return [f"the provisioning script ended with exit code {code}"] if code else []


def _state(service: str) -> str:
    """A service's state on the first line, then its last words where it does not run."""
    return (
        f"systemctl is-active {service} ||"
        f" journalctl --unit {service} --lines 12 --no-pager --output cat"
    )
