"""Builds the commands of the tools that people use on `client`: docker, curl and Docker's SDK."""

from dataclasses import replace
from urllib.parse import urlsplit

from dockerd_lab.cases.model import Remote
from dockerd_lab.machines.remote_command import RemoteCommand
from dockerd_lab.machines.versions import API_VERSION

#: The container that `client` starts on the daemon if it has access.
CONTAINER = "started-by-client"
#: The names of the tools.
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
#: The tools that suffice to find out whether the daemon can be reached.
REACHABILITY_TOOLS = ("ps", "ping")
#: The tools that are tried with a port that does not answer, and the seconds each of them gets.
TOOLS_FOR_SILENT_PORT = ("ps", "sdk", "ping", "run")
SILENT_PORT_LIMIT = 5
#: Seconds a tool gets otherwise: two labs on two slow cores need 15 for `docker run`.
TOOL_LIMIT = 60
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


def tool_commands(remote: Remote, *, silent: bool) -> dict[str, RemoteCommand]:
    """Return the command of each tool on `client`, for the daemon's address in the case.

    `run` starts a container and leaves it running; dockerd removes it when it stops, for example at
    a reboot. If the port is `silent`, tools would wait for minutes: only TOOLS_FOR_SILENT_PORT are
    returned, with a limit of SILENT_PORT_LIMIT seconds.
    """
    commands = _all_tool_commands(remote)
    if not silent:
        return commands
    return {
        name: replace(command, limit=SILENT_PORT_LIMIT)
        for name, command in commands.items()
        if name in TOOLS_FOR_SILENT_PORT
    }


def _all_tool_commands(remote: Remote) -> dict[str, RemoteCommand]:
    docker = f"docker {'--tlsverify ' if remote.tls else ''}-H {remote.host}"
    run = f"run --detach --rm --network none --name {CONTAINER} busybox sleep 600"
    commands = {"ps": RemoteCommand(f"{docker} ps", limit=TOOL_LIMIT)}
    if not remote.host.startswith("ssh:"):  # curl cannot use ssh, and the SDK needs paramiko for it
        commands["sdk"] = RemoteCommand(
            _SDK.format(url=remote.host, tls=remote.tls), limit=TOOL_LIMIT
        )
        commands |= _curl_commands(remote)
    if remote.tls:
        commands |= _certificate_commands(remote.host)
    # Last, so that the other tools see no container.
    commands["run"] = RemoteCommand(f"{docker} {run}", limit=TOOL_LIMIT)
    return commands


def _curl_commands(remote: Remote) -> dict[str, RemoteCommand]:
    place = urlsplit(remote.host).netloc
    url = f"{'https' if remote.tls else 'http'}://{place}"
    curl = f"curl -sS --max-time 30 {CURL_TLS if remote.tls else ''}"
    return {
        "ping": RemoteCommand(f"{curl} --verbose {url}/_ping"),
        "containers": RemoteCommand(f"{curl} {url}/v{API_VERSION}/containers/json"),
        "images": RemoteCommand(f"{curl} {url}/v{API_VERSION}/images/json"),
    }


def _certificate_commands(host: str) -> dict[str, RemoteCommand]:
    """Return the commands that configure the docker client by environment and by context."""
    pem = "ca=$HOME/.docker/ca.pem,cert=$HOME/.docker/cert.pem,key=$HOME/.docker/key.pem"
    return {
        "ps_by_environment": RemoteCommand(
            f"DOCKER_HOST={host} DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$HOME/.docker docker ps",
            limit=TOOL_LIMIT,
        ),
        "ps_by_context": RemoteCommand(
            "docker context rm --force lab >/dev/null 2>&1; docker context create lab"
            f" --docker host={host},{pem} >/dev/null && docker --context lab ps",
            limit=TOOL_LIMIT,
        ),
    }
