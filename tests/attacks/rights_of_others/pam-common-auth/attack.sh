#!/bin/sh
set -e
systemctl restart ssh
