"""The installation's signing key, and the keys it trusts.

Read in this order: ``text`` (a public key as one line that can be sent in a chat), ``own`` (the
signing key and its file), ``trusted`` (whose signatures count here), ``renew`` (a new key in
place of the old one).

Signing keys sign evidence and bundles and encrypt nothing; keys that encrypt belong to a vault.
"""

from luodi.landing.keys.own import KeyCard, find_signer, own_signer, show
from luodi.landing.keys.renew import new_key
from luodi.landing.keys.text import PublicKey, fingerprint, format_key, parse_key
from luodi.landing.keys.trusted import TrustedKey, distrust, trust, trusted_keys

__all__ = [
    "KeyCard",
    "PublicKey",
    "TrustedKey",
    "distrust",
    "find_signer",
    "fingerprint",
    "format_key",
    "new_key",
    "own_signer",
    "parse_key",
    "show",
    "trust",
    "trusted_keys",
]
