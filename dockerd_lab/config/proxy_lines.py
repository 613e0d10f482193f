"""Finds lines of proxies' files that may decide who gets in, and of which nothing is known.

What the probe tries at other proxies than nginx is the same for all of them. It shows what a file
lets through as long as each line is one of those below: no decision at all, or one by the sender's
address, the path, the method, or a header that a stranger may send with any value. A line of
another kind may let in somebody as whom nobody tried.
"""

import re
from collections.abc import Iterator, Mapping

from dockerd_lab.config.proxies import texts_of_proxies
from dockerd_lab.config.value import Place, Value

#: Headers whose value everybody knows or guesses; with the value that is asked for, nobody tried.
_PUBLIC = (
    r"(?!(?i:user-agent|referer|origin|accept|content-type|upgrade|connection|via|te)\b)[\w-]+"
)
_ADDRESS = r"[\da-fA-F.:/]+"

_HAPROXY_FETCH = (
    r"(?:src(?:_port)?|dst(?:_port)?|method|path|path_(?:beg|end|reg|sub|dir)|url|url_(?:beg|reg|sub)"
    rf"|(?:req\.|req_)?f?hdr(?:_\w+)?\((?i:host|{_PUBLIC})(?:,-?\d+)?\)|(?:req\.)?cook(?:_\w+)?\([\w-]+\)"
    r"|(?:urlp|url_param)\([\w-]+\)|ssl_fc(?:_sni)?|req[._]ssl[._]sni|ssl_c_(?:used|verify|s_dn\([\w,]*\))"
    r"|http_auth(?:_group)?\(\w+\)|always_(?:true|false)|METH_\w+|TRUE|FALSE|LOCALHOST|HTTP\w*)"
)
#: An expression of an ACL, with flags and values, and conditions of those and of names.
_HAPROXY_ACL = rf"!?{_HAPROXY_FETCH}(?:,lower|,url_dec)?(?:\s+[^{{}}]*)?"
_HAPROXY_IF = rf"(?:\s+(?:if|unless)(?:\s+(?:!?\{{\s*{_HAPROXY_ACL}\s*\}}|!?[\w.:-]+|\|\|))+)?"
_HAPROXY = (
    r"global|defaults(?:\s+\S+)?|(?:frontend|backend|listen|userlist|resolvers|peers)(?:\s.*)?",
    r"(?:no\s+)?(?:log|log-format|log-tag|maxconn|timeout|chroot|user|group|uid|gid|daemon|pidfile|nbproc"
    r"|nbthread|cpu-map|ulimit-n|mode|balance|retries|errorfile|errorfiles|description|node|hash-type"
    r"|fullconn|default-server|http-reuse|compression|ca-base|crt-base|ssl-\S+|tune\.\S+|master-worker"
    r"|hard-stop-after|spread-checks|option|stats|http-check|tcp-check|monitor-uri|maxconnrate"
    r"|http-response|http-after-response|server|default_backend|user|group|capture|unique-id-\S+"
    r"|presetenv|setenv|localpeer|nameserver|parse-resolv-conf|hold|accepted_payload_size)(?:\s.*)?",
    r"bind\s+\S+(?:\s+(?:ssl|v4v6|v6only|accept-proxy|verify\s+\w+|(?:crt|ca-file|ca-verify-file|alpn|npn"
    r"|name|mode|user|group|ciphers|ciphersuites|curves|ssl-min-ver|ssl-max-ver|no-\S+|level)\s*\S*))*",
    rf"acl\s+\S+\s+{_HAPROXY_ACL}",
    rf"(?:http-request|tcp-request\s+(?:connection|content|session))\s+(?:allow|accept|deny|reject"
    rf"|silent-drop|tarpit|auth|set-header|add-header|del-header|set-path|replace-path|replace-header"
    rf"|redirect|return|expect-proxy\s+layer4|inspect-delay|capture)(?:(?!\s(?:if|unless)\s).)*{_HAPROXY_IF}",
    rf"use_backend\s+[\w.-]+{_HAPROXY_IF}",
    rf"(?:redirect|http-send-name-header)(?:(?!\s(?:if|unless)\s).)*{_HAPROXY_IF}",
)
_CADDY_MATCHER = (
    rf"(?:remote_ip(?:\s+(?:{_ADDRESS}|private_ranges))+|(?:path|method|host|protocol)(?:\s+\S+)*"
    rf"|path_regexp(?:\s+\S+)+|header\s+(?i:{_PUBLIC})(?:\s+\S+)?)"
)
_CADDY = (
    r"[{}]+|\(\S+\)\s*\{",
    r"(?:https?://)?[\w.*:\[\]{}$-]*:\d+(?:,?\s*\S+)*\s*\{|[\w*-]+(?:\.[\w-]+)+(?::\d+)?(?:,\s*\S+)*\s*\{",
    r"admin\s+off|email\s.*|auto_https\s.*|debug|http_port\s.*|https_port\s.*|order\s.*|default_sni\s.*"
    r"|local_certs|skip_install_trust|storage\s.*|grace_period\s.*|servers\s*\{|protocols\s.*",
    r"(?:log|encode|output|format|level|root|file_server|header|request_header|bind|transport|dial_timeout"
    r"|read_timeout|write_timeout|flush_interval|header_up|header_down|lb_\w+|health_\w+|keepalive"
    r"|versions|redir|respond|abort|error|handle_errors|templates|php_fastcgi)(?:\s.*)?",
    r"tls(?:\s.*)?|client_auth\s*\{|mode\s+\w+|trusted_(?:ca|leaf)_cert(?:_file)?\s.*|ciphers\s.*|curves\s.*"
    r"|alpn\s.*|protocols\s.*",
    r"(?:handle|handle_path|route|reverse_proxy|basicauth|basic_auth|uri|rewrite)(?:\s.*)?",
    r"[\w.@-]+\s+\$2[aby]\$\S+",  # a user of basic_auth
    rf"@\S+(?:\s+(?:not\s+)?{_CADDY_MATCHER}|\s+(?:not\s*)?\{{)",
    rf"(?:not\s+)?{_CADDY_MATCHER}|not\s*\{{",
)
_APACHE_REQUIRE = (
    rf"(?:not\s+)?(?:all\s+(?:granted|denied)|ip(?:\s+{_ADDRESS})+|local|valid-user|user\s.*|group\s.*"
    r"|method\s.*|env\s.*|ssl-verify-client|ssl|expr\s.*)"
)
_APACHE = (
    r"</?(?:VirtualHost|Location|LocationMatch|Directory|DirectoryMatch|Files|FilesMatch|Proxy|ProxyMatch"
    r"|IfModule|IfDefine|IfVersion|Limit|LimitExcept|RequireAll|RequireAny|RequireNone)\b.*>",
    r"(?i:Listen|Server\w+|DocumentRoot|ErrorLog|CustomLog|LogLevel|LogFormat|LoadModule|User|Group|Timeout"
    r"|KeepAlive\w*|MaxKeepAliveRequests|TraceEnable|HostnameLookups|UseCanonicalName|Options"
    r"|Alias|AddType|AddDefaultCharset|ErrorDocument|DirectoryIndex|LimitRequest\w+|Protocols\w*|Mutex"
    r"|PidFile|DefaultRuntimeDir|Header|RequestHeader|ProxyPass|ProxyPassMatch|ProxyPassReverse\w*"
    r"|ProxyPreserveHost|ProxyTimeout|ProxyVia|ProxyAddHeaders|ProxySet|ProxyErrorOverride|ProxyBadHeader"
    r"|BalancerMember|SetHandler|SSL\w+|AuthType|AuthName|AuthUserFile|AuthGroupFile|AuthBasicProvider"
    r"|AuthDigest\w+|RemoteIP(?:Header|InternalProxy|TrustedProxy)|RewriteEngine|RewriteBase|RewriteRule"
    r"|Satisfy|Order|Substitute|AddOutputFilterByType|OIDC\w+|Auth\w*Form\w*|Session\w*)\b.*",
    r"(?i:AllowOverride\s+None|ProxyRequests\s+Off|Include(?:Optional)?\s.*)",
    rf"(?i:Require)\s+{_APACHE_REQUIRE}",
    rf"(?i:Allow|Deny)\s+from\s+(?:all|{_ADDRESS})(?:\s+{_ADDRESS})*",
    rf"(?i:SetEnvIf(?:NoCase)?)\s+(?i:Remote_Addr|Request_URI|Request_Method|{_PUBLIC})\s.*",
    r"(?i:RewriteCond)\s+\"?%\{(?:REMOTE_ADDR|REQUEST_URI|REQUEST_METHOD|HTTP_HOST|QUERY_STRING"
    rf"|THE_REQUEST|HTTPS|HTTP:(?i:{_PUBLIC}))\}}.*",
)
_LIGHTTPD = (
    r"[{}]|else(?:\s*if)?\s*\{?",
    r"(?:server|mimetype|index-file|static-file|ssl|auth|url|proxy|accesslog|debug|include|var"
    r"|setenv|expire|compress|deflate)[\w.-]*\s*\+?=.*|include(?:_shell)?\s.*|[\"()].*",
    r"(?:else\s+)?\$(?:HTTP\[\"(?:remoteip|remote-ip|url|host|request-method|querystring|scheme)\"\]"
    rf"|SERVER\[\"socket\"\]|REQUEST_HEADER\[\"(?i:{_PUBLIC})\"\])\s*[!=]=?~?\s*\"[^\"]*\"\s*\{{?.*",
)
_STUNNEL = (
    r"\[.*\]",
    r"(?:foreground|pid|debug|output|syslog|log|chroot|setuid|setgid|socket|options|sslVersion\w*|ciphers"
    r"|ciphersuites|curves?|client|accept|connect|cert|key|CAfile|CApath|CRLfile|verify|verifyChain"
    r"|verifyPeer|requireCert|TIMEOUT\w+|delay|retry|fips|compression|renegotiation|service)\s*=.*",
)
#: The known lines by proxy, each a whole line without its comment. A new one is a pattern here.
KNOWN = {
    name: re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    for name, patterns in {
        "HAProxy": _HAPROXY,
        "Caddy": _CADDY,
        "Apache": _APACHE,
        "lighttpd": _LIGHTTPD,
        "stunnel": _STUNNEL,
    }.items()
}


def unknown_lines(texts: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    r"""Yield the lines that are none of the known ones, with the proxy's name before each.

    `texts` are the texts by path.

    >>> texts = {"/etc/apache2/a.conf": "Require ip 10.0.0.1\nProxyRequests On\n# a\n"}
    >>> [(proxy, line.value, line.place.line) for proxy, line in unknown_lines(texts)]
    [('Apache', 'ProxyRequests On', 2)]
    """
    for proxy, file, text in texts_of_proxies(texts):
        known = KNOWN.get(proxy.name)
        if known is None or file.startswith("/etc/default/"):
            continue
        for number, line in _logical_lines(text):
            if not known.fullmatch(line) and not _is_data(file):
                yield proxy.name, Value(line, Place(file, number))


def _is_data(file: str) -> bool:
    """Return whether a file has no directives: keys, certificates, lists, pages, passwords."""
    return (
        re.search(r"\.(pem|crt|key|lst|map|http|html?|txt)$|pass(wd|words?)|/mime", file)
        is not None
    )


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, without comments, joined where one goes on."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"(^|\s)#.*", "", line).strip()
        joined, first = (f"{joined} {bare}", first) if joined else (bare, number)
        if joined.endswith("\\"):
            joined = joined[:-1].rstrip()
            continue
        if joined:
            yield first, joined
        joined = ""
