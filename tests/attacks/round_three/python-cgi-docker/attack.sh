#!/bin/sh
set -e
id www-data >/dev/null
chmod 0755 /srv/status /srv/status/cgi-bin /srv/status/cgi-bin/status
systemctl enable status-web.service
