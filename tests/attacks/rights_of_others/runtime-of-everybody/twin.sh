#!/bin/sh
set -e
mkdir -p $(dirname /opt/trace/runc)
printf '#!/bin/sh\nexec /usr/bin/runc "$@"\n' > /opt/trace/runc
chmod 755 /opt/trace/runc
systemctl restart docker
