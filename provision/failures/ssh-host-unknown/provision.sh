#!/bin/sh
# Who is in group docker is root; this user can do nothing else, and logs in with a key only.
set -eu
id deploy >/dev/null 2>&1 || useradd --create-home --shell /bin/sh --groups docker deploy
install -d -o deploy -g deploy -m 0700 /home/deploy/.ssh
install -o deploy -g deploy -m 0600 /etc/ssh/deploy.pub /home/deploy/.ssh/authorized_keys
systemctl reload ssh.service
