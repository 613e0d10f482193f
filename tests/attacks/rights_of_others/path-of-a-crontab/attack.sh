#!/bin/sh
set -e
install -d -m 1777 /var/tmp/tools
