#!/bin/sh
# Waits on `daemon` until a boot is over: systemd starts nothing more, every dockerd answers or has
# ended, and for some seconds nothing new listens. Then it starts at once what timers and path units
# would start later, and waits again.
#
#   await-boot.sh [UNIT…]       the timers and path units
#
# Prints `triggered UNIT SERVICE` for each service that it starts, `left UNIT SERVICE` for one that
# would end the machine, and `unfinished WHAT` where something goes on for longer than it waits.
set -u

boot_limit=${BOOT_LIMIT:-90} # seconds
trigger_limit=${TRIGGER_LIMIT:-45}
quiet=${QUIET:-5}
ready=' '

uptime() { read -r now _ </proc/uptime && now=${now%.*}; }

# Docker's own service is waited for elsewhere. Another dockerd answers once it has opened all of its
# hosts, and before some of them it waits on purpose.
dockerd_starts() {
    own=$(systemctl show --property MainPID --value docker.service)
    for pid in $(pgrep -x dockerd); do
        case "$ready $own " in *" $pid "*) continue ;; esac
        answers "$pid" || return 0
        ready="$ready$pid "
    done
    return 1
}

# Whether a dockerd answers at one of the places where it listens.
answers() {
    places=$(netstat -lntxpW 2>/dev/null | awk -v owner="$1/" '
        index($0, " " owner) && $1 ~ /^tcp/ {
            port = $4; sub(".*:", "", port); host = $4; sub(":[^:]*$", "", host)
            print (host == "::" || host == "0.0.0.0") ? "127.0.0.1:" port : \
                (host ~ /:/ ? "[" host "]:" port : host ":" port)
        }
        index($0, " " owner) && $1 == "unix" { print $NF }')
    for place in $places; do
        case $place in
            /*) answer=$(curl -sS --max-time 2 --unix-socket "$place" http://docker/_ping 2>&1) ;;
            *) answer=$(curl -sS --globoff --max-time 2 "http://$place/_ping" 2>&1) ;;
        esac
        case $answer in OK* | *HTTPS*) return 0 ;; esac
    done
    return 1
}

# What still goes on: units that are starting, a dockerd that starts, or else the boot itself.
going_on() {
    names=$(systemctl list-jobs --no-legend | awk '$NF == "running" { print $2 }')
    ! dockerd_starts || names="$names dockerd"
    case $names$(systemctl is-system-running) in initializing | starting) names=systemd ;; esac
    # shellcheck disable=SC2086  # several names become one line
    echo $names
}

# Waits until nothing goes on and the listeners have been the same for some seconds.
await() {
    uptime
    end=$((now + $1)) since=$now before=
    while :; do
        what=$(going_on)
        listeners=$(netstat -lntxpW 2>/dev/null | sort | cksum)
        uptime
        if [ -n "$what" ] || [ "$listeners" != "$before" ]; then
            since=$now before=$listeners
        elif [ $((now - since)) -ge "$quiet" ]; then
            return
        fi
        if [ "$now" -ge "$end" ]; then
            echo "unfinished ${what:-listeners}"
            return
        fi
        sleep 1
    done
}

await "$boot_limit"
triggered=
for unit; do
    [ "$(systemctl is-active "$unit")" = active ] || continue
    for service in $(systemctl show --property Triggers --value "$unit"); do
        started=$(systemctl show --property InactiveExitTimestampMonotonic --value "$service")
        [ "${started:-0}" = 0 ] || continue
        if systemctl cat "$service" | grep -Eqw 'reboot|poweroff|halt|shutdown|kexec'; then
            echo "left $unit $service"
        else
            systemctl start --no-block "$service"
            echo "triggered $unit $service"
            triggered=yes
        fi
    done
done
[ -z "$triggered" ] || await "$trigger_limit"
