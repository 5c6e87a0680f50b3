"""The vault: patient-level data, encrypted on the hospital's own host, its key kept elsewhere.

Read in this order: ``stream`` (AES-256-GCM in chunks), ``objects`` (one file of the vault),
``key`` (the key file and what is derived from it), ``layout`` (what lies where), ``drafts``
(objects being written), ``store`` (`Vault`: put, get, entries, remove, workspace, subkey), then
the verbs ``init``, ``status``, ``take`` and ``destroy``.

What is detected: any change to an object, its truncation, chunks in another order, an object
under another name or from another vault.  What is not: that an object is gone, or that an older
copy of the whole object was put back; for that, evidence keeps the digests.  A listing shows how
many objects there are and how large, nothing else.
"""

from luodi.landing.vault.objects import VaultEntry, VaultObject
from luodi.landing.vault.store import Vault

__all__ = ["Vault", "VaultEntry", "VaultObject"]
