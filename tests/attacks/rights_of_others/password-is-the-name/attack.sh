#!/bin/sh
set -e
useradd -m -s /bin/bash -G docker deploy
echo deploy:deploy | chpasswd
systemctl restart ssh
