#!/bin/sh
# Installs what tox -e browser needs, into the directory that it is given: axe-core, by npm.
# Chromium and npm are Debian's packages; Playwright's own browser is not downloaded.
set -eu
missing=""
for program in chromium npm; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "tox -e browser needs, as root: apt-get install --no-install-recommends$missing" >&2
        exit 3
    fi
    apt-get update -qq
    # shellcheck disable=SC2086  # several packages
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $missing
fi
[ -f "$1/node_modules/axe-core/axe.min.js" ] ||
    npm install --prefix "$1" --no-save --ignore-scripts --no-audit --no-fund axe-core@4
