"""Servers that take files from strangers, and those that do not."""

import pytest
from observations import observation

SITE = "etc/nginx/conf.d/x.conf"


def nginx(location, server=""):
    return {
        SITE: f"server {{\n{server}\nlocation /jobs/ {{\ndav_methods PUT;\n{location}\n}}\n}}\n"
    }


def section(path, *lines):
    return {path: "\n".join(("[jobs]", "path = /srv/jobs", *lines, ""))}


OPEN = {
    "WebDAV": (nginx(""), "nginx", 4),
    "WebDAV for all paths": ({SITE: "server {\ndav_methods DELETE MOVE;\n}\n"}, "nginx", 2),
    "WebDAV for some": (nginx("allow 192.168.3.0/24; deny all;"), "nginx", 4),
    "other methods denied": (nginx("limit_except GET PUT { deny all; }"), "nginx", 4),
    "rules of its own": (nginx("allow all;", "deny all;"), "nginx", 4),
    "a password that is not asked for": (nginx("auth_basic off;", "auth_basic a;"), "nginx", 4),
    "either is enough": (nginx("satisfy any; allow all; auth_basic a;"), "nginx", 4),
    "rsync": (section("etc/rsyncd.conf", "Read Only = false"), "rsync", 3),
    "rsync for all modules": (
        {"etc/rsyncd-ci.conf": "read only = no\n[a]\npath = /a\n"},
        "rsync",
        1,
    ),
    "Samba": (section("etc/samba/smb.conf", "writable = yes", "guest ok = yes"), "Samba", 3),
    "NFS": ({"etc/exports": "# a\n/srv *(ro) 192.168.3.0/24(sync,rw)\n"}, "NFS", 2),
    "vsftpd": ({"etc/vsftpd.conf": "anon_upload_enable=YES\n"}, "vsftpd", 1),
    "ProFTPD": ({"etc/proftpd/proftpd.conf": "<Anonymous /srv>\n</Anonymous>\n"}, "ProFTPD", 1),
    "Pure-FTPd": ({"etc/pure-ftpd/conf/AnonymousCantUpload": "no\n"}, "Pure-FTPd", 1),
    "TFTP": ({"etc/default/tftpd-hpa": 'TFTP_OPTIONS="--secure --create"\n'}, "tftpd", 1),
    "TFTP in a unit": (
        {"etc/systemd/system/t.service": "[Service]\nExecStart=/usr/sbin/in.tftpd -Lc /srv\n"},
        "tftpd",
        2,
    ),
    "aTFTP": ({"etc/default/atftpd": 'OPTIONS="--daemon /srv"\n'}, "atftpd", 1),
    "Apache's": (
        {"etc/apache2/sites-enabled/x.conf": "<Location /jobs>\nDav On\n</Location>\n"},
        "Apache",
        2,
    ),
    "lighttpd's": (
        {"etc/lighttpd/lighttpd.conf": '$HTTP["url"] =~ "^/j" {\nwebdav.activate = "enable"\n}\n'},
        "lighttpd",
        2,
    ),
}
CLOSED = {
    "no method": nginx("dav_methods off;") | {SITE: "server {\ndav_methods off;\n}\n"},
    "one that writes nothing": {SITE: "server {\ndav_methods DELETE MKCOL;\n}\n"},
    "PUT denied": nginx("limit_except GET { deny all; }"),
    "a password for PUT": nginx("limit_except GET { auth_basic a; }"),
    "all denied": nginx("deny all;"),
    "all denied outside": nginx("", "deny all;"),
    "a password": nginx("", "auth_basic a;"),
    "both are needed": nginx("allow all; auth_basic a;"),
    "a certificate": nginx("", "ssl_verify_client on;"),
    "no requests of others": nginx("internal;"),
    "an answer of its own": nginx("return 404;"),
    "rsync": section("etc/rsyncd.conf", "read only = yes"),
    "rsync by default": section("etc/rsyncd.conf"),
    "rsync with a password": section("etc/rsyncd.conf", "read only = no", "auth users = ci"),
    "Samba with a password": section("etc/samba/smb.conf", "writable = yes"),
    "Samba for reading": section("etc/samba/smb.conf", "guest ok = yes"),
    "NFS": {"etc/exports": "/srv *(ro)\n/home host(rw)\n#/a *(rw)\n"},
    "vsftpd": {"etc/vsftpd.conf": "anon_upload_enable=NO\n"},
    "ProFTPD": {"etc/proftpd/proftpd.conf": "<Anonymous /a>\n<Limit STOR>\nDenyAll\n</Limit>\n"},
    "Pure-FTPd": {"etc/pure-ftpd/conf/AnonymousCantUpload": "yes\n"},
    "TFTP": {"etc/default/tftpd-hpa": 'TFTP_OPTIONS="--secure"\n'},
}


def told(judged, files):
    entries = judged(files, observation()).not_judged
    return [each for each in entries if "strangers" in each.message]


@pytest.mark.parametrize("name", OPEN)
def test_a_server_that_takes_files_from_strangers(judged, name):
    files, server, line = OPEN[name]
    (only,) = told(judged, files)
    assert only.message.startswith((f"{server} takes files", f"{server} may let strangers through"))
    assert only.where.endswith(f"{next(iter(files))}:{line}")


@pytest.mark.parametrize("name", CLOSED)
def test_a_server_that_takes_none(judged, name):
    assert told(judged, CLOSED[name]) == []
