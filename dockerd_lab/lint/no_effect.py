"""Finds settings without effect, with the judge's own rules on a predicted daemon."""

from collections.abc import Mapping, Sequence

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge import daemon_json_keys, overridden_settings, unused_listeners
from dockerd_lab.judge.apparmor import find_unused_profiles
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.ineffective_protection import find_ineffective_protection
from dockerd_lab.judge.login_variables import find_login_variables
from dockerd_lab.judge.unread_files import find_unread_files
from dockerd_lab.judge.unreferenced_files import find_unreferenced_files
from dockerd_lab.lint.hosts import Door


def find_no_effect(
    inputs: Input,
    declared: DeclaredConfig,
    command: str,
    doors: Sequence[Door],
    *,
    hosts: Sequence[str],
    scripts: Mapping[str, str],
) -> list[NoEffect]:
    """Return the settings that change nothing for a dockerd that runs as `command`.

    `doors` are all listeners, `hosts` those of dockerd's own.
    """
    texts = list(scripts.values())
    ports: set[int | None] = {door.port for door in doors if door.family != "unix"}
    has_tcp = any(door.family != "unix" and door.program != "nginx" for door in doors)
    entries = [
        *overridden_settings.find_unread_daemon_json(inputs, command),
        *find_unreferenced_files(inputs, (), texts),
        *find_unread_files(inputs, declared.daemon_json.path),
        *find_ineffective_protection(inputs, texts),
        *find_login_variables(inputs),
        *find_unused_profiles(inputs, texts),
        *overridden_settings.find_overridden_commands(inputs, declared, command),
        *overridden_settings.find_docker_opts(inputs, declared, command),
        *overridden_settings.find_other_variables(inputs, declared, command),
        *daemon_json_keys.find_flag_names(inputs, declared),
        *daemon_json_keys.find_repeated_keys(inputs, declared),
        *unused_listeners.find_ports_without_listener(
            inputs, declared, ports, hosts, has_nginx=False
        ),
        *unused_listeners.find_unused_tls(inputs, declared, command, has_tcp=has_tcp),
        *unused_listeners.find_file_settings_of_ports(inputs),
    ]
    return list({(each.setting, each.where): each for each in entries}.values())
