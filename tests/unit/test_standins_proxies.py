"""How proxies of the input are set up, and what the verdict tells where they are not."""

import dataclasses

import pytest
from observations import observation
from prepared import script

from dockerd_lab.judge.absent_proxies import find_absent_proxies
from dockerd_lab.observe.inspection import ServiceState

HAPROXY = {"etc/haproxy/haproxy.cfg": "listen a\n  bind :2375\n  server a /run/docker.sock\n"}
CADDY = {
    "etc/caddy/Caddyfile": ":2376 {\n  tls /etc/caddy/a.pem /etc/caddy/a.key\n"
    "  reverse_proxy unix//run/docker.sock\n}\n"
}
APACHE = {
    "etc/apache2/sites-available/docker.conf": "Listen 2375\n<VirtualHost *:2375>\n"
    '  ProxyPass / "unix:/run/docker.sock|http://localhost/"\n</VirtualHost>\n'
}
SOCAT = {
    "etc/systemd/system/x.service": "[Service]\nExecStart=/usr/bin/socat TCP-LISTEN:2375,fork"
    " UNIX-CONNECT:/run/docker.sock\n[Install]\nWantedBy=multi-user.target\n"
}


@pytest.mark.parametrize(
    ("files", "package", "services", "lines"),
    [
        (
            HAPROXY,
            "haproxy",
            ("haproxy.service",),
            ["systemctl enable --quiet haproxy.service && systemctl restart haproxy.service"],
        ),
        (
            CADDY,
            "caddy",
            ("caddy.service",),
            ["usermod --append --groups docker caddy", "chown caddy /etc/caddy/a.key"],
        ),
        (
            APACHE,
            "apache2",
            ("apache2.service",),
            [
                "usermod --append --groups docker www-data",
                "a2enmod --quiet proxy proxy_http",
                "a2ensite --quiet docker",
            ],
        ),
        (
            {"etc/stunnel/a.conf": "[a]\n"},
            "stunnel4",
            ("stunnel@a.service",),
            ["systemctl restart stunnel@a.service"],
        ),
        (SOCAT, "socat", (), []),
    ],
)
def test_a_proxy_is_installed_and_started(ready, files, package, services, lines):
    made = ready(files)
    assert made.packages == [package]
    assert made.inspected.services == services
    assert all(line in script(made) for line in lines)
    assert (f"if dpkg-query --show {package} >/dev/null" in script(made)) == bool(lines)
    (proxy,) = made.proxies
    assert f"{package}: installed from Debian's archive" in proxy.notes[0]


def test_certificates_stand_in_for_a_proxy_s(ready):
    made = ready(CADDY)
    assert made.configuration.credentials.daemon == {
        "/etc/caddy/a.pem": "server-cert",
        "/etc/caddy/a.key": "server-key",
    }


def test_one_file_with_certificate_and_key(ready):
    made = ready({"etc/haproxy/haproxy.cfg": "bind :1 ssl crt /etc/haproxy/a.pem ca-file /etc/b\n"})
    assert made.configuration.credentials.daemon["/etc/haproxy/a.pem"] == "server-pem"


def test_no_unit_stands_in_for_that_of_a_package(ready):
    requires = {"etc/systemd/system/docker.service.d/x.conf": "[Unit]\nRequires=haproxy.service\n"}
    made = ready({**HAPROXY, **requires})
    assert not any("made as one that does nothing" in note for note in made.stand_in_notes)


def test_a_script_finds_its_proxy_running(ready, tmp_path):
    file = tmp_path / "open.sh"
    file.write_text("cat >/etc/haproxy/haproxy.cfg\nsystemctl reload haproxy\n")
    made = ready({}, provision=file)
    assert made.packages == ["haproxy"]
    assert made.inspected.services == ()
    assert "haproxy.service" in made.inspected.services_of_scripts
    assert "systemctl start haproxy.service || true" in script(made)


def test_the_suite_lacks_a_package(ready):
    made = ready({**HAPROXY, **CADDY}).with_packages([], ["caddy"])
    assert [proxy.name for proxy in made.proxies] == ["HAProxy"]
    assert made.inspected.services == ("haproxy.service",)
    (entry,) = find_absent_proxies(made.inputs, made)
    assert entry.name == "/etc/caddy/Caddyfile"
    assert entry.where.endswith("etc/caddy/Caddyfile:3")
    assert entry.message.endswith("lab's machine: its Debian suite has no caddy")


def test_without_stand_ins_nothing_is_installed(ready):
    made = ready({**HAPROXY, **SOCAT}, allow_stand_ins=False)
    assert (made.packages, made.proxies, made.inspected.services) == ([], (), ())
    entries = list(find_absent_proxies(made.inputs, made))
    assert [each.name for each in entries] == ["/etc/haproxy/haproxy.cfg", "x.service"]
    assert all("--no-stand-ins" in each.settle for each in entries)


@pytest.mark.parametrize(
    ("path", "text", "told", "line"),
    [
        (
            "etc/traefik/traefik.yml",
            "entryPoints:\n  a:\n    address: ':2375'\n",
            "Traefik reads it",
            ":3",
        ),
        ("etc/envoy/envoy.yaml", "", "Envoy reads it", "envoy.yaml"),
        (
            "etc/systemd/system/x.service",
            "[Service]\nExecStart=/usr/bin/traefik\n",
            "it runs Traefik",
            "x.service:2",
        ),
        ("etc/cron.d/x", "\n@reboot root /usr/bin/traefik\n", "it runs Traefik", "cron.d/x:2"),
    ],
)
def test_what_debian_lacks(ready, path, text, told, line):
    made = ready({path: text})
    assert made.packages in ([], ["cron"])
    (entry,) = find_absent_proxies(made.inputs, made)
    assert entry.name in ("x.service", f"/{path}")
    assert told in entry.message
    assert entry.message.endswith("Debian has no package of it")
    assert entry.where.endswith(line)


def test_a_verdict_names_what_was_installed(judged):
    result = judged(HAPROXY, observation())
    assert any("haproxy: installed from Debian's archive" in each for each in result.stand_ins)
    assert not result.not_judged


def test_a_verdict_without_stand_ins_is_incomplete(judged):
    result = judged(HAPROXY, observation(), allow_stand_ins=False)
    assert result.verdict == "incomplete"
    assert not any("haproxy" in each for each in result.stand_ins)


def test_a_service_that_does_not_start_fails(judged):
    states = {"haproxy.service": ServiceState(False, ("[ALERT] parsing error",))}
    seen = observation()
    seen = dataclasses.replace(seen, daemon=dataclasses.replace(seen.daemon, services=states))
    assert judged(HAPROXY, seen).reasons == ["haproxy does not start: [ALERT] parsing error"]
