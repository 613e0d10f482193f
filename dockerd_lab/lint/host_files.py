"""Knows files of a host that neither change dockerd nor let anybody in, by what every line says.

A file with a line that is not known here may do anything.
"""

import re
from collections.abc import Callable
from typing import Any

from dockerd_lab.judge.sshd_logins import lets_nobody_in
from dockerd_lab.lint.commands import script_leaves_docker_alone

#: Settings of the kernel that change neither which packets come in nor what root's programs run.
_SYSCTL = re.compile(
    r"-?(vm[./](swappiness|max_map_count|overcommit_\w+|dirty_\w+|vfs_cache_pressure|min_free_kbytes"
    r"|panic_on_oom|zone_reclaim_mode|nr_hugepages)"
    r"|fs[./](file-max|nr_open|aio-max-nr|inotify[./]\w+|protected_\w+|suid_dumpable)"
    r"|kernel[./](pid_max|threads-max|panic\w*|keys[./]\w+|sysrq|randomize_va_space|dmesg_restrict"
    r"|kptr_restrict|yama[./]ptrace_scope|msgm\w+|shm\w+|sem|perf_event_\w+|core_uses_pid|printk"
    r"|numa_balancing|sched_\w+|softlockup_panic|unprivileged_bpf_disabled)"
    r"|net[./]core[./]\w+|net[./]ipv4[./]tcp_\w+|net[./]ipv4[./]ip_local_port_range"
    r"|net[./]ipv4[./]icmp_\w+|net[./](ipv4|ipv6)[./]neigh[./].*gc_\w+|net[./]netfilter[./]\w+"
    r"|net[./]nf_conntrack_max|net[./]bridge[./]bridge-nf-call-(ip|ip6|arp)tables"
    r"|net[./]ipv[46][./]conf[./][\w./-]+[./]"
    r"(rp_filter|accept_redirects|send_redirects|secure_redirects|accept_source_route|log_martians))"
    r"\s*=\s*[-\w \t]+"
    r"|-?net[./](ipv4[./](ip_forward|conf[./]\w+[./]forwarding)|ipv6[./]conf[./]\w+[./]forwarding)"
    r"\s*=\s*1"
)
#: Whoever has its key gets in: who may read it, the files do not tell.
_AUTHORITY = re.compile(r"^\s*TrustedUserCAKeys\b", re.MULTILINE | re.IGNORECASE)
_IPV6_OFF = re.compile(
    r"^\s*net[./]ipv6[./]conf[./][\w-]+[./]disable_ipv6\s*=\s*1\s*$", re.MULTILINE
)
_MODULE = re.compile(
    r"overlay|br_netfilter|nf_conntrack|ip_vs\w*|ip_tables|ip6_tables|bridge|tun|fuse"
)
_JOURNALD = re.compile(
    r"\[Journal\]|(Storage|System\w+|Runtime\w+|Compress|Seal|SplitMode|SyncIntervalSec|RateLimit\w+"
    r"|Max\w+|ForwardToSyslog|ForwardToKMsg|ForwardToConsole|ForwardToWall|Audit|LineMax)\s*=.*"
)
_TIME = re.compile(r"\[Time\]|(NTP|FallbackNTP|RootDistanceMaxSec|PollInterval\w+)\s*=.*")
_LOGIN = re.compile(r"\[Login\]|\w+\s*=.*")
_LIMIT = re.compile(r"[@*\w.-]+\s+(soft|hard|-)\s+\w+\s+[\w-]+")
#: Lines of /etc/hosts; localhost is what it always is.
_HOST = re.compile(
    r"(127\.0\.0\.1|::1)\s+[\w .-]+|(?!.*\blocalhost\b)[0-9a-fA-F.:]+\s+[\w .-]+"
    r"|fe00::\w?|ff0[02]::\w?\s+ip6-[\w-]+"
)
_RESOLVER = re.compile(r"(nameserver|search|domain|options|sortlist)\s+.*")
#: Variables for the programs of whoever logs in; a shell that runs nothing for them.
_VARIABLE = re.compile(
    r"(export\s+)?(DOCKER_(HOST|TLS_VERIFY|CERT_PATH|CONTEXT|BUILDKIT|CONFIG)|COMPOSE_\w+|LANG|LC_\w+"
    r"|TZ|EDITOR|PAGER|(HTTPS?|FTP|NO|ALL)_PROXY|(https?|ftp|no|all)_proxy)"
    r"=[\"']?[\w:/.,@%*~ -]*[\"']?"
)
_AUDIT = re.compile(r"-[abwcfeDri]\b.*|--\w[\w-]*.*")
#: Directories and files that a boot makes, outside of Docker's, and that not everybody may write.
_MADE = re.compile(
    r"[dDfFvqQ]!?\s+/(run|var/(lib|log|cache|spool))/(?!docker|containerd)[\w.-]+(/[\w.-]+)*"
    r"(\s+(-|0?[0-7]?[0-7]{2}[0145])(\s+[\w-]+)*)?"
)
#: Disks where no file of Docker's lies, if it is not said otherwise.
_MOUNT = re.compile(
    r"\S+\s+(none|swap|/|/boot(/efi)?|/(home|data|mnt|srv|media|tmp|proc)(/[\w.-]+)*)"
    r"\s+[\w.-]+\s+(?!\S*\b(?:users?|owner|group)\b)[\w,=.:/-]+(\s+\d){0,2}"
)
#: Lines of libwrap's files that run nothing; dockerd does not read them.
_WRAPPED = re.compile(r"(?!.*\b(spawn|twist|aclexec|setenv)\b)[\w.,@ -]+:[^|]*", re.IGNORECASE)
_APT = re.compile(r"(?!.*(Invoke|Pkgs|Run-|Dir::|Post|Pre))[\w:-]+\s.*|\};?")
#: What logrotate does with logs, without commands.
_ROTATION = re.compile(
    r"(?!.*\.\.)\"?/var/(log|lib/docker/containers)/[\w.*/-]+\"?(\s+\"?/var/log/[\w.*/-]+\"?)*\s*\{?|[{}]"
    r"|(daily|weekly|monthly|hourly|yearly|(no)?missingok|(no)?compress|delaycompress|(no)?copytruncate"
    r"|notifempty|ifempty|dateext|nodateext|(no)?sharedscripts|rotate\s+\d+|size\s+\w+|minsize\s+\w+"
    r"|maxsize\s+\w+|maxage\s+\d+|dateformat\s+\S+|su\s+\w+\s+\w+|create\s+0?[0-7]{3}\s+\w+\s+\w+)"
)
#: Rules of sudo for named users and groups; those for everybody are found by themselves.
_SUDO = re.compile(
    r"Defaults\s+(env_reset|mail_badpass|secure_path\s*=.*|use_pty|logfile\s*=.*|lecture\s*=.*"
    r"|timestamp_timeout\s*=.*|passwd_tries\s*=.*|insults|!lecture)"
    r"|[@#]includedir\s+/etc/sudoers\.d|(?!\w+_Alias)%?[\w.-]+\s+[\w.-]+\s*=.*"
)
_CRON = re.compile(r"(?:@\w+|(?:[\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+)\s+\w+\s+(?P<command>.+)")
_CRON_VARIABLE = re.compile(r"(SHELL=/bin/(ba)?sh|PATH=[\w/:]+|MAILTO=.*)")


def _is_job(line: str) -> bool:
    job = _CRON.fullmatch(line)
    if job is None:
        return _CRON_VARIABLE.fullmatch(line) is not None
    return script_leaves_docker_alone(job["command"])


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda line: pattern.fullmatch(line) is not None


#: Checks of each line, by patterns of the files.
_BY_LINE = {
    r"/etc/sysctl\.conf|(/etc|/run|/usr/lib|/usr/local/lib)/sysctl\.d/[^/]+\.conf": _is(_SYSCTL),
    r"/etc/modules|(/etc|/run|/usr/lib)/modules-load\.d/[^/]+\.conf": _is(_MODULE),
    r"/etc/systemd/journald\.conf(\.d/[^/]+\.conf)?": _is(_JOURNALD),
    r"/etc/systemd/timesyncd\.conf(\.d/[^/]+\.conf)?": _is(_TIME),
    r"/etc/systemd/logind\.conf(\.d/[^/]+\.conf)?": _is(_LOGIN),
    r"/etc/security/limits\.(conf|d/[^/]+\.conf)": _is(_LIMIT),
    r"/etc/hosts": _is(_HOST),
    r"/etc/resolv\.conf": _is(_RESOLVER),
    r"/etc/profile\.d/[^/]+\.sh|/etc/environment": _is(_VARIABLE),
    r"/etc/audit/rules\.d/[^/]+\.rules": _is(_AUDIT),
    r"/etc/hosts\.(allow|deny)": _is(_WRAPPED),
    r"(/etc|/usr/lib|/run)/tmpfiles\.d/[^/]+\.conf": _is(_MADE),
    r"/etc/fstab": _is(_MOUNT),
    r"/etc/apt/apt\.conf\.d/[^/]+": _is(_APT),
    r"/etc/logrotate\.d/[^/]+": _is(_ROTATION),
    r"/etc/sudoers(\.d/[^/]+)?": _is(_SUDO),
    r"/etc/cron\.d/[^/]+": _is_job,
}
_LINES = {re.compile(pattern): check for pattern, check in _BY_LINE.items()}
_SCRIPTS = re.compile(r"/etc/rc\.local|/etc/cron\.(hourly|daily|weekly|monthly)/[\w-]+")
_SSHD = re.compile(r"/etc/ssh/(sshd_config(\.d/[^/]+\.conf)?|ssh_config(\.d/[^/]+\.conf)?)")
#: Files for programs that are clients, or for dockerd's registries.
_CLIENTS = re.compile(
    r"/etc/docker/certs\.d/.+|/etc/(motd|issue|hostname|timezone|locale\.gen|default/locale)"
    r"|/etc/apt/(sources\.list(\.d/.+)?|keyrings/.+|trusted\.gpg\.d/.+|preferences\.d/.+)"
)
_COMMENT = re.compile(r"$|[#;](?!include)|//")
CONTAINERD = "/etc/containerd/config.toml"
_ADDRESS = "/run/containerd/containerd.sock"
#: The plugin of containerd for Kubernetes, which dockerd does not use.
_CRI = "io.containerd.grpc.v1.cri"


def has_no_bearing(file: str, text: str | None) -> bool:
    """Return whether a file neither changes dockerd nor lets anybody in."""
    if _CLIENTS.fullmatch(file):
        return True
    if text is None:
        return False
    if _SSHD.fullmatch(file):
        return "/ssh_config" in file or (lets_nobody_in(text) and not _AUTHORITY.search(text))
    if _SCRIPTS.fullmatch(file):
        return script_leaves_docker_alone(text)
    if file == CONTAINERD:
        return _is_plain_containerd(text)
    check = next((each for pattern, each in _LINES.items() if pattern.fullmatch(file)), None)
    lines = (line.strip() for line in text.splitlines())
    return check is not None and all(check(line) for line in lines if not _COMMENT.match(line))


def only_turns_ipv6_off(file: str, text: str) -> bool:
    """Return whether settings of the kernel do nothing else that has a bearing on Docker."""
    rest = _IPV6_OFF.sub("", text)
    return rest != text and has_no_bearing(file, rest) and "sysctl" in file


def only_listens_more(text: str) -> bool:
    """Return whether containerd's file does nothing but to let it listen on a port, too."""
    content = _toml(text)
    grpc = content.get("grpc") if content is not None else None
    if content is None or not isinstance(grpc, dict):
        return False
    others = {key: value for key, value in grpc.items() if not key.startswith("tcp_")}
    content["grpc"] = others or {"address": _ADDRESS}
    return _is_plain(content, text)


def _is_plain_containerd(text: str) -> bool:
    """Return whether containerd starts with its file, and listens where it always does."""
    content = _toml(text)
    return content is not None and _is_plain(content, text)


def _is_plain(content: dict[str, Any], text: str) -> bool:
    plugins = content.pop("plugins", {})
    if "stream_server" in text or not isinstance(plugins, dict) or set(plugins) - {_CRI}:
        return False
    plain = {
        "version": (2,),
        "disabled_plugins": ([], ["cri"]),
        "root": ("/var/lib/containerd",),
        "state": ("/run/containerd",),
        "oom_score": (0, -999),
        "grpc": ({"address": _ADDRESS},),
    }
    return all(value in plain.get(key, ()) for key, value in content.items())


def _toml(text: str) -> dict[str, Any] | None:
    """Return the content of a file in TOML; None if it is none."""
    import tomllib  # noqa: PLC0415  (few inputs have such a file)

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):  # a number may be too long for Python
        return None
