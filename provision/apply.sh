#!/bin/sh
# Applies a case on `daemon`, as a person would who deploys it. Vagrant's shell provisioner and the
# harness run this same file:
#
#   apply.sh CASE_DIRECTORY [booted | fix]
#
#   rootfs/        every file is installed as it lies, for root
#   unit/          docker.service that takes the place of the packaged one, before all else
#   provision.sh   what else there is to do
#   restart.sh     how it is brought into effect, where that is not `systemctl restart docker`
#   no-restart     nothing is brought into effect but by provision.sh
#   start.sh       how dockerd is started by hand, instead of its unit
#   fix.sh         how a failure is fixed
#
# What came of it is left in /var/lib/dockerd-lab/outcome, as KEY=VALUE lines. A second call with the
# same case changes nothing. The exit code tells whether the case could be applied, not whether
# dockerd likes it.
#
# With `booted` nothing is applied: the machine was rebooted with the case, and what the boot made of
# docker.service is left as the outcome. With `fix` the applied failure is fixed instead: fix.sh is
# run, up to the first step that fails. Its steps and their output are on standard output then, and
# on standard error what this script says, and the line `fix_exit_code=CODE`.
set -eu

case_dir=$1
state=${LAB_STATE:-/var/lib/dockerd-lab} # elsewhere for tests
# Seconds `systemctl restart docker` may take, and /_ping after it.
restart_limit=${RESTART_LIMIT:-120}
ping_limit=30
# Seconds that fix.sh may take.
fix_limit=180

mkdir -p "$state/replaced"
touch "$state/installed"

say() { printf 'apply: %s\n' "$*"; }
# Times are hundredths of seconds since the boot, and are had without another process: each costs an
# emulated machine some 50 ms.
tick() {
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
}
since() {
    tick
    printf '%d.%02d' $(((now - $1) / 100)) $(((now - $1) % 100))
}
# Whether more than this many seconds ($2) have passed since then ($1).
over() {
    tick
    [ $((now - $1)) -gt $(($2 * 100)) ]
}
record() { printf '%s=%s\n' "$1" "$2" >>"$state/outcome.new"; }

# Packages have their units in one place, whichever of its two names a case has for it. Debian 11's
# /lib may be a directory of its own, which systemd prefers.
units=usr/lib/systemd/system other=lib/systemd/system
[ -L /lib ] || { units=lib/systemd/system other=usr/lib/systemd/system; }
if [ -d "$case_dir/rootfs/$other" ]; then
    mkdir -p "$case_dir/rootfs/$units"
    cp -a "$case_dir/rootfs/$other/." "$case_dir/rootfs/$units/"
    rm -r "$case_dir/rootfs/$other"
fi
# The unit goes there too, so that drop-ins and overrides mean what they mean there.
for file in "$case_dir"/unit/*; do
    # The case's own comes first.
    if [ -f "$file" ] && [ ! -e "$case_dir/rootfs/$units/${file##*/}" ]; then
        mkdir -p "$case_dir/rootfs/$units"
        cp "$file" "$case_dir/rootfs/$units/"
    fi
done

# The paths under rootfs/, without the leading slash.
listed() { [ ! -d "$case_dir/rootfs" ] || (cd "$case_dir/rootfs" && find . ! -type d | sed 's,^\./,,' | sort); }

# A checkout knows only whether a file can be executed; certificates and keys bring their mode.
mode_of() {
    case $(stat -c %a "$case_dir/rootfs/$1") in
        400) echo 400 ;;
        444) echo 444 ;;
        *) if [ -x "$case_dir/rootfs/$1" ]; then echo 755; else echo 644; fi ;;
    esac
}

is_installed() {
    if [ -L "$case_dir/rootfs/$1" ]; then
        [ "$(readlink "/$1")" = "$(readlink "$case_dir/rootfs/$1")" ]
        return
    fi
    [ -f "/$1" ] && cmp -s "$case_dir/rootfs/$1" "/$1" &&
        [ "$(stat -c '%a %U %G' "/$1")" = "$(mode_of "$1") root root" ]
}

# One word for the whole case.
digest() { tar --sort=name --mtime=@0 --mode=644 --owner=0 --group=0 -cf - -C "$case_dir" . | sha256sum; }

# Whether this very case was applied last, and its files are still what they were.
already_applied() {
    [ -f "$state/outcome" ] && [ "$(cat "$state/case" 2>/dev/null)" = "$(digest)" ] || return 1
    listed >"$state/wanted"
    while read -r path; do
        is_installed "$path" || return 1
    done <"$state/wanted"
}

# Takes back what the case before this one installed.
remove_others() {
    while read -r path; do
        if [ -e "$state/replaced/$path" ] || [ -L "$state/replaced/$path" ]; then
            rm -f "/$path"
            cp -a "$state/replaced/$path" "/$path"
        else
            rm -f "/$path"
        fi
        say "took back /$path"
        note_unit "$path"
    done <"$state/installed"
    : >"$state/installed"
    rm -rf "$state/replaced"
}

install_files() {
    listed >"$state/wanted"
    while read -r path; do
        grep -qxF "$path" "$state/installed" || install_one "$path"
    done <"$state/wanted"
}

install_one() {
    if [ -e "/$1" ] || [ -L "/$1" ]; then
        mkdir -p "$state/replaced/$(dirname "$1")"
        cp -a "/$1" "$state/replaced/$1"
    fi
    if [ -L "$case_dir/rootfs/$1" ]; then
        mkdir -p "/$(dirname "$1")"
        # Of a directory ln would put the link inside.
        [ ! -d "/$1" ] || [ -L "/$1" ] || rm -r "/${1:?}"
        ln -sfn "$(readlink "$case_dir/rootfs/$1")" "/$1"
    elif [ -d "/$1" ]; then
        say "cannot install a file at /$1: it is a directory on the machine"
        exit 1
    else
        install -D -o root -g root -m "$(mode_of "$1")" "$case_dir/rootfs/$1" "/$1"
    fi
    printf '%s\n' "$1" >>"$state/installed"
    say "installed /$1"
    note_unit "$1"
}

# Only a changed unit makes systemd read them all again, which takes an emulated machine a second.
reload=
note_unit() {
    case $1 in *systemd/* | etc/init.d/*) reload=yes ;; esac
}

# systemd counts the starts of a minute. Those before the case are long past on a real host.
reset_starts() { systemctl reset-failed docker.service 2>/dev/null || true; }

# The daemon that runs when the case comes is one that the other unit has started: where systemd
# refuses the case's files, it is what goes on.
start_with_unit() {
    changed=
    for file in "$case_dir"/unit/*; do
        path=$units/${file##*/}
        if cmp -s "$file" "$case_dir/rootfs/$path" && ! is_installed "$path"; then
            install_one "$path"
            changed=yes
        fi
    done
    [ -n "$changed" ] || return 0
    systemctl daemon-reload
    systemctl restart docker.service || say "dockerd does not start with the other unit alone"
    reset_starts
}

# Ready means that the API answers, wherever it is. dockerd's own sockets come first: systemd listens
# at /run/docker.sock also where dockerd was not given that socket, and nobody answers there. Last are
# the ports that systemd holds, for docker.socket or others.
answers() {
    for place in $(places_of dockerd) /run/docker.sock; do
        ! answers_at "$place" || return 0
    done
    for place in $(places_of '(init|systemd)'); do
        ! answers_at "$place" || return 0
    done
    return 1
}

# The ports of a program, and dockerd's own sockets: not those that it has for its plugins and
# networks. `unix://var/run/docker.sock` is relative to the directory where dockerd was started.
places_of() {
    netstat -lntxpW 2>/dev/null | awk -v program="$1" '
        $1 ~ /^tcp/ && $7 ~ "/" program {
            port = host = $4; sub(".*:", "", port); sub(":[^:]*$", "", host)
            if (host == "::" || host == "0.0.0.0") host = "127.0.0.1"
            else if (host ~ /:/) host = "[" host "]"
            print host ":" port
        }
        program == "dockerd" && $1 == "unix" && $9 ~ "/dockerd" &&
        $10 !~ "/run/docker/(metrics|libnetwork|swarm)" {
            split($9, owner, "/"); directory = ""
            if ($10 !~ "^/") ("readlink /proc/" owner[1] "/cwd") | getline directory
            sub("^/$", "", directory)
            print ($10 ~ "^/") ? $10 : directory "/" $10
        }'
}

answers_at() {
    case $1 in
        /*)
            [ -S "$1" ] && curl -fsS --max-time 2 --unix-socket "$1" http://docker/_ping >/dev/null 2>&1 ;;
        *)
            # A daemon that wants HTTPS has answered too.
            case $(curl -sS --globoff --max-time 2 "http://$1/_ping" 2>&1) in OK* | *HTTPS*) ;; *) return 1 ;; esac ;;
    esac
}

await_ping() {
    tick
    pinged=$now
    ended=
    ! answers || return 0
    limit=$ping_limit
    # Only a unit of this type tells when dockerd is ready; any other counts as started at once, and
    # this is the time that a restart would have taken.
    [ "$(property Type)" = notify ] || limit=$restart_limit
    pid=$(main_pid)
    until answers; do
        if over "$pinged" "$limit"; then
            say "dockerd runs, but /_ping was not OK within $limit s"
            return 1
        elif [ "$(main_pid)" != "$pid" ] || [ "$(property ActiveState)" = failed ]; then
            ended=yes
            say "dockerd ended before /_ping was OK"
            return 1
        fi
        sleep 0.2
    done
}

property() { systemctl show --property "$1" --value docker.service; }
main_pid() { property MainPID; }

# Whether dockerd has run since before this time ($1).
ran_before() {
    main=0 born=
    while IFS='=' read -r key value; do
        case $key in MainPID) main=$value ;; *) born=${value%????} ;; esac
    done <<properties
$(systemctl show --property MainPID,ExecMainStartTimestampMonotonic docker.service)
properties
    [ "$main" != 0 ] && [ "${born:-0}" -lt "$1" ]
}

by_systemd() {
    rm -f "$state/by-hand.log"
    [ -z "$reload" ] || systemctl daemon-reload
    tick
    started=$now
    code=0
    restart="systemctl restart docker.service"
    [ ! -f "$case_dir/restart.sh" ] || restart="sh $case_dir/restart.sh"
    [ ! -f "$case_dir/no-restart" ] || restart="systemctl is-active --quiet docker.service"
    # shellcheck disable=SC2086  # a command and its arguments
    timeout "$restart_limit" $restart 2>"$state/restart.log" || code=$?
    cat "$state/restart.log" >&2
    seconds=$(since "$started")
    record restart_exit_code "$code"
    say "$restart: exit code $code after $seconds s"
    if [ "$code" = 124 ]; then
        say "$restart did not end within $restart_limit s"
        daemon=failed
    elif [ "$code" = 0 ]; then
        daemon=active
        await_ping || daemon=failed
        # A unit that does not tell when it is ready counts as started at once: this is when it was.
        seconds=$(since "$started")
        # As below: the first exit tells.
        [ -z "$ended" ] || systemctl stop docker.service
    elif ran_before "$started"; then
        daemon=unchanged
        # Why a unit that was read is refused (it requires one that is missing), only systemctl tells.
        [ "$(property LoadState)" != loaded ] || cp "$state/restart.log" "$state/by-hand.log"
    else
        # The first exit tells. systemd would try again until its limit; it is told not to, so that
        # what is seen from here on does not depend on the moment.
        systemctl stop docker.service || say "systemd knows no docker.service to stop"
        daemon=failed
    fi
    record restart_seconds "$seconds"
    record daemon "$daemon"
}

by_hand() {
    systemctl stop docker.service docker.socket
    tick
    started=$now
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
        elif over "$started" "$restart_limit"; then
            say "dockerd by hand: neither ended nor answered within $restart_limit s"
            break
        fi
        sleep 0.2
    done
    record restart_seconds "$(since "$started")"
    record daemon "$daemon"
}

# Waits until systemd is done with docker.service: it runs, it failed for good, or nobody starts it.
settle() {
    tick
    started=$now
    daemon=
    while [ -z "$daemon" ]; do
        case $(systemctl show --property ActiveState --value docker.service) in
            active) daemon=active; await_ping || daemon=failed ;;
            failed) daemon=failed ;;
            inactive)
                # Nobody starts it any more: no job waits, and the boot is over.
                case $(systemctl list-jobs --no-legend docker.service)$(systemctl is-system-running) in
                    running | degraded) [ "$(main_pid)" != 0 ] || daemon=failed ;;
                    *) sleep 0.5 ;;
                esac ;;
            *) sleep 0.2 ;;
        esac
        if over "$started" "$restart_limit"; then
            say "docker.service did not settle within $restart_limit s"
            daemon=failed
        fi
    done
    record daemon "$daemon"
}

fix() {
    tick
    begun=$now
    code=0
    # As it would be typed, one step after the other.
    (cd "$case_dir" && PS4='$ ' timeout "$fix_limit" sh -ex ./fix.sh) 2>&1 || code=$?
    [ "$code" != 124 ] || say "fix.sh did not end within $fix_limit s"
    say "fix.sh: exit code $code after $(since "$begun") s"
    echo "fix_exit_code=$code" >&2
    settle
    record restart_seconds "$(since "$begun")"
}

# The place in the unit's journal; of its own entries, since journalctl skips one after a cursor.
record_place() {
    record journal_from "--after-cursor=$(journalctl --unit docker.service --lines 1 --show-cursor | sed -n 's/^-- cursor: //p')"
}

if [ "${2:-}" = booted ]; then
    : >"$state/outcome.new"
    record journal_from --boot
    rm -f "$state/by-hand.log" # of before the boot
    settle
    record restart_seconds "$(since 0)"
    say "after the boot the daemon is $daemon"
    mv "$state/outcome.new" "$state/outcome"
    exit 0
elif [ "${2:-}" = fix ]; then
    say() { printf 'apply: %s\n' "$*" >&2; }
    : >"$state/outcome.new"
    record_place
    rm -f "$state/by-hand.log"
    fix
    say "after the fix the daemon is $daemon"
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
# What is changed from here on is newer than this file, and what is started from here on is later than
# the time in it.
tick
echo "$now" >"$state/begun"
# What takes another process goes on while the files are installed.
digest >"$state/case.new" &
digesting=$!
start_with_unit
[ -f "$case_dir/provision.sh" ] && [ ! -f "$case_dir/no-restart" ] || record_place &
placing=$!
install_files
wait "$digesting"
wait "$placing"
if [ -f "$case_dir/provision.sh" ]; then
    (cd "$case_dir" && sh ./provision.sh)
    say "ran provision.sh"
    reload=yes
    # What the daemon said to the script's own attempts is not what came of the case.
    [ -f "$case_dir/no-restart" ] || record_place
fi
if [ -f "$case_dir/start.sh" ]; then by_hand; else by_systemd; fi
say "the daemon is $daemon"
mv "$state/outcome.new" "$state/outcome"
mv "$state/case.new" "$state/case"
