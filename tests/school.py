"""A school on the simulated internet: the document of its DID, its list of what it revoked, and its badges."""

from __future__ import annotations

import json
from typing import Any

from tests.strangers import Strangers
from tests.unit.verify.test_gathering import did_document
from tests.unit.verify.test_status import entry, listed
from tests.vc_makers import badge, embedded


class School:
    """It has revoked the seventh of its badges."""

    def __init__(self, strangers: Strangers) -> None:
        self.strangers = strangers
        self.did = f"did:web:school.example%3A{strangers.port}"
        self.list = strangers.url("/status/3", "list.example")
        plain = {k: v for k, v in listed(7, issuer=self.did, id=self.list).items() if k != "proof"}
        strangers.says("/status/3", json.dumps(self.sealed(plain)), kind="application/vc")
        document = did_document(self.did)
        strangers.says("/.well-known/did.json", json.dumps(document), kind="application/did+json")

    def sealed(self, credential: dict[str, Any]) -> dict[str, Any]:
        return embedded(credential, verificationMethod=f"{self.did}#key-1")

    def badge(self, place: int = 8) -> bytes:
        status = entry(str(place), statusListCredential=self.list)
        return json.dumps(self.sealed(badge(self.did, credentialStatus=status))).encode()

    @property
    def allowed(self) -> str:
        """The settings of a node that may ask it."""
        port = self.strangers.port
        return (
            f'[online]\nhosts = ["school.example:{port}", "list.example:{port}"]\nnetworks = ["127.0.0.1/32"]\n'
            f'authority = "{self.strangers.authority}"\n'
        )
