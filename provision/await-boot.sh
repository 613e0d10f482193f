#!/bin/sh
# Waits on `daemon` until a boot is over: systemd starts nothing more, every dockerd answers or has
# ended, and for some seconds nothing new listens. Then it starts at once what timers, path units,
# cron and at would start later, and waits again.
#
#   await-boot.sh [UNIT|FILE…]  the timers and path units; the files of cron's and at's
#
# Prints `triggered UNIT SERVICE` for each service that it starts, `left UNIT SERVICE` for one that
# would end the machine, and `unfinished WHAT` where something goes on for longer than it waits. A job
# of a file is called by its place there; `absent PLACE` is printed for one whose program is not there.
set -u

boot_limit=${BOOT_LIMIT:-90} # seconds
trigger_limit=${TRIGGER_LIMIT:-45}
quiet=${QUIET:-5}
ready=' '
tab=$(printf '\t')

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

# Whether a text has a command that ends the machine.
ends_machine() { grep -Eqw 'reboot|poweroff|halt|shutdown|kexec'; }

# Prints the jobs of a file: PLACE, USER, `boot` or `later`, and COMMAND, with tabs between.
jobs_of() {
    case $1 in
        */atjobs/* | */cron.hourly/* | */cron.daily/* | */cron.weekly/* | */cron.monthly/*)
            printf '%s\t%s\tlater\tsh %s\n' "$1" "$(stat -c %U "$1")" "$1"
            return ;;
        */crontabs/*) user=${1##*/} ;;
        *) user= ;;
    esac
    awk -v file="$1" -v user="$user" '
        /^[ \t]*(#|$)/ || /^[ \t]*[A-Za-z_]+[ \t]*=/ { next }
        {
            fields = ($1 ~ /^@/ ? 1 : 5) + (user == "")
            owner = user == "" ? $fields : user
            command = $0
            for (field = 1; field <= fields; field++) sub(/^[ \t]*[^ \t]+[ \t]+/, "", command)
            printf "%s:%d\t%s\t%s\t%s\n", file, NR, owner, $1 == "@reboot" ? "boot" : "later", command
        }' "$1"
}

# Runs those jobs of a file at once that the boot has not started.
run_jobs() {
    [ -f "$1" ] || return 0 # atd has run it
    path=$(sed -n 's/^PATH *= *//p' "$1" | tail -n 1)
    jobs_of "$1" | while IFS=$tab read -r place user when command; do
        # The first word that is no assignment; the shell has others of its own.
        program=$(echo "$command" | awk '{ for (i = 1; i < NF && $i ~ /^[A-Za-z_]+=/; i++); print $i }')
        (PATH=${path:-/usr/bin:/bin}; command -v "$program" >/dev/null) || echo "absent $place"
        if [ "$when" = boot ]; then
            continue
        elif { echo "$command"; [ ! -f "${command#sh }" ] || cat "${command#sh }"; } | ends_machine; then
            echo "left $2 $place"
        else
            setsid runuser -u "$user" -- env -i HOME=/ PATH="${path:-/usr/bin:/bin}" LOGNAME="$user" \
                sh -c "$command" </dev/null >/dev/null 2>&1 &
            echo "triggered $2 $place"
        fi
    done
}

await "$boot_limit"
triggered=
for each; do
    case $each in
        */atjobs/*) run_jobs "$each" atd.service; triggered=yes; continue ;;
        /*) run_jobs "$each" cron.service; triggered=yes; continue ;;
    esac
    [ "$(systemctl is-active "$each")" = active ] || continue
    for service in $(systemctl show --property Triggers --value "$each"); do
        started=$(systemctl show --property InactiveExitTimestampMonotonic --value "$service")
        [ "${started:-0}" = 0 ] || continue
        if systemctl cat "$service" | ends_machine; then
            echo "left $each $service"
        else
            systemctl start --no-block "$service"
            echo "triggered $each $service"
            triggered=yes
        fi
    done
done
[ -z "$triggered" ] || await "$trigger_limit"
