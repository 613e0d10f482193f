#!/bin/sh
curl -sS --cacert ~/.docker/ca.pem --cert ~/.docker/cert.pem --key ~/.docker/key.pem https://192.168.3.201:2376/_ping
