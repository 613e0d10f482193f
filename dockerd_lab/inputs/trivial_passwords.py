"""Lists the passwords that whoever attacks a service tries first."""

#: The most usual ones first: of a hash that takes long only these are tried.
_FIRST = ("admin", "password", "docker", "changeme", "secret", "123456", "test", "root", "")
#: From lists of the most frequent passwords (the NCSC's, SecLists'), defaults of products and
#: examples in documentation.
_OTHERS = """
    000000 1111 111111 1234 12345 1234567 12345678 123456789 1234567890 123123 1q2w3e4r
    654321 abc123 admin123 administrator ansible bar changeit change_me default demo deploy
    dockerd dragon example foo foobar guest hello hunter2 iloveyou jenkins letmein manager
    master monkey mypassword mysecretpassword nginx operator p@ssw0rd P@ssw0rd P@ssword pass
    passw0rd password! password1 Password1 password12 password123 Password123 portainer
    qwerty qwerty123 raspberry registry s3cret secret123 service system test123 testing
    testpassword toor ubuntu user vagrant welcome welcome1 yourpassword your-password
    zaq12wsx
"""


def trivial_passwords(user: str = "", *, few: bool = False) -> list[str]:
    """Return passwords that are tried first for a user, likely ones first; `few` are the first ten.

    >>> trivial_passwords("carol", few=True)[:2]
    ['carol', 'admin']
    """
    passwords = [user, *_FIRST]
    if not few:
        passwords += [*_OTHERS.split(), *(user + end for end in ("1", "12", "123", "1234", "!"))]
    return list(dict.fromkeys(passwords))
