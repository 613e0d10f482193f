"""What a configuration asks for, the client that goes with it, and the scripts that apply it."""

import os
import shutil
import signal
import subprocess

import pytest
from observations import observation, write
from prepared import CASES, SETTINGS, TLS, UNIT_D, script
from shell import run

from dockerd_lab.cases.model import Remote
from dockerd_lab.inputs.collect import collect
from dockerd_lab.observe.inspection import commands
from dockerd_lab.project import package_data
from dockerd_lab.standins.prepared import prepare


def test_nginx_is_brought_up_and_may_use_the_socket(ready):
    site = (
        "server {\n listen 2376 ssl;\n ssl_certificate tls/c.pem;\n"
        " ssl_certificate_key tls/k.pem;\n ssl_client_certificate /etc/nginx/ca.pem;\n"
        " location / { proxy_pass http://unix:/run/docker.sock:/; }\n}\n"
    )
    made = ready({"etc/nginx/sites-enabled/docker": site})
    said = script(made)
    assert "usermod --append --groups docker www-data" in said
    assert "rm -f /etc/nginx/sites-enabled/default" in said
    assert "systemctl restart nginx.service" in said
    assert made.scripts.services == ("nginx.service",)
    assert made.configuration.credentials.daemon["/etc/nginx/tls/k.pem"] == "server-key"
    assert made.configuration.credentials.daemon["/etc/nginx/ca.pem"] == "ca"
    assert made.configuration.remote == Remote(host="tcp://192.168.3.201:2376", tls=True)
    assert "service:nginx.service" in commands(made.inspected, "20.10.5")


def test_firewalls_are_loaded(ready):
    made = ready({"etc/nftables.conf": "table inet x {\n}\n", "etc/iptables/rules.v4": "*filter\n"})
    assert "systemctl restart nftables.service" in script(made)
    assert "iptables-restore --noflush /etc/iptables/rules.v4" in script(made)


CHAINS = """table inet mine {
\tchain in-put {
\t\ttype filter hook input priority filter; policy drop;
\t}
\tchain other {
\t}
}
table ip filter {
\tchain OUTPUT {
\t\ttype filter hook output priority filter; policy accept;
\t}
}
table bridge x {
\tchain y {
\t\ttype filter hook input priority filter; policy drop;
\t}
}"""


def test_a_firewall_does_not_shut_the_harness_out(ready, tmp_path):
    made = ready({"etc/nftables.conf": "table inet mine {\n}\n"})
    nft = f'[ "$1" = list ] && cat <<\'END\' || echo "$@"\n{CHAINS}\nEND'
    code, lines = run(script(made), tmp_path, nft=nft, systemctl="true")
    assert (code, lines) == (
        0,
        [
            "insert rule inet mine in-put tcp dport 22 accept",
            "insert rule ip filter OUTPUT tcp sport 22 accept",
        ],
    )
    assert any(line.startswith("port 22: ") for line in made.stand_in_notes)


def test_sockets_are_started_before_the_daemon(ready):
    socket = "[Unit]\n[Socket]\nListenStream=2375\n"
    made = ready({"etc/systemd/system/docker-tcp.socket": socket})
    assert "for socket in docker-tcp.socket docker.socket; do" in script(made, "restart.sh")
    assert [stream.value for stream in made.declared.streams] == ["2375"]


@pytest.mark.parametrize("place", ["etc", "run", "usr/lib", "usr/local/lib"])
@pytest.mark.parametrize("directory", ["docker.socket.d", "socket.d"])
def test_a_drop_in_of_a_socket_is_brought_by_the_restart(ready, place, directory):
    made = ready({f"{place}/systemd/system/{directory}/x.conf": "[Socket]\nSocketMode=0666\n"})
    assert "for socket in docker.socket; do" in script(made, "restart.sh")
    assert made.inspected.docker_socket


def test_options_in_a_unit_s_variables_are_read(ready):
    """Those of `Environment=`, and those of a file that the unit names."""
    drop_in = (
        '[Service]\nEnvironment="A=-H tcp://0.0.0.0:1111 --label=x"\n'
        "EnvironmentFile=-/etc/sysconfig/docker\nExecStart=\n"
        "ExecStart=/usr/bin/dockerd $A \\\n# no, --host=tcp://:3333 \\\n ${OPTIONS}\n"
    )
    options = "# x\nOPTIONS='--tlsverify --tlscacert=/etc/ca.pem -H unix:///run/docker.sock'\n"
    made = ready({f"{UNIT_D}/x.conf": drop_in, "etc/sysconfig/docker": options})
    assert [h.value for h in made.declared.hosts] == [
        "tcp://0.0.0.0:1111",
        "unix:///run/docker.sock",
    ]
    assert made.configuration.remote == Remote(host="tcp://192.168.3.201:1111", tls=True)
    assert list(made.configuration.credentials.daemon) == ["/etc/ca.pem"]


def test_the_file_that_dockerd_is_told_to_read(ready):
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --config-file=/opt/d.json\n"
    made = ready({f"{UNIT_D}/x.conf": drop_in, "opt/d.json": TLS, "etc/docker/daemon.json": {}})
    assert made.configuration.remote == Remote(host="tcp://192.168.3.201:2376", tls=True)
    assert made.declared.hosts[0].place.file == "/opt/d.json"
    assert "/etc/docker/ca.pem" in made.configuration.credentials.daemon


def test_a_unit_in_etc_hides_the_packages_one(ready):
    unit = "[Unit]\n[Service]\nExecStart=/usr/bin/dockerd -H tcp://:{}\n"
    made = ready(
        {
            "usr/lib/systemd/system/docker.service": unit.format(1),
            "etc/systemd/system/docker.service": unit.format(2),
        }
    )
    assert [host.value for host in made.declared.hosts] == ["tcp://:2"]


def test_files_of_tls_lie_where_dockerd_is_started_by_hand(ready):
    """The command of Docker's own documentation."""
    typed = "dockerd --tlsverify --tlscacert=ca.pem --tlscert=c.pem --tlskey=k.pem -H=0.0.0.0:2376"
    made = ready({}, command=typed)
    assert made.configuration.remote == Remote(host="tcp://192.168.3.201:2376", tls=True)
    assert set(made.configuration.credentials.daemon) == {
        "/root/ca.pem",
        "/root/c.pem",
        "/root/k.pem",
    }


def test_an_empty_name_is_no_file_of_tls(ready):
    typed = 'dockerd --tlsverify --tlscacert="" --tlscert="" --tlskey= -H tcp://0.0.0.0:2375'
    assert not ready({}, command=typed).configuration.credentials.daemon


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"etc/nginx/conf.d/x.conf": "server { listen 4242; }\n"}, 4242),
        ({"etc/systemd/system/docker.socket": "[Socket]\nListenStream=0.0.0.0:4243\n"}, 4243),
        (
            {
                "etc/docker/daemon.json": {"hosts": ["tcp://127.0.0.1:2375"]},
                "etc/nginx/conf.d/x.conf": "server { listen 4244; }\n",
            },
            4244,
        ),
    ],
)
def test_the_client_goes_where_others_may(ready, files, port):
    made = ready(files)
    assert made.configuration.remote == Remote(host=f"tcp://192.168.3.201:{port}")


def test_a_daemon_that_is_started_by_hand(ready):
    made = ready({}, command="sudo DOCKER_TMPDIR='/a b' dockerd --label 'x y' -H tcp://:2375")
    assert script(made, "start.sh").splitlines()[-1] == (
        "exec env 'DOCKER_TMPDIR=/a b' dockerd --label 'x y' -H tcp://:2375"
    )
    asked = commands(made.inspected, "28.5.2")
    assert "set -- --label 'x y'" in asked["dockerd_validate"].command
    assert "dockerd_validate" not in commands(made.inspected, "20.10.24")


def test_a_user_s_script_is_run_last_and_may_fail(ready, tmp_path):
    own = write(tmp_path / "setup.sh", "sleep 60 & echo $! >pid; echo said; exit 3\n")
    made = ready({}, provision=own)
    code = tmp_path / "code"
    steps = script(made).replace("/var/lib/dockerd-lab/provision-code", str(code))
    try:
        # What it has left running does not keep whoever called it waiting.
        done = subprocess.run(
            ["sh", "-c", steps],
            cwd=made.inputs.directory,
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        )
    finally:
        os.kill(int((made.inputs.directory / "pid").read_text()), signal.SIGTERM)
    assert done.stdout == "said\n"
    assert code.read_text() == "3\n"
    assert "script_exit_code" in commands(made.inspected, "28.5.2")


def test_a_script_that_names_nginx_finds_it_running(ready, tmp_path):
    own = write(tmp_path / "setup.sh", "cp site /etc/nginx/conf.d/; service nginx restart\n")
    made = ready({}, provision=own)
    lines = script(made).splitlines()
    started = lines.index("systemctl start nginx.service || true")
    ran = next(n for n, line in enumerate(lines) if "user-provision" in line)
    assert started < ran
    # It may stop it, and is not blamed for that.
    asked = commands(made.inspected, "28.5.2")["service:nginx.service"].command
    assert asked.startswith("systemctl is-failed --quiet nginx.service || { echo active; exit; };")
    assert "nginx: started before the script" in " ".join(made.stand_in_notes)


def test_a_script_after_a_site_of_nginx_s_finds_it_restarted(ready, tmp_path):
    own = write(tmp_path / "setup.sh", "nginx -t\n")
    made = ready({"etc/nginx/conf.d/x.conf": "server { listen 80; }\n"}, provision=own)
    assert "systemctl start nginx.service" not in script(made)
    assert commands(made.inspected, "28.5.2")["service:nginx.service"].command.startswith(
        "systemctl is-active"
    )


def test_a_whole_case_is_left_as_it_is(tmp_path):
    gathered = collect([package_data() / "provision/methods/tls-dropin"], tmp_path)
    made = prepare(gathered, SETTINGS)
    assert made.stand_in_notes == ()
    assert made.configuration.credentials == gathered.case.credentials
    assert made.configuration.remote == gathered.case.remote
    assert script(made) == ""


def test_the_unit_s_arguments_for_validate_are_those_of_systemd(ready, tmp_path):
    """The shell of the question, with a systemctl and a dockerd that print."""
    made = ready({"etc/docker/daemon.json": "{"})
    argv = "/usr/sbin/dockerd -H fd:// $DOCKER_OPTS --x=* $OTHER"
    show = f"{{ path=/usr/sbin/dockerd ; argv[]={argv} ; ignore_errors=no ; start_time=[n/a] }}"
    options = write(tmp_path / "docker", 'DOCKER_OPTS="-H tcp://:1 --debug"\n')
    command = commands(made.inspected, "28.5.2")["dockerd_validate"].command
    command = command.replace("/etc/default/docker", str(options)).split("; ", 1)[1]
    programs = {"systemctl": f"echo '{show}'", "dockerd": 'echo "$@"'}
    _, lines = run(command, tmp_path, **programs)
    assert lines == ["--validate -H fd:// -H tcp://:1 --debug --x=*"]


#: Methods whose files alone do not tell: who may log in is in ssh's provision.sh.
UNREADABLE = ("ssh",)


def test_what_every_case_says_is_read_without_its_case_yaml(tmp_path):
    """Its files alone, as a user would give them, lead to the same certificates and client."""
    wrong = {}
    for case in CASES:
        if case.category != "methods" or case.short_name in UNREADABLE:
            continue
        top, into = tmp_path / "top" / case.short_name, tmp_path / "into" / case.short_name
        into.mkdir(parents=True)
        top.mkdir(parents=True)
        if (case.directory / "rootfs").is_dir():
            shutil.copytree(case.directory / "rootfs", top, dirs_exist_ok=True)
        if not any(top.iterdir()) and not (case.directory / "start.sh").exists():
            continue  # it has no files
        made = prepare(collect([top], into), SETTINGS)
        if failed := [name for name, holds in claims(case, made).items() if not holds]:
            wrong[case.short_name] = failed
    assert wrong == {}


def claims(case, made):
    """What must hold of a case's files, prepared without its case.yaml; by a name for each."""
    daemon, remote = made.configuration.credentials.daemon, made.configuration.remote
    declared = [host.value for host in made.declared.hosts if host.value.startswith("tcp:")]
    expected = [host for host in case.expect.hosts if host.startswith("tcp:")]
    looked_at = case.expect.daemon == "active" and case.short_name != "sighup-reload"
    return {
        # A case may give more than its configuration names.
        "no other credentials": daemon.items() <= case.credentials.daemon.items(),
        "all credentials": set(daemon.values()) >= set(case.credentials.daemon.values()) - {"ca"},
        "TLS": remote.tls == case.remote.tls or not (made.declared.hosts or made.declared.nginx),
        "the remote": remote == case.remote or not case.remote.tls,
        "the hosts": declared == expected or not looked_at,
    }


@pytest.mark.parametrize("file", ["etc/nftables.conf", "etc/iptables/rules.v4"])
def test_rules_that_the_lab_loads_are_named(judged, file):
    result = judged({file: "table inet x {\n}\n"}, observation())
    assert [note for note in result.stand_ins if "nftables.service: " in note or file in note]
