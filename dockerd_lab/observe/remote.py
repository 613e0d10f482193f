"""The daemon's API as `client` gets it with the tools that people use: docker, curl, the SDK."""

import json
from dataclasses import replace
from urllib.parse import urlsplit

from dockerd_lab.cases.model import Remote
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand

#: The API version that every engine of the lab speaks.
API = "v1.40"
#: The container that `client` starts on the daemon where it may.
CONTAINER = "started-by-client"
#: The tools, by the names of their answers.
TOOLS = (
    "ps",
    "sdk",
    "ping",
    "containers",
    "images",
    "ps_by_environment",
    "ps_by_context",
    "run",
)
#: The tools that tell whether a daemon can be reached at all, where that is the question.
REACHED = ("ps", "ping")
#: Which tools try a port that does not answer, and the seconds each of them gets.
ASKED_OF_THE_SILENT = ("ps", "sdk", "ping", "run")
PATIENCE = 5
#: Seconds any other tool has: two labs on two slow cores need 15 for `docker run`.
USUAL = 60
#: curl with the client's certificate.
CURL_TLS = "--cacert ~/.docker/ca.pem --cert ~/.docker/cert.pem --key ~/.docker/key.pem"

_SDK = """python3 - <<'PROGRAM'
import docker, json, os
pem = os.path.expanduser("~/.docker/").__add__
tls = docker.tls.TLSConfig(
    client_cert=(pem("cert.pem"), pem("key.pem")) if os.path.exists(pem("cert.pem")) else None,
    ca_cert=pem("ca.pem"),
    verify=True,
) if {tls} else False
client = docker.DockerClient(base_url="{url}", tls=tls, timeout=60)
print(json.dumps({{
    "ping": client.ping(),
    "version": client.version()["Version"],
    "images": [tag for image in client.images.list() for tag in image.tags],
}}))
PROGRAM"""


def questions(remote: Remote, *, silent: bool) -> dict[str, RemoteCommand]:
    """What to ask on `client` about the daemon where the case says it is.

    A container is started and left running; dockerd removes it when it stops, as at a reboot. Where
    the port is `silent` a tool would wait for minutes: some are tried, with PATIENCE.
    """
    asked = _questions(remote)
    if not silent:
        return asked
    return {n: replace(q, limit=PATIENCE) for n, q in asked.items() if n in ASKED_OF_THE_SILENT}


def _questions(remote: Remote) -> dict[str, RemoteCommand]:
    docker = f"docker {'--tlsverify ' if remote.tls else ''}-H {remote.host}"
    run = f"run --detach --rm --network none --name {CONTAINER} busybox sleep 600"
    asked = {"ps": RemoteCommand(f"{docker} ps", limit=USUAL)}
    if not remote.host.startswith("ssh:"):  # curl speaks none, and the SDK wants paramiko for it
        asked["sdk"] = RemoteCommand(_SDK.format(url=remote.host, tls=remote.tls), limit=USUAL)
        asked |= _with_curl(remote)
    if remote.tls:
        asked |= _ways_to_name_certificates(remote.host)
    # Last, so that the others find none.
    asked["run"] = RemoteCommand(f"{docker} {run}", limit=USUAL)
    return asked


def _with_curl(remote: Remote) -> dict[str, RemoteCommand]:
    place = urlsplit(remote.host).netloc
    url = f"{'https' if remote.tls else 'http'}://{place}"
    curl = f"curl -sS --max-time 30 {CURL_TLS if remote.tls else ''}"
    return {
        "ping": RemoteCommand(f"{curl} --verbose {url}/_ping"),
        "containers": RemoteCommand(f"{curl} {url}/{API}/containers/json"),
        "images": RemoteCommand(f"{curl} {url}/{API}/images/json"),
    }


def _ways_to_name_certificates(host: str) -> dict[str, RemoteCommand]:
    """The docker client by environment and by context, as people configure it once."""
    pem = "ca=$HOME/.docker/ca.pem,cert=$HOME/.docker/cert.pem,key=$HOME/.docker/key.pem"
    return {
        "ps_by_environment": RemoteCommand(
            f"DOCKER_HOST={host} DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$HOME/.docker docker ps",
            limit=USUAL,
        ),
        "ps_by_context": RemoteCommand(
            "docker context rm --force lab >/dev/null 2>&1; docker context create lab"
            f" --docker host={host},{pem} >/dev/null && docker --context lab ps",
            limit=USUAL,
        ),
    }


def json_of(answer: CommandResult) -> object:
    """What an answer's standard output is as JSON; None where it is none."""
    try:
        return json.loads(answer.stdout)
    except ValueError:
        return None
