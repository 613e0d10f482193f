"""Tells what in dockerd's TLS files Go's TLS refuses, whatever else they hold.

The rules are those of X509KeyPair in crypto/tls and of AppendCertsFromPEM in crypto/x509, which
read only PEM blocks of some labels, and no encrypted ones.
"""

from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.keys import pem_labels

_CERTIFICATE = "CERTIFICATE"
_KEY = "PRIVATE KEY"
#: How the labels begin of keys that Go's TLS does not read.
_UNREADABLE_KEYS = ("ENCRYPTED", "OPENSSH")


def certificate_mistake(inputs: Input, path: str) -> str:
    """Return Go's message for a file of the input that holds no certificate; empty if it may."""
    labels = _labels(inputs, path)
    if labels is None or _CERTIFICATE in labels:
        return ""
    if not labels:
        return "tls: failed to find any PEM data in certificate input"
    if len(labels) == 1 and labels[0].endswith(_KEY):
        return (
            "tls: failed to find certificate PEM data in certificate input, but did find a private"
            " key; PEM inputs may have been switched"
        )
    return (
        'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks'
        f" of the following types: [{' '.join(labels)}]"
    )


def key_mistake(inputs: Input, path: str) -> str:
    """Return Go's message for a file of the input that holds no key for it; empty if it may."""
    labels = _labels(inputs, path)
    if labels is None:
        return ""
    if not labels:
        return "tls: failed to find any PEM data in key input"
    key = next((label for label in labels if label.endswith(_KEY)), None)
    if key is not None:
        return "tls: failed to parse private key" if key.startswith(_UNREADABLE_KEYS) else ""
    if labels == (_CERTIFICATE,):
        return "tls: found a certificate rather than a key in the PEM for the private key"
    return (
        'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after'
        f" skipping PEM blocks of the following types: [{' '.join(labels)}]"
    )


def authority_mistake(inputs: Input, path: str) -> str:
    """Return Go's message for a file of the input without a certificate; empty if it may do."""
    labels = _labels(inputs, path)
    if labels is None or _CERTIFICATE in labels:
        return ""
    return f'failed to append certificates from PEM file: "{path}"'


def _labels(inputs: Input, path: str) -> tuple[str, ...] | None:
    """Return the labels of a file's PEM blocks; None if it is not in the input, or a link."""
    if not inputs.has(path) or inputs.resolve(path) != path:
        return None
    return inputs.keys.blocks.get(path, pem_labels(inputs.texts.get(path, "")))
