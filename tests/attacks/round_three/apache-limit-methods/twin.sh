#!/bin/sh
set -e
a2enmod proxy proxy_http
a2ensite docker
usermod -aG docker www-data
