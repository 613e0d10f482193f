r"""Defines what a secret looks like: a row of `KINDS` for each kind, with its substitute.

A row that hides too little leaks; one that hides too much makes a log useless. Each has an example
of a text with the secret `Hunter2Hunter2`. Texts without any are in
tests/unit/test_redaction_redact.py.

>>> [kind.name for kind in KINDS if kind.pattern.search("SPLUNK_TOKEN=Hunter2Hunter2")]
['a setting']
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from dockerd_lab.redaction.secret_forms import (
    BASE64,
    COMMAND,
    GAP,
    HEADER,
    HEADERS,
    JSON_VALUE,
    NAME,
    NAMES,
    NONE,
    OF_HEADER,
    OPTION,
    PEM,
    QUOTE,
    SCHEME,
    TO_THE_END,
    UNQUOTED,
    URL_LETTER,
    VALUE,
)


@dataclass(frozen=True)
class Kind:
    """A kind of secret, and how a text shows it."""

    name: str
    word: str
    """What stands in its place."""
    signs: Collection[str]
    """What a text has at least one of, in small letters, that has such a secret: found fast."""
    example: str
    """A text in which this kind hides `Hunter2Hunter2`."""
    regex: str
    """Hidden are the groups whose names end in `secret`."""
    part: str | None = None
    """The parts of a text in which that counts, where it is not all of it."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return `regex`, compiled when it is first needed."""
        return re.compile(self.regex, _FLAGS)

    @cached_property
    def within(self) -> re.Pattern[str] | None:
        """Return `part`, compiled; None if there is none."""
        return None if self.part is None else re.compile(self.part, _FLAGS)

    def sub(self, hide: Callable[[re.Match[str]], str], text: str) -> str:
        """Return the text with what `hide` makes of each match of `pattern`."""
        if self.within is None:
            return self.pattern.sub(hide, text)
        return self.within.sub(lambda part: self.pattern.sub(hide, part[0]), text)


_FLAGS = re.VERBOSE | re.IGNORECASE | re.MULTILINE
_PASSWORD, _TOKEN, _SECRET = "(a password)", "(a token)", "(a secret)"
_KEY, _HASH = "(a private key)", "(a hash of a password)"

#: Every kind that is known. Of two that hide the same, the first one's word is put.
KINDS = (
    Kind(
        "a private key in PEM",
        _KEY,
        ("private key",),
        r"-----BEGIN PRIVATE KEY-----\nHunter2Hunter2\n-----END PRIVATE KEY-----",
        rf"(?P<secret> -----BEGIN\ {PEM} [\s\S]*? (?: -----END\ {PEM} | \Z ) )",
    ),
    Kind(
        "the end of a private key in PEM, without its beginning",
        _KEY,
        ("private key",),
        f"Hunter2Hunter2{'A' * 50}\nHunter2Hunter2==\n-----END PRIVATE KEY-----",
        rf"(?P<secret> {BASE64} (?:.*\n)?.*-----END\ {PEM} ) | {BASE64}",
    ),
    Kind(
        "a token in the place of a URL's user",
        _TOKEN,
        ("://",),
        "git clone https://Hunter2Hunter2Hunter2@example.org/x",
        r"https?://(?P<secret>[\w~-]{20,})(?=@|:[^\s@/]{0,80}@)",
    ),
    # What has no @ is consumed too, so that nothing is looked at twice.
    Kind(
        "a password in a URL",
        _PASSWORD,
        ("://", ":\\/", "_proxy=", "docker_host="),
        "-H tcp://0.0.0.0:2375,ssh://me:Hunter2Hunter2/:@Hunter2Hunter2@192.168.3.201:22",
        rf"""(?: {SCHEME}(?!\[) | (?: _proxy | \bDOCKER_HOST )=["']?(?!{SCHEME}) )
        (?> (?: [^\s:/?\#"'\\,] | \\++\w ){{0,200}} ) : (?:
            (?P<secret> {URL_LETTER}* ) (?=@(?!sha256:))
          | (?: (?!\d{{1,5}}\b) (?P<cut_secret> {URL_LETTER}+? ) (?=\.\.\.|…) )?
            (?>{URL_LETTER}*) )""",
    ),
    Kind(
        "a header in quotes",
        _PASSWORD,
        (*HEADERS, "cookie"),
        r"""sh -c "curl -H \"Authorization: Basic Hunter2Hunter2, Hunter2\" http://a" """,
        rf"(?<!\\){QUOTE} (?:{HEADER}|cookie)[ \t]*:[ \t]*+ (?>{OF_HEADER}?) {TO_THE_END}",
    ),
    Kind(
        "a header to the end of its line",
        _PASSWORD,
        ("cookie:", "authorization:"),
        'Authorization: Digest username="me", response="Hunter2Hunter2"',
        r"""(?<![\w-]) (?: (?:set-)?cookie: (?P<cookie_secret>[^\n"']++)
          | authorization:[ \t]*(?:Digest|OAuth|AWS4[\w-]*)[ \t] (?P<secret>[^\n]++) )""",
    ),
    Kind(
        "a header",
        _PASSWORD,
        HEADERS,
        "map[Authorization:[Basic Hunter2Hunter2] Host:[a]]",
        rf"""{HEADER} \\*["']?[ \t]*(?:[:=]|=>)[ \t]*(?:\[[ \t]*)? (?>{OF_HEADER}?) {VALUE}""",
    ),
    Kind(
        "a header that nginx sends on",
        _PASSWORD,
        ("_header",),
        "proxy_set_header Authorization Basic Hunter2Hunter2;",
        rf"""\w_header[ \t]+\\*["']?{HEADER}\\*["']?\s{{1,20}}
        (?! \\*["']?(?>{OF_HEADER}?)\$[a-z_]\w*\\*["']?[ \t]*; ) (?>{OF_HEADER}?) {VALUE}""",
    ),
    Kind(
        "what HTTP calls credentials, in quotes",
        _PASSWORD,
        ("basic", "bearer"),
        'map $http_authorization $known { "Basic Hunter2Hunter2" 1; }',
        r"""["'](?:Basic|Bearer)[ \t]+ (?!auth|realm) (?P<secret>[^\s"'$\\]{6,}) \\*["']""",
    ),
    Kind(
        "a setting in quotes",
        _SECRET,
        NAMES,
        'Environment="SPLUNK_TOKEN=Hunter2Hunter2, Hunter2" "A=b"',
        rf"""(?<!-c\ )(?<!\\) {QUOTE} [\w.-]{{0,80}}?{NAME}= {TO_THE_END}""",
    ),
    Kind(
        "a setting",
        _SECRET,
        NAMES,
        "--log-opt splunk-token=Hunter2Hunter2 --log-opt tag=a",
        rf"""{NAME} (?: \\*["']?={{1,2}}+ | [ \t]{{1,9}}!?={{1,2}}~?[ \t]{{1,9}} | [ \t]?=>[ \t]? )
        {VALUE}""",
    ),
    Kind(
        "a setting in JSON",
        _SECRET,
        NAMES,
        r'{"auths": {"example.org": {"auth": "Hunter2Hunter2\"Hunter2\\"}}}',
        rf"""{NAME} \\*["'][ \t]*:\s{{0,20}}(?![\[{{]) {JSON_VALUE}""",
    ),
    Kind(
        "a setting in YAML",
        _SECRET,
        NAMES,
        "  SPLUNK_TOKEN: Hunter2Hunter2\n",
        rf"""^[ \t]*(?:-[ \t]+)?[\w.-]{{0,80}}?{NAME}:[ \t]+ {VALUE}
        \\*["']?[ \t\r]*(?:\#.*)?$""",
    ),
    Kind(
        "a setting as Go prints it",
        _SECRET,
        ("map[", "{"),
        "log-opts: (from flag: map[splunk-token:Hunter2Hunter2 tag:a], from file: map[tag:b])",
        rf"(?:{NAME}|\bauth):[ \t]* {VALUE}",
        part=r"map\[[^\n]*+ | \{[a-z]\w*:(?!//)[^\n]*+",
    ),
    Kind(
        "a setting after a blank",
        _SECRET,
        ("env", "_param"),
        "ENV SPLUNK_TOKEN Hunter2Hunter2",
        rf"""\b(?-i:ENV|SetEnv|setenv|fastcgi_param|uwsgi_param)[ \t]+[\w.-]{{0,80}}?{NAME}[ \t]+
        {VALUE}""",
    ),
    Kind(
        "a flag",
        _SECRET,
        ("--",),
        '["docker", "swarm", "join", "--token", "Hunter2Hunter2"]',
        rf"""(?<![\w-])--(?:[a-z0-9-]{{0,40}}-)? (?: token | pass(?:w(?:or)?d|phrase)? | secret-id
        | api-?key | (?:access|secret)-key | client-secret | oauth2-bearer ) {GAP}
        (?! (?:string|via|is|and|or|for|flag)\s ) {VALUE}""",
    ),
    Kind(
        "a password of curl's",
        _PASSWORD,
        ("curl", "wget"),
        "curl -sku me:Hunter2Hunter2 https://a/",
        rf"""(?<=[\s"']) (?: -[a-z]{{0,8}}u | --(?:proxy-)?user | -E | --cert ) (?:=|{GAP})?
        (?: {QUOTE} [^\s:"'\\]* : {TO_THE_END}
          | [^\s:"'\\]+ : {NONE} (?P<word_secret>{UNQUOTED}) )""",
        part=rf"\b(?:curl|wget)\b {COMMAND}",
    ),
    Kind(
        "a password of docker login",
        _PASSWORD,
        ("login",),
        "docker login -u me -p 'Hunter2Hunter2;Hunter2' example.org",
        rf"""(?<=[\s"'])-p(?:=|{GAP})? {VALUE}""",
        part=rf"""\b(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|regctl)\b
        [^\n;&|]{{0,200}}?\blogin\b {COMMAND}""",
    ),
    Kind(
        "a password that is piped",
        _PASSWORD,
        ("echo", "printf"),
        "echo Hunter2Hunter2 | docker login -u me --password-stdin",
        rf"""\b(?:echo|printf) (?> (?: [ \t]+-\w+ | [ \t]+\\*["']%s[^"'\n]{{0,4}}["'] )* ) [ \t]+
        {VALUE} (?=\\*["']?[ \t]*\|[^\n]{{0,200}}(?:--password-stdin|passwd\b|base64))""",
    ),
    Kind(
        "a password as a here string",
        _PASSWORD,
        ("<<<",),
        'docker login -u me --password-stdin <<< "Hunter2Hunter2"',
        rf"(?:--password-stdin|passwd)[ \t]*<<<[ \t]* {VALUE}",
    ),
    Kind(
        "a password that is hashed",
        _PASSWORD,
        ("passwd", "sshpass"),
        "printf 'me:%s' $(openssl passwd -apr1 Hunter2Hunter2) >list",
        rf"""\b(?: openssl[ \t]+passwd (?> (?: [ \t]+-(?:salt|in)[ \t]+\S+ | [ \t]+-\w+ )* )
          | htpasswd (?={OPTION}{{0,9}}[ \t]+-\w*b)
            (?: (?={OPTION}{{0,9}}[ \t]+-\w*n) (?>{OPTION}+) | (?>{OPTION}+)[ \t]+\S+ ) [ \t]+\S+
          | sshpass[ \t]+-p ) [ \t]+(?![|<>&;)]) {VALUE}""",
    ),
    Kind(
        "a hash of a password",
        _HASH,
        ("$",),
        "me:$apr1$dockrlab$Hunter2Hunter2Hunter2.",
        r"""(?<!\$)(?P<secret> \${1,2} (?: (?:apr1|1|5|6|7|y|gy|md5|sha1)\${1,2}
            (?:[\w=,+-]{0,40}\${1,2})? [./a-z0-9]{0,64}\${1,2} | 2[abxy]?\${1,2}\d\d\${1,2}
            | argon2(?:id|i|d)\${1,2}[\w=,$]{5,80}\${1,2} ) [./+=a-z0-9]{10,} )""",
    ),
    Kind(
        "a hash, or a password, with its kind in braces",
        _HASH,
        ("{",),
        "me:{SHA}Hunter2Hunter2=",
        rf"\{{(?-i:S?SHA\d*|S?MD5|CRYPT|PLAIN)\}} {NONE} (?P<secret>{UNQUOTED})",
    ),
    Kind(
        "a password in .netrc, or of haproxy's",
        _PASSWORD,
        ("password",),
        "machine example.org login me password Hunter2Hunter2",
        rf"""\b(?:login[ \t]+\S+\s{{1,20}}password | user[ \t]+\S+[ \t]+insecure-password) [ \t]+
        {VALUE}""",
    ),
    Kind(
        "a secret in a systemd unit",
        _SECRET,
        ("setcredential", "ignoring:"),
        "docker.service:3: Invalid environment assignment, ignoring: Hunter2Hunter2",
        rf"""(?: \bSetCredential(?:Encrypted)?=[^:\n]{{0,200}}:
          | Invalid\ environment\ assignment,\ ignoring:[ ] ) {NONE} (?P<secret>[^\n]++)""",
    ),
    Kind(
        "a token that its own form shows",
        _TOKEN,
        (
            "swmtkn-",
            "_pat_",
            "_oat_",
            "glpat-",
            "xox",
            "npm_",
            "hvs.",
            "hvb.",
            "eyj",
            "ghp_",
            "gho_",
            "ghs_",
        ),
        "joined with SWMTKN-1-Hunter2Hunter2",
        r"""\b(?P<secret> SWMTKN-\d-[\w-]++ | gh[ops]_\w{20,}+ | github_pat_\w{20,}+
          | glpat-[\w-]{15,}+ | dckr_[op]at_[\w-]{10,}+ | xox[abprs]-[\w-]{10,}+ | npm_\w{30,}+
          | hv[bs]\.[\w-]{20,}+ | eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]*+ )""",
    ),
)
