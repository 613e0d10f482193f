"""The proxies' files as they lie on a machine."""

import subprocess

from observations import answer, write

from dockerd_lab.observe import proxies


def test_files_of_proxies_are_read_but_no_keys(tmp_path):
    haproxy = write(tmp_path / "etc/haproxy/haproxy.cfg", "listen a\n  bind :2375\n")
    write(tmp_path / "etc/haproxy/docker.pem", "-----BEGIN PRIVATE KEY-----\n")
    write(tmp_path / "etc/apache2/mods-available/x.conf", "ServerName a\n")
    site = write(tmp_path / "etc/apache2/sites-enabled/it's.conf", "ServerName b")
    lua = write(tmp_path / "etc/nginx/a.lua", "ngx.exit(403)\n")
    write(tmp_path / "etc/nginx/nginx.conf", "events {}\n")
    script = proxies.DUMP.replace("/etc/", f"{tmp_path}/etc/")
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    found = {path: text.strip() for path, text in proxies.texts(answer(done.stdout)).items()}
    assert found == {
        str(haproxy): "listen a\n  bind :2375",
        str(site): "ServerName b",
        str(lua): "ngx.exit(403)",
    }


def test_a_machine_without_proxies():
    assert proxies.texts(answer("")) == {}
