#!/bin/sh
set -e
id ci >/dev/null 2>&1 || useradd -m -s /bin/sh ci
usermod -aG docker ci
passwd -l ci
