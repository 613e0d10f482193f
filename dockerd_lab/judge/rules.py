"""Lists the rules of the judge, by what they find.

A new rule is a module with a function, and a line in one of the lists; tests/unit/conftest.py has
the fixture `judged` for its test. What is found stands in the verdict in the order of the list.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dockerd_lab.cases.model import Expectation
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge import daemon_json_keys, overridden, policy, unused_listeners
from dockerd_lab.judge.absent_firewalls import find_absent_firewalls
from dockerd_lab.judge.apparmor import find_unused_profiles
from dockerd_lab.judge.found_keys import check_found_keys
from dockerd_lab.judge.handed_on import find_handed_on
from dockerd_lab.judge.ignored_lines import find_ignored_lines
from dockerd_lab.judge.judgement import PolicyFinding
from dockerd_lab.judge.local_doors import check_local_doors
from dockerd_lab.judge.login_variables import find_login_variables
from dockerd_lab.judge.no_protection import find_no_protection
from dockerd_lab.judge.not_judged import find_not_judged
from dockerd_lab.judge.public_trust import check_public_trust
from dockerd_lab.judge.published_keys import check_published_keys
from dockerd_lab.judge.sshd_door import check_sshd
from dockerd_lab.judge.unnamed import find_unnamed_files
from dockerd_lab.judge.unread import find_unread_files
from dockerd_lab.judge.verdict import NoEffect, NotJudged
from dockerd_lab.judge.weak_passwords import check_weak_passwords
from dockerd_lab.observe.observation import DaemonObservation, Observation
from dockerd_lab.standins.prepared import Prepared


@dataclass(frozen=True)
class Judged:
    """What the rules look at."""

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
        return self.prepared.written.user_scripts

    @property
    def daemon(self) -> DaemonObservation:
        """Return the observation of `daemon`."""
        return self.observation.daemon

    @property
    def command(self) -> str:
        """Return the command line of the running dockerd; empty if none runs."""
        return self.daemon.command or ""


#: Violations of the policy: the verdict is `failed`. With --allow-insecure those of the rule
#: `stranger` are permitted.
POLICY: tuple[Callable[[Judged], Iterable[PolicyFinding]], ...] = (
    lambda judged: policy.check_script(judged.observation),
    lambda judged: policy.check_services(judged.observation),
    lambda judged: policy.check_strangers(judged.observation, judged.expect),
    lambda judged: check_public_trust(judged.inputs, judged.declared),
    lambda judged: check_found_keys(judged.inputs, judged.declared),
    lambda judged: check_published_keys(judged.inputs, judged.scripts),
    lambda judged: check_weak_passwords(judged.inputs, judged.scripts),
    lambda judged: check_sshd(judged.inputs),
    lambda judged: check_local_doors(judged.inputs, judged.observation),
)
#: Settings that were accepted and have no effect. They are looked for only if the daemon runs with
#: the configuration; otherwise its error matters.
NO_EFFECT: tuple[Callable[[Judged], Iterable[NoEffect]], ...] = (
    lambda judged: overridden.find_unread_daemon_json(judged.inputs, judged.command),
    lambda judged: find_unnamed_files(judged.inputs, judged.daemon, judged.scripts),
    lambda judged: find_unread_files(judged.inputs, judged.declared.daemon_json.path),
    lambda judged: find_no_protection(judged.inputs, judged.scripts),
    lambda judged: find_login_variables(judged.inputs),
    lambda judged: find_unused_profiles(judged.inputs, judged.scripts),
    lambda judged: find_ignored_lines(judged.inputs, judged.daemon),
    lambda judged: overridden.find_overridden_commands(
        judged.inputs, judged.declared, judged.command
    ),
    lambda judged: overridden.find_docker_opts(judged.inputs, judged.declared, judged.command),
    lambda judged: overridden.find_other_variables(judged.inputs, judged.declared, judged.command),
    lambda judged: daemon_json_keys.find_flag_names(judged.inputs, judged.declared),
    lambda judged: daemon_json_keys.find_repeated_keys(judged.inputs, judged.declared),
    lambda judged: unused_listeners.find_ports_without_listener(
        judged.inputs, judged.declared, judged.daemon
    ),
    lambda judged: unused_listeners.find_unused_tls(judged.inputs, judged.declared, judged.daemon),
    lambda judged: unused_listeners.find_file_settings_of_ports(judged.inputs),
)
#: Parts of the input that the trial did not put into effect: the verdict is `incomplete`.
NOT_JUDGED: tuple[Callable[[Judged], Iterable[NotJudged]], ...] = (
    lambda judged: find_not_judged(judged.inputs, judged.observation, judged.scripts),
    lambda judged: find_handed_on(judged.inputs, judged.scripts),
    lambda judged: find_absent_firewalls(judged.inputs, judged.scripts),
)
