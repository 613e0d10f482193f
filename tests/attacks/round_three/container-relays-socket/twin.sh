#!/bin/sh
set -e
systemctl enable portal.service
