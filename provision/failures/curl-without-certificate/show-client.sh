#!/bin/sh
curl -sS --cacert ~/.docker/ca.pem https://192.168.3.201:2376/_ping
