#!/bin/sh
# Installs packages on `daemon` that lie beside this script, offline. No service is started by that:
# the input's files are not there yet.
#
#   install-packages.sh
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
policy=/usr/sbin/policy-rc.d # Debian's tools ask it before they start a service
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
trap 'rm -f "$policy"' EXIT
# As in the boxes, what nothing on the machines reads is left out.
install_all() {
    DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io --path-exclude='/usr/share/doc/*' \
        --path-exclude='/usr/share/man/*' --path-exclude='/usr/share/locale/*' \
        --install "$here"/*.deb </dev/null
}
# dpkg leaves out a package whose pre-dependencies it has unpacked only; then they are configured.
install_all || install_all
