"""Start-up: a node by its settings, or everything that is wrong with what they name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.errors import ConfigError, RequestError
from gateway.kit import Manifest
from gateway.node import startup
from gateway.node.sealing import issuer_of, seal_key_for
from gateway.node.settings import load_settings
from gateway.node.startup import find_settings, start
from gateway.node.tools import adapter_used, gateway_used
from gateway.proofs.jwk import write_jwk
from gateway.translate.issuer import issuer_by_did
from tests.credential_node import credentials_entry, did_key
from tests.jose_makers import key as jose_key
from tests.toy_node import NOW, node_key, seal_key, university, write_key, write_settings
from tests.toy_systems import Leaf, Petal


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    monkeypatch.setattr(startup, "adapters", lambda _enabled=(): (Leaf(), Petal()))


def refused(settings: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        start(load_settings(settings), now=NOW)
    assert caught.value.advice
    return caught.value


def test_a_node_by_its_settings(tmp_path):
    settings = write_settings(
        tmp_path, extra='until = 2027-12-31\nfor = ["University of Examplia"]\npolicy = "legacy"\n'
    )
    node = start(load_settings(settings), now=NOW)
    assert node.configured
    assert node.seals["jades"].key_sha256 == node_key().key_sha256
    [anchor] = node.anchors
    assert (str(anchor.until), anchor.issuers, anchor.policy.name) == (
        "2027-12-31",
        ("University of Examplia",),
        "legacy",
    )
    assert node.policy.name == "strict"


@pytest.mark.parametrize(
    ("said", "documents", "evidence"),
    [
        ("", [()], []),
        ('for = ["evidence"]\n', [], [()]),
        (
            'for = ["evidence", "University of Examplia"]\n',
            [("University of Examplia",)],
            [("University of Examplia",)],
        ),
    ],
)
def test_an_anchor_attests_evidence_only_where_that_is_said(tmp_path, said, documents, evidence):
    node = start(load_settings(write_settings(tmp_path, extra=said)), now=NOW)
    assert [anchor.issuers for anchor in node.anchors] == documents
    assert [anchor.issuers for anchor in node.witnesses] == evidence
    assert node.terms(NOW).anchors == node.anchors
    assert node.terms(NOW).witnesses == node.witnesses


def test_without_settings_a_node_trusts_nobody_and_seals_nothing():
    node = start(None, now=NOW)
    assert (node.configured, node.anchors, dict(node.seals)) == (False, (), {})


def test_settings_are_those_named_else_those_beside_one_else_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_settings(None) is None
    write_settings(tmp_path)
    assert find_settings(None).node.id == "node.example.org"
    with pytest.raises(ConfigError):
        find_settings(tmp_path / "absent.toml")


def test_attack_laundering_a_key_that_is_trusted_for_originals_never_seals_translations(tmp_path):
    """Else a node's own translations would come back to it as originals."""
    settings = write_settings(tmp_path, trusted=node_key())
    assert refused(settings).code == "config.key_in_two_roles"


def test_the_same_key_under_another_certificate_is_found_too(tmp_path):
    settings = write_settings(tmp_path, trusted=seal_key("node", "Some Other Name"))
    assert refused(settings).code == "config.key_in_two_roles"


def test_all_that_the_settings_name_and_cannot_be_used_is_said_at_once(tmp_path):
    settings = write_settings(tmp_path, extra='[[trust]]\nanchor = "absent.pem"\n')
    (tmp_path / "seal.key.pem").unlink()
    error = refused(settings)
    assert error.code == "config.unusable"
    assert "absent.pem" in error.message
    assert "seal.key.pem" in error.message


def test_legacy_is_not_granted_to_a_folder(tmp_path):
    (tmp_path / "many").mkdir()
    settings = write_settings(tmp_path, extra='[[trust]]\nanchor = "many"\npolicy = "legacy"\nuntil = 2027-01-01\n')
    assert refused(settings).code == "config.legacy_folder"


def test_a_policy_for_an_adapter_that_is_not_there_is_refused(tmp_path):
    entry = '[[policy.seal_indeterminate]]\nadapter = "rose"\nsub_indications = ["TRY_LATER"]\n'
    error = refused(write_settings(tmp_path, extra=entry))
    assert error.code == "config.unknown_adapter"
    assert "leaf, petal" in error.message


def test_a_seal_whose_certificate_names_no_organisation_is_refused(tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    from gateway.drivers.keys import SealKey

    key = university().private_key
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A person")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW.replace(year=2030))
    with pytest.raises(ConfigError) as caught:
        issuer_of(SealKey(key, (builder.sign(key, hashes.SHA256()),)))
    assert caught.value.code == "config.seal_without_organisation"


def test_a_system_whose_documents_carry_no_seal_cannot_be_sealed_for(tmp_path):
    class Bare(Leaf):
        def __init__(self) -> None:
            self.manifest = Manifest(id="bare", family="bare", title="Bare", version="1", formats=("bare",))

    node = start(load_settings(write_settings(tmp_path)), now=NOW)
    with pytest.raises(RequestError) as caught:
        seal_key_for(node, Bare())
    assert caught.value.code == "request.not_sealable"


def test_an_encrypted_key_opens_with_the_passphrase_of_the_variable_named(tmp_path, monkeypatch):
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    settings = write_settings(tmp_path)
    settings.write_text(
        settings.read_text().replace("certificate =", 'passphrase_variable = "MY_PASS"\ncertificate =', 1)
    )
    key = node_key().private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sesame"))
    (tmp_path / "seal.key.pem").write_bytes(key)
    assert refused(settings).code == "seal.key_passphrase"
    monkeypatch.setenv("MY_PASS", "sesame")
    assert start(load_settings(settings), now=NOW).seals["xmldsig"].key_sha256 == node_key().key_sha256


# --- tools -----------------------------------------------------------------------------------------------------------


def _package(folder: Path, name: str) -> Path:
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text("class A:\n    pass\n")
    (package / "table.csv").write_text("a,b\n")
    return package


def test_the_digest_of_an_adapter_changes_with_its_tables_and_not_with_caches(tmp_path, monkeypatch):
    from gateway.node import tools

    package = _package(tmp_path, "clover_adapter")
    monkeypatch.syspath_prepend(str(tmp_path))
    clover = type("Clover", (Leaf,), {"__module__": "clover_adapter.adapter"})

    def digest() -> str:
        tools._digest.cache_clear()
        return adapter_used(clover()).tables_sha256

    before = digest()
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert digest() == before
    (package / "table.csv").write_text("a,c\n")
    assert digest() != before


def test_a_module_that_stands_alone_has_no_tables(monkeypatch):
    from gateway.node import tools

    tools._digest.cache_clear()
    lone = type("Lone", (Leaf,), {"__module__": "lone_adapter"})
    import hashlib

    assert adapter_used(lone()).tables_sha256 == hashlib.sha256().hexdigest()


def test_the_gateway_names_its_version_and_tables():
    assert gateway_used().version
    assert gateway_used() == gateway_used()


def test_keys_are_written_for_their_owner_alone(tmp_path):
    """The helper of these tests keeps the rule that start-up checks."""
    key, _ = write_key(tmp_path, node_key(), "k")
    key.chmod(0o644)
    settings = write_settings(tmp_path)
    settings.write_text(settings.read_text().replace("seal.key.pem", "k.key.pem"))
    assert refused(settings).code == "seal.key_permissions"


def test_an_adapter_behind_a_process_is_named_by_the_package_it_comes_from():
    from adapters.europass import ADAPTER
    from gateway.drivers.workers import IsolatedAdapter

    isolated = IsolatedAdapter(ADAPTER)
    assert adapter_used(isolated) == adapter_used(ADAPTER)


# --- the seal for credentials ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_a_seal_for_credentials_is_by_default_the_did_of_its_key(tmp_path, kind):
    settings = write_settings(tmp_path, extra=credentials_entry(tmp_path, 'country = "XX"\n', kind))
    seal = start(load_settings(settings), now=NOW).seals["vc"]
    assert seal.method == did_key(kind).method
    assert issuer_of(seal) == issuer_by_did(did_key(kind).method.controller, "Ministry of Examplia", "XX")


def test_a_did_web_names_its_key_by_a_fragment(tmp_path):
    more = 'did = "did:web:node.example.org"\nmethod = "key-1"\n'
    seal = start(load_settings(write_settings(tmp_path, extra=credentials_entry(tmp_path, more))), now=NOW).seals["vc"]
    assert (seal.method.id, seal.method.controller) == ("did:web:node.example.org#key-1", "did:web:node.example.org")


@pytest.mark.parametrize("more", ['did = "did:key:zOther"\n', 'method = "key-1"\n'])
def test_a_did_key_of_another_key_is_refused(tmp_path, more):
    assert refused(write_settings(tmp_path, extra=credentials_entry(tmp_path, more))).code == "seal.key_mismatch"


@pytest.mark.parametrize("kind", ["rsa", "p384"])
def test_a_key_that_credentials_are_not_sealed_with_is_refused(tmp_path, kind):
    assert (
        refused(write_settings(tmp_path, extra=credentials_entry(tmp_path, kind=kind))).code == "seal.key_unsupported"
    )


def test_attack_laundering_a_did_that_is_trusted_for_originals_never_seals_translations(tmp_path):
    """By its key, or by its name alone under another key."""
    trust = '[[trust]]\nanchor = "did.txt"\n'
    (tmp_path / "did.txt").write_text(did_key().method.controller)
    settings = write_settings(tmp_path, extra=trust + credentials_entry(tmp_path))
    assert refused(settings).code == "config.key_in_two_roles"


def test_attack_laundering_a_bare_key_that_is_trusted_for_originals_never_seals_credentials(tmp_path):
    (tmp_path / "key.jwk").write_text(json.dumps(write_jwk(jose_key("ed25519").public_key())))
    settings = write_settings(tmp_path, extra='[[trust]]\nanchor = "key.jwk"\n' + credentials_entry(tmp_path))
    assert refused(settings).code == "config.key_in_two_roles"
