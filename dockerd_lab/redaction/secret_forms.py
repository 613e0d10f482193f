"""Defines parts of the patterns in secret_kinds, in the syntax of re.VERBOSE."""

# What repeats is bounded, possessive or atomic, so that the time grows with a text's length only.
# Possessive are single characters only: of more, Python 3.11.2 takes too many (#106052).

#: What follows a quote that ends something.
OVER = r"""(?: [\s,;:)\]}>|&"'\\] | \Z )"""
#: A character of a secret without quotes around it. A quote within a word belongs to it.
LETTER = rf"""(?: [^\s"'\\] | \\*+["'](?!{OVER}) | \\++(?!["'])[ ]? )"""
#: What is put in the place of a secret; of a longer one a part may have been hidden before.
HIDDEN = r"\(a\ [a-z\ ]{5,30}\)"
#: What stands where a secret could and is none: no value, a placeholder, a variable, a command.
NOTHING = rf"""(?! \\*["']? (?:
    (?: (?-i: TOKEN | PASSWORD | SECRET | VALUE ) | true | false | null | none ) {OVER}
    | {HIDDEN} ) )"""
NONE = rf"""{NOTHING} (?! \\*"? (?: (?-i: \$\{{?[A-Z_][A-Z0-9_]*\}}? ) {OVER} | \$\( | ` ) )"""
#: Without quotes, and without what ends a sentence or a list.
UNQUOTED = rf"(?: (?: {HIDDEN} | {LETTER} )+ (?<![,;)\]}}]) )"
#: A quote, which may be escaped itself (JSON within JSON), and what is between it and the next.
QUOTE = r"""(?P<quote> (?P<slashes>\\++)? ["'] )"""
QUOTED = rf"""(?P<quoted_secret> (?> (?: (?! (?P=quote){OVER} )
    (?: [^\\\n] | (?(slashes) \\++. | (?: \\\\["'](?!{OVER}) | \\. ) ) ) )* ) )"""
#: What comes after the quote that ends a text in JSON, rather than one that opens the secret.
CLOSED = r"""(?! \s{0,99} (?: [\]})]+(?:[\s,"']|\Z) | ,\s{0,99}(?: (?P=quote) | [\[{] ) ) )"""
VALUE = rf"{NONE} (?: {QUOTE} {CLOSED} {QUOTED} | (?P<secret>{UNQUOTED}) )"
#: After the key of an object.
JSON_VALUE = rf"{NOTHING} (?: {QUOTE} {QUOTED} | (?P<secret>{UNQUOTED}) )"
#: After QUOTE and what belongs to it: all up to the one that closes it.
TO_THE_END = rf"""{NONE} (?P<secret> (?> (?:
    (?!(?P=quote)) (?: [^\\\n] | (?(slashes) \\++. | \\. ) ) )* ) ) (?=(?P=quote))"""

NAMES = ("token", "pass", "pwd", "secret", "key", "credentials", "auth")
#: How the names of secrets end: SPLUNK_TOKEN, splunk-token, identitytoken, accessToken.
NAME = r"""(?: (?: token | (?<!no)passw(?:or)?d | passphrase | (?<!proxy)[_-]pass | [_-]pwd
    | (?-i:\bPASS) | secret (?: [_-]?(?:access[_-]?)?key(?:[_-]base)? | [_-]id )?
    | (?: api | access | account | auth | encryption | license | master | shared | signing )[_-]?key
    | private[_-]?key (?! \\*["']?\s?[:=]\s?\\*["']?[~.]{0,2}/[\w./-]{1,200}\.(?:pem|key)\b )
    | oauth2-bearer | credentials[_-](?:endpoint|relative_uri|full_uri)
    | _auth | (?<=["'])auth(?=\\*["'])
    ) (?:[_-]?\d{1,3})? )"""
#: A URL's beginning.
SCHEME = r"(?: (?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\\?/\\?/ )"
#: In a list of URLs each is one.
URL_LETTER = rf"(?: (?! [,;|][a-z][a-z0-9+.-]{{0,30}}:// ) {LETTER} )"
HEADERS = ("authorization", "x-", "private-", "job-", "deploy-")
HEADER = r"""(?<![\w-]) (?: (?:proxy-)?authorization | x-registry-(?:auth|config)
    | (?:x|private|job|deploy)-(?:[\w-]{0,30}-)?(?:token|key|secret|auth|password) )"""
#: What may stand before the secret in a header.
OF_HEADER = r"(?: (?:Basic|Bearer|Token|Negotiate|NTLM)[ \t]+ )"
#: Between a flag and its value: blanks, or the quotes and the comma of a list.
GAP = r"""(?: (?>(?:[ \t]|\\\n)+) | \\*["'],\s{0,20}(?=\\*["']) )"""
#: An option of one letter or of some, with a number after it or without.
OPTION = r"(?: [ \t]+-\w+ (?:[ \t]+\d\d?(?=[ \t]))? )"
#: A shell's command, up to its end.
COMMAND = r"""(?> (?: \\\n | "[^"\n]*" | '[^'\n]*' | [^\n;|&] )* )"""
PEM = r"[A-Z0-9\ ]{0,40}PRIVATE\ KEY(?:\ BLOCK)?-----"
#: Lines that end as those of a PEM file, whatever a journal puts before that.
BASE64 = r"(?> (?: ^.*[A-Za-z0-9+/]{40,76}+={0,2}[ \t\r]*\n )+ )"
