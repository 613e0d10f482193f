#!/bin/sh
cp docker-upgrade /etc/nginx/sites-enabled/docker
systemctl reload nginx.service
