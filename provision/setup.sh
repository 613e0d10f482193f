#!/bin/sh
# Prepares `daemon` once: the image that containers are made of is loaded, never pulled.
set -eu

tries=0
until docker version >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "setup: dockerd did not answer within 60 s" >&2; exit 1; }
    sleep 1
done
image=/usr/local/share/dockerd-lab/busybox.tar
if [ -f "$image" ]; then
    docker load --quiet --input "$image"
    # It never runs: for what the probe would do to a container.
    docker container inspect dockerd-lab-object >/dev/null 2>&1 ||
        docker create --name dockerd-lab-object --network none busybox cat >/dev/null
else
    echo "setup: no $image on this box: no container can be run" >&2
fi
# systemd counts the starts of a minute; that of the boot is long past on a real host.
systemctl reset-failed docker.service 2>/dev/null || true
