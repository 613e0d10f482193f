#!/bin/sh
set -e
useradd -m -s /bin/bash -G docker deploy
echo "deploy:$(openssl rand -hex 20)" | chpasswd
systemctl restart ssh
