"""The daemon's own answers to the requests by which the probe recognises that it got through."""

import base64
import json
import re

import pytest

from dockerd_lab.observe import probe_data
from dockerd_lab.project import package_data

#: Sends requests, a JSON list of them in base64, to the daemon's socket; prints the answers.
_SEND = """
import base64, http.client, json, socket, sys
answers = []
for request in json.loads(base64.b64decode(sys.argv[1])):
    connection = http.client.HTTPConnection("docker")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect("/run/docker.sock")
    body, headers = request["body"], request["headers"]
    if isinstance(body, dict):
        body, headers["Content-Type"] = json.dumps(body), "application/json"
    connection.request(request["method"], request["path"], body, headers)
    response = connection.getresponse()
    text = b"" if response.status == 101 else response.read()
    answers.append([response.status, text.decode()])
    connection.close()
print(json.dumps(answers))
"""


@pytest.mark.lab_cases(name=["methods/systemd-dropin"])
def test_a_daemon_answers_every_change_as_the_probe_expects(daemon, observation):
    def everything():
        listed = daemon.run(
            "docker ps --all --quiet; docker images --all --quiet; docker volume ls --quiet;"
            " docker network ls --quiet"
        )
        return listed.stdout

    changes = probe_data.changes(package_data())
    before = everything()
    requests = base64.b64encode(json.dumps(changes).encode()).decode()
    done = daemon.run("python3 -c %s %s", _SEND, requests)
    assert done.rc == 0, done.stderr
    answers = json.loads(done.stdout)
    not_recognised = [
        (change["method"], change["path"], answer)
        for change, answer in zip(changes, answers, strict=True)
        if answer[0] not in change["status"] or not re.search(change["answer"], answer[1])
    ]
    assert not_recognised == []
    assert everything() == before, "and nothing has changed"
