"""All configurations of the attacks, by name."""

from at_boot import AT_BOOT
from bridges import BRIDGES
from by_script import BY_SCRIPT
from configurations import ATTACKS
from deferred import DEFERRED
from findings import FINDINGS
from firewalls import FIREWALLS
from nginx_conditions import NGINX_CONDITIONS
from other_proxies import OTHER_PROXIES
from rights_of_others import RIGHTS_OF_OTHERS
from round_three import ROUND_THREE
from ways_around import WAYS_AROUND
from written_blind import WRITTEN_BLIND

EVERY = ATTACKS | AT_BOOT | DEFERRED | FINDINGS | FIREWALLS | NGINX_CONDITIONS | WAYS_AROUND
EVERY |= OTHER_PROXIES | BRIDGES | BY_SCRIPT | WRITTEN_BLIND | ROUND_THREE | RIGHTS_OF_OTHERS
