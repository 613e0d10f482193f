"""Lists the rules of the judge, by the kind of their findings.

A new rule is a module with a function that yields findings, and a line in one of the lists. The
verdict has the findings in the order of the list. tests/unit/conftest.py has a fixture for tests of
rules: `judged`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dockerd_lab.cases.model import Expectation
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.ports import port_of
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge import daemon_json_keys, overridden_settings, policy, unused_listeners
from dockerd_lab.judge.absent_backends import find_absent_backends
from dockerd_lab.judge.absent_firewalls import find_absent_firewalls
from dockerd_lab.judge.absent_proxies import find_absent_proxies
from dockerd_lab.judge.apparmor import find_unused_profiles
from dockerd_lab.judge.authorization_plugins import find_authorization_plugins
from dockerd_lab.judge.deferred_commands import find_deferred_commands
from dockerd_lab.judge.exposed_keys import check_exposed_keys
from dockerd_lab.judge.findings import NoEffect, NotJudged, PolicyFinding
from dockerd_lab.judge.forwarded_api import find_forwarded_api
from dockerd_lab.judge.granting_files import find_granting_files
from dockerd_lab.judge.ignored_lines import find_ignored_lines
from dockerd_lab.judge.ineffective_protection import find_ineffective_protection
from dockerd_lab.judge.local_doors import check_local_doors
from dockerd_lab.judge.login_variables import find_login_variables
from dockerd_lab.judge.not_judged import find_not_judged
from dockerd_lab.judge.open_accounts import check_open_accounts
from dockerd_lab.judge.open_files import check_open_files
from dockerd_lab.judge.other_ways import find_other_ways
from dockerd_lab.judge.own_programs import find_own_programs
from dockerd_lab.judge.pam_lines import find_pam_lines
from dockerd_lab.judge.public_trust import check_public_trust
from dockerd_lab.judge.published_keys import check_published_keys
from dockerd_lab.judge.raised_rights import find_raised_rights
from dockerd_lab.judge.sshd_logins import check_sshd_logins, find_untried_logins
from dockerd_lab.judge.sudo_rules import check_sudo_rules, find_other_sudo_rules
from dockerd_lab.judge.unknown_proxy_lines import find_unknown_proxy_lines
from dockerd_lab.judge.unknown_servers import find_unknown_servers
from dockerd_lab.judge.unread_files import find_unread_files
from dockerd_lab.judge.unreferenced_files import find_unreferenced_files
from dockerd_lab.judge.untried_conditions import find_untried_conditions
from dockerd_lab.judge.untried_rules import find_untried_rules
from dockerd_lab.judge.upload_doors import find_open_uploads
from dockerd_lab.judge.weak_passwords import check_weak_passwords
from dockerd_lab.observe.observation import DaemonObservation, Observation
from dockerd_lab.standins.prepared import Prepared


@dataclass(frozen=True)
class RuleContext:
    """Everything that a rule may look at."""

    prepared: Prepared
    """What was applied."""
    inputs: Input
    """The input, with the files that a script or a fix has changed as they were after that."""
    declared: DeclaredConfig
    """What `inputs` declares."""
    observation: Observation
    expect: Expectation | None
    """What the case expects, if there is one."""

    @property
    def scripts(self) -> tuple[str, ...]:
        """Return the texts of the user's scripts."""
        return self.prepared.scripts.user_scripts

    @property
    def daemon(self) -> DaemonObservation:
        """Return the observation of `daemon`."""
        return self.observation.daemon

    @property
    def has_nginx(self) -> bool:
        """Return whether nginx runs with the configuration."""
        nginx = self.daemon.services.get("nginx.service")
        return nginx is not None and nginx.active

    @property
    def has_tcp(self) -> bool:
        """Return whether dockerd, or systemd for it, listens on TCP."""
        owners = ("dockerd", "init", "systemd")
        return any(
            each.protocol != "unix" and each.program in owners for each in self.daemon.listeners
        )

    @property
    def command(self) -> str:
        """Return the command line of the running dockerd; empty if none runs."""
        return self.daemon.command or ""


def _find_not_applied(context: RuleContext) -> Iterator[NotJudged]:
    """Yield absent proxies, and all else; a unit that fails because of one is told once."""
    absent = list(find_absent_proxies(context.inputs, context.prepared))
    yield from absent
    installed = [proxy.name for proxy in context.prepared.proxies]
    for each in find_not_judged(context.inputs, context.observation, context.scripts, installed):
        if each.name not in {entry.name for entry in absent}:
            yield each


#: Violations of the policy: the verdict is `failed`. With --allow-insecure those of the rule
#: `stranger` are permitted.
POLICY: tuple[Callable[[RuleContext], Iterable[PolicyFinding]], ...] = (
    lambda context: policy.check_script(context.observation),
    lambda context: policy.check_services(context.observation),
    lambda context: policy.check_strangers(context.observation, context.expect),
    lambda context: check_public_trust(context.inputs, context.declared),
    lambda context: check_exposed_keys(context.inputs, context.declared),
    lambda context: check_published_keys(context.inputs, context.scripts),
    lambda context: check_weak_passwords(context.inputs, context.scripts),
    lambda context: check_sshd_logins(context.inputs, context.daemon.open_accounts),
    lambda context: check_open_accounts(context.daemon.open_accounts),
    lambda context: check_local_doors(context.inputs, context.observation),
    lambda context: check_sudo_rules(context.inputs),
    lambda context: check_open_files(context.inputs, context.observation),
)
#: Settings that were accepted and have no effect. They are looked for only if the daemon runs with
#: the configuration; otherwise its error matters.
NO_EFFECT: tuple[Callable[[RuleContext], Iterable[NoEffect]], ...] = (
    lambda context: overridden_settings.find_unread_daemon_json(context.inputs, context.command),
    lambda context: find_unreferenced_files(
        context.inputs, context.daemon.files_read or (), context.scripts
    ),
    lambda context: find_unread_files(context.inputs, context.declared.daemon_json.path),
    lambda context: find_ineffective_protection(context.inputs, context.scripts),
    lambda context: find_login_variables(context.inputs),
    lambda context: find_unused_profiles(context.inputs, context.scripts),
    lambda context: find_ignored_lines(context.inputs, context.daemon),
    lambda context: overridden_settings.find_overridden_commands(
        context.inputs, context.declared, context.command
    ),
    lambda context: overridden_settings.find_docker_opts(
        context.inputs, context.declared, context.command
    ),
    lambda context: overridden_settings.find_other_variables(
        context.inputs, context.declared, context.command
    ),
    lambda context: daemon_json_keys.find_flag_names(context.inputs, context.declared),
    lambda context: daemon_json_keys.find_repeated_keys(context.inputs, context.declared),
    lambda context: unused_listeners.find_ports_without_listener(
        context.inputs,
        context.declared,
        {port_of(each.address) for each in context.daemon.listeners if each.protocol != "unix"},
        context.daemon.hosts,
        has_nginx=context.has_nginx,
    ),
    lambda context: unused_listeners.find_unused_tls(
        context.inputs, context.declared, context.command, has_tcp=context.has_tcp
    ),
    lambda context: unused_listeners.find_file_settings_of_ports(context.inputs),
)
#: What the trial did not put into effect, or not try: the verdict is `incomplete`.
NOT_JUDGED: tuple[Callable[[RuleContext], Iterable[NotJudged]], ...] = (
    _find_not_applied,
    lambda context: find_forwarded_api(context.inputs, context.scripts),
    lambda context: find_absent_firewalls(context.inputs, context.scripts),
    lambda context: find_absent_backends(context.inputs, context.declared, context.observation),
    lambda context: find_untried_rules(context.observation),
    lambda context: find_deferred_commands(context.inputs, context.observation),
    lambda context: find_unknown_servers(context.inputs, context.observation),
    lambda context: find_authorization_plugins(
        context.inputs, context.declared, context.observation
    ),
    lambda context: find_other_ways(context.daemon),
    lambda context: find_raised_rights(context.inputs, context.daemon),
    lambda context: find_pam_lines(context.inputs),
    lambda context: find_granting_files(context.inputs),
    lambda context: find_own_programs(
        context.inputs, context.declared, context.observation, context.scripts
    ),
    lambda context: find_untried_logins(context.inputs, context.scripts),
    lambda context: find_untried_conditions(context.inputs, context.observation),
    lambda context: find_unknown_proxy_lines(context.inputs),
    lambda context: find_open_uploads(context.inputs),
    lambda context: find_other_sudo_rules(context.inputs),
)
