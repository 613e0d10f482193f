#!/bin/sh
sed -i '/tcp dport 2375 drop/i ip saddr 192.168.3.10 tcp dport 2375 accept' /etc/nftables.conf
systemctl reload nftables.service
