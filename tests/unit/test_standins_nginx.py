"""What stands in for what nginx needs of the real host, and where it is read to listen."""

import re

import pytest
from prepared import script

from dockerd_lab.cases.model import Remote

NGINX = """user nginx;
events {}
# user nobody2;
http {
  server { listen 80; return 301 https://$host$request_uri; }
  server {
    listen 8443 ssl;
    ssl_certificate /etc/letsencrypt/live/x/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/x/privkey.pem;
    include /etc/letsencrypt/options-ssl-nginx.conf;
    ssl_dhparam /etc/letsencrypt/ssl-dhparams.pem;
    location / { proxy_set_header user me; proxy_pass http://unix:/run/docker.sock:/; }
  }
}
"""


@pytest.mark.parametrize("place", ["1:²", "123456", "unix:/run/x", "[::]:80-90", "$port"])
def test_a_place_without_a_port_is_none(ready, place):
    made = ready({"etc/nginx/sites-enabled/x": f"server {{ listen {place}; }}\n"})
    assert made.declared.nginx == ()


def test_what_nginx_needs_of_the_real_host(ready):
    made = ready({"etc/nginx/nginx.conf": NGINX})
    said = script(made)
    assert said.count("useradd") == 1
    assert "useradd --system --gid nginx nginx" in said
    assert "usermod --append --groups docker nginx" in said
    assert ": >>/etc/letsencrypt/options-ssl-nginx.conf" in said
    assert "-out /etc/letsencrypt/ssl-dhparams.pem" in said
    assert made.configuration.remote == Remote(host="tcp://192.168.3.201:8443", tls=True)


def test_nothing_of_it_stands_in_where_that_is_not_allowed(ready):
    made = ready({"etc/nginx/nginx.conf": NGINX + "stream {\n}\n"}, allow_stand_ins=False)
    assert not {"useradd", "docker.sock", "nginx"} & set(re.findall(r"[\w.]+", script(made)))
    assert made.stand_in_notes == ()
    # Debian's package enables it, and the box does not.
    assert "systemctl enable --no-reload --quiet nginx.service" in made.boot.script


def test_one_file_with_certificate_key_and_authority(ready):
    site = "server {\n listen 1 ssl;\n ssl_certificate a.pem;\n ssl_certificate_key a.pem;\n}\n"
    made = ready({"etc/nginx/sites-enabled/a": site})
    assert made.configuration.credentials.daemon == {"/etc/nginx/a.pem": "server-pem"}


def test_a_stream_in_a_whole_nginx_conf_gets_its_module(ready):
    whole = "events {}\nstream {\n server {\n  listen 1;\n }\n}\n"
    made = ready({"etc/nginx/nginx.conf": whole})
    assert "sed -i '1i load_module modules/ngx_stream_module.so;'" in script(made)


def test_a_stream_in_a_file_that_nginx_conf_includes_gets_its_module_too(ready):
    files = {"etc/nginx/nginx.conf": "events {}\ninclude /etc/nginx/stream.d/*.conf;\n"}
    files["etc/nginx/stream.d/a.conf"] = "stream {\n server {\n  listen 1;\n }\n}\n"
    assert "load_module modules/ngx_stream_module.so" in script(ready(files))


def test_hosts_that_nginx_looks_up_are_this_machine(ready):
    site = (
        "upstream api { server socket-proxy:2375; }\n"
        "server { listen 1; location / { proxy_pass http://api; }\n"
        " location /v2 { proxy_pass http://registry:5000/; }\n"
        " location /x { proxy_pass http://$host:1; }\n"
        " location /y { proxy_pass http://unix:/a:/; } }\n"
    )
    made = ready({"etc/nginx/sites-enabled/a": site})
    assert re.findall(r"echo \S+ (\S+) >>/etc/hosts", script(made)) == ["registry", "socket-proxy"]


def test_nginx_before_a_daemon_with_tls_gets_a_client_s_certificate(ready):
    site = "server { proxy_ssl_certificate /a/c; proxy_ssl_certificate_key /a/k;\n"
    site += " proxy_ssl_trusted_certificate /a/ca; }\n"
    made = ready({"etc/nginx/conf.d/a.conf": site})
    assert made.configuration.credentials.daemon == {
        "/a/c": "client-cert",
        "/a/k": "client-key",
        "/a/ca": "ca",
    }


@pytest.mark.parametrize("listen", ["8000-8010", "${PORT}", "1.2.3.4:1-2"])
def test_ports_that_are_not_one_are_not_read(ready, listen):
    assert not ready({"etc/nginx/conf.d/a.conf": f"server {{ listen {listen}; }}\n"}).declared.nginx


def test_a_listen_over_two_lines_has_the_place_of_its_first_line(ready):
    made = ready(
        {"etc/nginx/sites-enabled/a": "server {\n  listen\n   10.1.2.3:2376 ssl; # here\n}\n"}
    )
    [listen] = made.declared.nginx
    assert (listen.host, listen.port, listen.tls, listen.line) == ("10.1.2.3", 2376, True, 2)


def test_the_socket_where_a_container_has_it(ready):
    proxied = NGINX.replace("unix:/run/docker.sock", "unix:/host/var/run/docker.sock")
    made = ready({"etc/nginx/nginx.conf": proxied + "# unix:/a/docker.sock\n"})
    assert [said for said in made.stand_in_notes if "docker.sock:" in said] == [
        "/host/var/run/docker.sock: a link to /run/docker.sock"
    ]
    assert "ln -s /run/docker.sock /host/var/run/docker.sock" in script(made)


def test_an_include_that_would_name_the_certificate_names_one(ready):
    site = "server { listen 443 ssl; include snippets/ssl-params.conf;\n"
    made = ready({"etc/nginx/sites-enabled/a": site + " include snippets/self-signed.conf; }\n"})
    assert made.configuration.credentials.daemon == {"/etc/nginx/dockerd-lab.pem": "server-pem"}
    assert "dockerd-lab.pem;' >/etc/nginx/snippets/self-signed.conf" in script(made)
    assert ": >>/etc/nginx/snippets/ssl-params.conf" in script(made)
