"""A security key in software: ES256 by the rules of WebAuthn, so that the whole way to the server is the real one."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import websafe_encode

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class SoftwareKey:
    """One credential; `flags` is what it says about the person: there, and known by finger or PIN."""

    origin: str = "http://testserver"
    host: str = "testserver"
    flags: int = PRESENT | VERIFIED
    name: bytes = b"credential-of-the-test"
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    uses: int = 0

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        said = self._client_data("webauthn.create", options["publicKey"]["challenge"])
        place = self.private.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: place.x.to_bytes(32, "big"), -3: place.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.name).to_bytes(2, "big") + self.name + cbor.encode(key)
        data = self._data(HAS_KEY) + made
        return {
            **self._credential(),
            "response": {
                "clientDataJSON": websafe_encode(said),
                "attestationObject": websafe_encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
            },
            "clientExtensionResults": {"credProps": {"rk": True}},
        }

    def answer(self, options: dict[str, Any], person: bytes) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        said = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        self.uses += 1
        data = self._data(0)
        signed = self.private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            **self._credential(),
            "response": {
                "clientDataJSON": websafe_encode(said),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signed),
                "userHandle": websafe_encode(person),
            },
            "clientExtensionResults": {},
        }

    def _credential(self) -> dict[str, str]:
        return {"id": websafe_encode(self.name), "rawId": websafe_encode(self.name), "type": "public-key"}

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, more: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.uses.to_bytes(4, "big")
