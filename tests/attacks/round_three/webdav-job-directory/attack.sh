#!/bin/sh
set -e
mkdir -p /srv/jobs
chown www-data: /srv/jobs
chmod 0755 /srv/jobs /opt/jobs/run
systemctl enable jobs.path
