#!/bin/sh
# Applies a case on `daemon`, as a person would who deploys it. Vagrant's shell provisioner and the
# harness run this same file:
#
#   apply.sh CASE_DIRECTORY [booted]
#
#   rootfs/        every file is installed as it lies, for root
#   unit/          docker.service that takes the place of the packaged one, before all else
#   provision.sh   what else there is to do
#   start.sh       how dockerd is started, where that is not `systemctl restart docker`
#
# What came of it is left in /var/lib/dockerd-lab/outcome, as KEY=VALUE lines. A second call with the
# same case changes nothing. The exit code tells whether the case could be applied, not whether
# dockerd likes it.
#
# With `booted` nothing is applied: the machine was rebooted with the case, and what the boot made of
# docker.service is left as the outcome.
set -eu

case_dir=$1
state=/var/lib/dockerd-lab
# Seconds `systemctl restart docker` may take, and /_ping after it.
restart_limit=120
ping_limit=30

mkdir -p "$state/replaced"
touch "$state/installed"

say() { printf 'apply: %s\n' "$*"; }
now() { cut -d' ' -f1 /proc/uptime; }
since() { awk -v t="$1" -v n="$(now)" 'BEGIN { printf "%.2f", n - t }'; }
record() { printf '%s=%s\n' "$1" "$2" >>"$state/outcome.new"; }

# The unit goes where packages have theirs, so that drop-ins and overrides mean what they mean there.
if [ -d "$case_dir/unit" ]; then
    # Debian 11's /lib may be a directory of its own, which systemd prefers.
    if [ -L /lib ]; then units=usr/lib/systemd/system; else units=lib/systemd/system; fi
    mkdir -p "$case_dir/rootfs/$units"
    cp "$case_dir"/unit/* "$case_dir/rootfs/$units/"
fi

# The paths under rootfs/, without the leading slash.
listed() { [ ! -d "$case_dir/rootfs" ] || (cd "$case_dir/rootfs" && find . -type f | sed 's,^\./,,' | sort); }

mode_of() { if [ -x "$case_dir/rootfs/$1" ]; then echo 755; else echo 644; fi; }

is_installed() {
    [ -f "/$1" ] && cmp -s "$case_dir/rootfs/$1" "/$1" &&
        [ "$(stat -c '%a %U %G' "/$1")" = "$(mode_of "$1") root root" ]
}

# Whether this very case was applied last, and its files are still what they were.
already_applied() {
    [ -f "$state/outcome" ] && [ "$(cat "$state/case" 2>/dev/null)" = "$digest" ] || return 1
    listed >"$state/wanted"
    while read -r path; do
        is_installed "$path" || return 1
    done <"$state/wanted"
}

# Takes back what the case before this one installed.
remove_others() {
    while read -r path; do
        if [ -e "$state/replaced/$path" ]; then
            cp -a "$state/replaced/$path" "/$path"
        else
            rm -f "/$path"
        fi
        say "took back /$path"
    done <"$state/installed"
    : >"$state/installed"
    rm -rf "$state/replaced"
}

install_files() {
    listed >"$state/wanted"
    while read -r path; do
        if [ -e "/$path" ]; then
            mkdir -p "$state/replaced/$(dirname "$path")"
            cp -a "/$path" "$state/replaced/$path"
        fi
        install -D -o root -g root -m "$(mode_of "$path")" "$case_dir/rootfs/$path" "/$path"
        printf '%s\n' "$path" >>"$state/installed"
        say "installed /$path"
    done <"$state/wanted"
}

# Ready means that the API answers, wherever it is.
answers() {
    if [ -S /run/docker.sock ]; then
        curl -fsS --max-time 2 --unix-socket /run/docker.sock http://docker/_ping
    else
        port=$(netstat -lnt | awk '$4 ~ /:237[56]$/ { sub(".*:", "", $4); print $4; exit }')
        curl -fsS --max-time 2 "http://127.0.0.1:${port:-2375}/_ping"
    fi >/dev/null 2>&1
}

await_ping() {
    started=$(now)
    until answers; do
        if awk -v s="$(since "$started")" -v l="$ping_limit" 'BEGIN { exit !(s > l) }'; then
            say "dockerd runs, but /_ping was not OK within $ping_limit s"
            return 1
        fi
        sleep 0.2
    done
}

main_pid() { systemctl show --property MainPID --value docker.service; }

by_systemd() {
    before=$(main_pid)
    systemctl daemon-reload
    started=$(now)
    code=0
    timeout "$restart_limit" systemctl restart docker.service || code=$?
    record restart_exit_code "$code"
    record restart_seconds "$(since "$started")"
    say "systemctl restart docker: exit code $code after $(since "$started") s"
    if [ "$code" = 124 ]; then
        say "systemctl restart docker did not end within $restart_limit s"
        daemon=failed
    elif [ "$code" = 0 ]; then
        daemon=active
        await_ping || daemon=failed
    elif [ "$before" != 0 ] && [ "$(main_pid)" = "$before" ]; then
        daemon=unchanged
    else
        # The first exit tells. systemd would try again until its limit; it is told not to, so that
        # what is seen from here on does not depend on the moment.
        systemctl stop docker.service
        daemon=failed
    fi
    record daemon "$daemon"
}

by_hand() {
    systemctl stop docker.service docker.socket
    started=$(now)
    setsid sh "$case_dir/start.sh" >"$state/by-hand.log" 2>&1 &
    starter=$!
    daemon=failed
    while :; do
        if ! kill -0 "$starter" 2>/dev/null; then
            code=0
            wait "$starter" || code=$?
            record by_hand_exit_code "$code"
            say "dockerd by hand: exit code $code after $(since "$started") s"
            break
        elif answers; then
            daemon=active
            break
        elif awk -v s="$(since "$started")" -v l="$restart_limit" 'BEGIN { exit !(s > l) }'; then
            say "dockerd by hand: neither ended nor answered within $restart_limit s"
            break
        fi
        sleep 0.2
    done
    record restart_seconds "$(since "$started")"
    record daemon "$daemon"
}

# Waits until systemd is done with docker.service: it runs, it failed for good, or nobody starts it.
after_boot() {
    started=$(now)
    daemon=
    while [ -z "$daemon" ]; do
        case $(systemctl show --property ActiveState --value docker.service) in
            active) daemon=active; await_ping || daemon=failed ;;
            failed) daemon=failed ;;
            inactive) timeout 60 systemctl is-system-running --quiet --wait >/dev/null 2>&1 || true
                [ "$(main_pid)" != 0 ] || daemon=failed ;;
            *) sleep 0.2 ;;
        esac
        if awk -v s="$(since "$started")" -v l="$restart_limit" 'BEGIN { exit !(s > l) }'; then
            say "docker.service did not settle within $restart_limit s after the boot"
            daemon=failed
        fi
    done
    record restart_seconds "$(since 0)"
    record daemon "$daemon"
}

digest=$(cd "$case_dir" && find . -type f -exec sha256sum {} + | sort | sha256sum | cut -d' ' -f1)
if [ "${2:-}" = booted ]; then
    : >"$state/outcome.new"
    record journal_from --boot
    rm -f "$state/by-hand.log" # of before the boot
    after_boot
    say "after the boot the daemon is $daemon"
    mv "$state/outcome.new" "$state/outcome"
    exit 0
elif already_applied; then
    say "this case is applied already; nothing to do"
    exit 0
fi

: >"$state/outcome.new"
rm -f "$state/case" "$state/outcome"
remove_others
mkdir -p "$state/replaced"
install_files
if [ -f "$case_dir/provision.sh" ]; then
    (cd "$case_dir" && sh ./provision.sh)
    say "ran provision.sh"
fi
# The place in the unit's journal; of its own entries, since journalctl skips one after a cursor.
record journal_from "--after-cursor=$(journalctl --unit docker.service --lines 1 --show-cursor | sed -n 's/^-- cursor: //p')"
if [ -f "$case_dir/start.sh" ]; then by_hand; else by_systemd; fi
say "the daemon is $daemon"
mv "$state/outcome.new" "$state/outcome"
printf '%s\n' "$digest" >"$state/case"
