#!/bin/sh
usermod --add-subuids 165536-231071 --add-subgids 165536-231071 daemon
systemctl restart docker.service
