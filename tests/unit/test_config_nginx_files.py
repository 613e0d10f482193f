"""Under which paths nginx serves the files of the machine."""

import pytest

from dockerd_lab.config.nginx_files import served
from dockerd_lab.config.nginx_tree import MAIN, parse


@pytest.mark.parametrize(
    ("server", "file", "path"),
    [
        ("location /ca { alias /srv/ca/public/; }", "/srv/ca/key.pem", "/ca../key.pem"),
        ("location /ca { alias /srv/ca/public/; }", "/srv/ca/public/key.pem", "/cakey.pem"),
        ("location /ca/ { alias /srv/ca/public/; }", "/srv/ca/public/a/k.pem", "/ca/a/k.pem"),
        ("location /ca/ { alias /srv/ca/public/; }", "/srv/ca/key.pem", None),
        ("location /ca { alias /srv/ca; }", "/srv/ca/key.pem", "/ca/key.pem"),
        ("root /srv/www;", "/srv/www/key.pem", "/key.pem"),
        ("root /srv/www; location /a/ { }", "/srv/www/a/key.pem", "/a/key.pem"),
        ("root /; location / { return 404; }", "/etc/key.pem", None),
        ("location /a/ { alias /srv/$1/; }", "/srv/1/key.pem", None),
    ],
)
def test_the_path_of_a_file(server, file, path):
    places = served(parse({MAIN: f"http {{ server {{ {server} }} }}"}))
    paths = [each for each in (place.request_path(file) for place in places) if each]
    assert path in paths if path else not paths
