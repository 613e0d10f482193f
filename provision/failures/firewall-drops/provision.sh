#!/bin/sh
set -eu
systemctl enable --quiet nftables.service
systemctl restart nftables.service
