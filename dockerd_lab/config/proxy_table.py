"""Lists the programs that publish docker.sock, or run jobs: their packages, files and units.

A new program is a row of PROXIES. Its packages are installed on the lab's machine if the input
wants it; nginx itself is on every machine, and config/nginx.py reads its files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Proxy:
    """A program that publishes a socket or runs jobs; patterns of texts are regular expressions."""

    name: str
    packages: tuple[str, ...] = ()
    """Debian's packages; empty if Debian has none, so that the lab cannot try it."""
    files: tuple[str, ...] = ()
    """Its configuration files, by patterns of fnmatch."""
    commands: tuple[str, ...] = ()
    """Its programs, as units and scripts call them."""
    in_scripts: str = ""
    """How scripts call it besides, where that is a word of other meanings."""
    at_boot: bool = False
    """Whether a boot makes it read its files."""
    units: tuple[str, ...] = ()
    """The units that its package enables; {name} is the name of a configuration file."""
    listens_as: str = ""
    """What netstat calls it; empty if it has no names and paths of servers."""
    user: str = ""
    """As whom it runs, if that user can be put into group docker."""
    is_started_as_user: bool = False
    """Whether it is that user from the beginning, who must be able to read its keys."""
    more_packages: Mapping[str, str] = field(default_factory=dict)
    r"""Packages with modules, by what in its files needs them; \1 is a part of that."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """Apache's modules to enable, as words, by what in its files needs them."""
    tls: Mapping[str, str] = field(default_factory=dict)
    """What names a file of TLS, by credential: `ca`, `server-cert`, `server-key`."""
    hosts: str = ""
    """What is followed by the names of its servers."""
    paths: str = ""
    """What is followed by paths below which it forwards."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What names a field of a request, by kind: `headers`, `cookies` and `arguments`."""


_FILE = r"[\s=:\"']+(/[^\s\"',;\])}]+)"
PROXIES = (
    Proxy(
        "nginx",
        files=("/etc/nginx/*",),
        more_packages={
            r"load_module\s+\S*/ngx_((?:http|mail|stream)_\w+?)_module\.so": r"libnginx-mod-\1",
            r"/50-mod-([\w-]+)\.conf": r"libnginx-mod-\1",
            r"\b(?:access|content|rewrite|set|header_filter)_by_lua": "libnginx-mod-http-lua",
            r"\bmore_(?:set|clear)_(?:input_)?headers\b": "libnginx-mod-http-headers-more-filter",
            r"\bjs_(?:import|content|access|set)\b": "libnginx-mod-http-js",
            r"\bauth_pam\b": "libnginx-mod-http-auth-pam",
            r"\bgeoip2\b": "libnginx-mod-http-geoip2",
            r"\bgeoip_(?:country|city)\b": "libnginx-mod-http-geoip",
            r"\bsubs_filter\b": "libnginx-mod-http-subs-filter",
        },
    ),
    Proxy(
        "HAProxy",
        packages=("haproxy",),
        files=("/etc/haproxy/*", "/etc/default/haproxy"),
        commands=("haproxy",),
        units=("haproxy.service",),
        listens_as="haproxy",
        tls={
            "ca": rf"\b(?:ca-file|ca-verify-file){_FILE}",
            "server-cert": rf"\bbind\b[^\n]*\scrt{_FILE}",
            "server-key": rf"\bbind\b[^\n]*\scrt{_FILE}",
        },
        hosts=r"\bhdr(?:_\w+)?\(host[^\n)]*\)|\b(?:ssl_fc|req_ssl|req\.ssl)_sni\b",
        paths=r"\b(?:path|url)(?:_(?:beg|dir|reg|sub|dom))?\b",
        fields={
            "headers": r"\b(?:hdr|req\.f?hdr)(?:_\w+)?\(([\w-]+)",
            "cookies": r"\b(?:req\.)?cook(?:_\w+)?\(([\w-]+)",
            "arguments": r"\b(?:urlp|url_param)(?:_\w+)?\(([\w-]+)",
        },
    ),
    Proxy(
        "Caddy",
        packages=("caddy",),
        files=("/etc/caddy/*",),
        commands=("caddy",),
        units=("caddy.service",),
        listens_as="caddy",
        user="caddy",
        is_started_as_user=True,
        tls={
            "ca": rf"\btrusted_(?:ca|leaf)_cert_file{_FILE}",
            "server-cert": rf"^\s*tls{_FILE}",
            "server-key": r"^\s*tls\s+/\S+\s+(/[^\s{]+)",
        },
        # A site's addresses stand at the beginning of a line, where directives may, too.
        hosts=r"^(?![\s#@{}()]|(?:[a-z]+_[a-z_]+|admin|basicauth|bind|encode|handle|header|import|log"
        r"|method|push|redir|respond|rewrite|root|route|templates|tls|try|uri|vars)\b)|\bhost\b",
        paths=r"\b(?:handle|handle_path|route|path|path_regexp|reverse_proxy|uri)\b",
        fields={
            "headers": r"\bheader\s+\"?([A-Za-z][\w-]*)|\{(?:http\.request\.)?header\.([\w-]+)\}",
            "cookies": r"\{(?:http\.request\.)?cookie\.([\w-]+)\}",
            "arguments": r"\{(?:http\.request\.)?(?:uri\.)?query\.([\w-]+)\}|\bquery\s+(\w+)=",
        },
    ),
    Proxy(
        "Apache",
        packages=("apache2",),
        files=("/etc/apache2/*",),
        commands=("apache2", "apache2ctl", "apachectl"),
        units=("apache2.service",),
        listens_as="apache2",
        user="www-data",
        more_packages={
            r"\bSecRuleEngine\b": "libapache2-mod-security2",
            r"\bOIDC\w+\b": "libapache2-mod-auth-openidc",
        },
        modules={
            r"\bProxyPass|\bBalancerMember": "proxy proxy_http",
            r"\bBalancerMember": "proxy_balancer lbmethod_byrequests slotmem_shm",
            r"\bwss?://|\bupgrade=": "proxy_wstunnel",
            r"\bh2c://": "proxy_http2",
            r"\bSSL[A-Z]\w+": "ssl",
            r"\b(?:Request)?Header\s": "headers",
            r"\bRewrite[A-Z]\w+": "rewrite",
            r"\bRemoteIP\w+": "remoteip",
            r"\bProtocols\b.*\bh2": "http2",
            r"\bAuthType\s+Digest": "auth_digest",
            r"\bSubstitute\b": "substitute",
            r"\bAuthFormProvider\b": "auth_form request session session_cookie",
        },
        tls={
            "ca": rf"^\s*SSLCACertificateFile{_FILE}",
            "server-cert": rf"^\s*SSLCertificateFile{_FILE}",
            "server-key": rf"^\s*SSLCertificateKeyFile{_FILE}",
        },
        hosts=r"^\s*Server(?:Name|Alias)\b",
        paths=r"^\s*(?:ProxyPass|ProxyPassMatch|RewriteRule|<Location(?:Match)?)\b",
        fields={
            "headers": r"%\{(?:HTTP:|HTTP_)([\w-]+)|\b(?:req|http)\('([\w-]+)'\)"
            r"|\bSetEnvIf(?:NoCase)?\s+([\w-]+)",
            "arguments": r"\bQUERY_STRING\}?[\"']?\s+\S*?(\w+)=",
        },
    ),
    Proxy(
        "lighttpd",
        packages=("lighttpd",),
        files=("/etc/lighttpd/*",),
        commands=("lighttpd",),
        units=("lighttpd.service",),
        listens_as="lighttpd",
        user="www-data",
        more_packages={r"\bmod_openssl\b|\bssl\.engine\b": "lighttpd-mod-openssl"},
        tls={
            "ca": rf"\bssl\.ca-file{_FILE}",
            "server-cert": rf"\bssl\.pemfile{_FILE}",
            "server-key": rf"\bssl\.(?:privkey|pemfile){_FILE}",
        },
        hosts=r"\$HTTP\[\"host\"\]",
        paths=r"\$HTTP\[\"url\"\]",
        fields={"headers": r"\$REQUEST_HEADER\[\"([\w-]+)\"\]"},
    ),
    Proxy(
        "stunnel",
        packages=("stunnel4",),
        files=("/etc/stunnel/*",),
        commands=("stunnel", "stunnel4"),
        units=("stunnel@{name}.service",),
        tls={
            "ca": rf"^\s*CAfile{_FILE}",
            "server-cert": rf"^\s*cert{_FILE}",
            "server-key": rf"^\s*key{_FILE}",
        },
    ),
    Proxy("socat", packages=("socat",), commands=("socat", "socat1")),
    Proxy("ncat", packages=("ncat",), commands=("ncat",)),
    Proxy(
        "xinetd",
        packages=("xinetd",),
        files=("/etc/xinetd.conf", "/etc/xinetd.d/*"),
        commands=("xinetd",),
        units=("xinetd.service",),
    ),
    Proxy(
        "cron",
        packages=("cron",),
        files=(
            "/etc/crontab",
            "/etc/cron.d/*",
            "/etc/cron.hourly/*",
            "/etc/cron.daily/*",
            "/etc/cron.weekly/*",
            "/etc/cron.monthly/*",
            "/var/spool/cron/crontabs/*",
        ),
        commands=("crontab", "cron"),
        units=("cron.service",),
        at_boot=True,
    ),
    Proxy(
        "at",
        packages=("at",),
        files=("/var/spool/cron/atjobs/*",),
        commands=("atd", "atq", "atrm"),
        in_scripts=r"(?m)(?:^|[|;&(])\s*(?:sudo\s+)?(?:at|batch)(?=\s|$)",
        units=("atd.service",),
        at_boot=True,
    ),
    Proxy("Envoy", files=("/etc/envoy/*",), commands=("envoy",)),
    Proxy("Traefik", files=("/etc/traefik/*",), commands=("traefik",)),
    Proxy("httpd", files=("/etc/httpd/*",), commands=("httpd",)),
    Proxy("inetd", files=("/etc/inetd.conf",), commands=("inetd",)),
)
