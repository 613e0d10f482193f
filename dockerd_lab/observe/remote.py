"""The daemon's API as another machine gets it: the docker client, curl, and the SDK, run there."""

import json
from collections.abc import Mapping

from dockerd_lab.machines.ask import Answer, Question

#: The API version that every engine of the lab speaks.
API = "v1.40"
#: The container that `client` starts on the daemon where it may.
CONTAINER = "started-by-client"

# curl's exit codes (man curl). Why a connection failed, newer versions say with --verbose only.
CURL_REFUSED = 7
CURL_TIMED_OUT = 28

_SDK = """python3 - <<'PROGRAM'
import docker, json
client = docker.DockerClient(base_url="{url}", timeout=10)
print(json.dumps({{
    "ping": client.ping(),
    "version": client.version()["Version"],
    "images": [tag for image in client.images.list() for tag in image.tags],
}}))
PROGRAM"""


def questions(address: str, *, thorough: bool) -> dict[str, Question]:
    """What to ask on a machine about the daemon at `address`, a host and port.

    With `thorough` the SDK is used too, and a container is started and left running; dockerd
    removes it when it stops, as at a reboot.
    """
    asked = {
        "ping": Question(f"curl -sS --verbose --max-time 5 http://{address}/_ping"),
        "containers": Question(f"curl -sS --max-time 10 http://{address}/{API}/containers/json"),
        "images": Question(f"curl -sS --max-time 10 http://{address}/{API}/images/json"),
        "ps": Question(f"docker -H tcp://{address} ps"),
    }
    if thorough:
        asked["sdk"] = Question(_SDK.format(url=f"tcp://{address}"), limit=40)
        asked["run"] = Question(
            f"docker -H tcp://{address} run --detach --rm --network none --name {CONTAINER}"
            " busybox sleep 600",
            limit=60,
        )
    return asked


def level(answers: Mapping[str, Answer]) -> str:
    """How much of the daemon the machine gets, from its answers; `unclear: …` if none fits."""
    ping, containers = answers["ping"], answers["containers"]
    if ping.exit_code == CURL_REFUSED and "refused" in ping.stderr.lower():
        return "refused"
    if ping.exit_code == CURL_TIMED_OUT and "* Connected to" not in ping.stderr:
        return "filtered"
    if ping.stdout.strip() == "OK" and isinstance(json_of(containers), list):
        return "answers"
    if ping.stdout.strip() == "OK":
        return f"unclear: /_ping is OK, but not {API}: {containers.said}"
    return f"unclear: {ping.said or f'curl exit code {ping.exit_code}'}"


def json_of(answer: Answer) -> object:
    """What an answer's standard output is as JSON; None where it is none."""
    try:
        return json.loads(answer.stdout)
    except ValueError:
        return None
