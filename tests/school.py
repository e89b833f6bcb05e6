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

    def hosted(self) -> dict[str, Any]:
        """A badge of version 2.0 that stands on its host's word, with its class and issuer at their own addresses."""
        url = self.strangers.url
        made = {
            "/issuer": {"type": "Profile", "id": url("/issuer"), "name": "Nordhavn School of Seafaring"},
            "/class": {"type": "BadgeClass", "id": url("/class"), "name": "Knots", "issuer": url("/issuer")},
            "/badge": {
                "@context": "https://w3id.org/openbadges/v2",
                "type": "Assertion",
                "id": url("/badge"),
                "recipient": {"type": "email", "hashed": True, "identity": "sha256$" + "0" * 64},
                "badge": url("/class"),
                "issuedOn": "2026-03-01T09:30:00Z",
                "verification": {"type": "hosted"},
            },
        }
        for path, document in made.items():
            self.strangers.says(path, json.dumps(document), kind="application/ld+json")
        return made["/badge"]

    @property
    def allowed(self) -> str:
        """The settings of a node that may ask it."""
        port = self.strangers.port
        return (
            f'[online]\nhosts = ["school.example:{port}", "list.example:{port}"]\nnetworks = ["127.0.0.1/32"]\n'
            f'authority = "{self.strangers.authority}"\n'
        )
