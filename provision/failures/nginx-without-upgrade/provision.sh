#!/bin/sh
set -eu
usermod --append --groups docker www-data
rm -f /etc/nginx/sites-enabled/default
systemctl restart nginx.service
