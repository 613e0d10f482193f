#!/bin/sh
set -e
systemctl enable nftables.service
