"""Keyed pseudonyms: the same number gives the same name in all of a member's files, and nobody else can find it out.

A plain hash would not do: there are few enough vehicle numbers and policies to try them all.
"""

import hmac

KEY_BYTES = 32


class Pseudonyms:
    """Pseudonyms under one member's key; ValueError for a key of another length."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key for pseudonyms has {KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    def of(self, scheme: str, number: str) -> str:
        """32 hex digits for a number of a scheme (`vin`, a policy register), taken exactly as it is given."""
        name = scheme.encode()
        message = len(name).to_bytes(4, "big") + name + number.encode()
        return hmac.digest(self._key, message, "sha256").hex()[:32]
