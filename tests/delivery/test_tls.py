"""G9: peers come over TLS 1.2 or later, with a certificate of the authority that is pinned for them, or not at all."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from gateway.delivery.problem import Stopped
from gateway.drivers.http_client import Answer, Outgoing, PeerClient
from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.drivers.tls import listener_context
from gateway.errors import ConfigError
from gateway.node.serving import run
from gateway.node.settings import load_settings
from tests.delivery.nodes import Participant, pair


def certificate_for(folder: Path, name: str, address: str) -> tuple[Path, Path]:
    """A self-signed certificate for an address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


class Served:
    """A participant whose peers' API shows a certificate."""

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        self.participant = Participant(folder, "tls.example.org")
        self.certificate, key = certificate_for(folder, "tls", address)
        settings = self.participant.settings_file

        def with_tls() -> Path:
            file = settings()
            tls = f'[node.tls]\ncertificate = "{self.certificate}"\nkey = "{key}"\n'
            file.write_text(file.read_text().replace("http://", "https://").replace("[[seal]]", tls + "[[seal]]", 1))
            return file

        self.participant.settings_file = with_tls

    async def about(self, authority: Path | None) -> Answer:
        url = f"https://127.0.0.1:{self.participant.port}/v1/about"
        async with self.participant.running(), PeerClient(connect_seconds=5, read_seconds=5) as client:
            return await client.send(Outgoing(method="GET", url=url, headers={}, authority=authority))


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(tmp_path)


async def test_g9_the_pinned_authority_is_trusted(served: Served):
    assert (await served.about(served.certificate)).status == 200


async def test_g9_a_certificate_that_nobody_pinned_is_not_trusted(served: Served):
    with pytest.raises(Stopped) as caught:
        await served.about(None)
    assert caught.value.code == "peer.tls"


async def test_g9_a_certificate_for_another_address_is_not_trusted(tmp_path: Path):
    elsewhere = Served(tmp_path, "127.0.0.2")
    with pytest.raises(Stopped) as caught:
        await elsewhere.about(elsewhere.certificate)
    assert caught.value.code == "peer.tls"


async def test_g9_neither_side_goes_below_tls_1_2(served: Served):
    client = PeerClient(connect_seconds=5, read_seconds=5)._context(served.certificate)
    tls = load_settings(served.participant.settings_file()).node.tls
    server = listener_context(tls.certificate, tls.key)
    assert client.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert server.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert client.check_hostname
    assert client.verify_mode is ssl.CERT_REQUIRED


def encrypted(key: Path, passphrase: bytes) -> None:
    """Put a passphrase on a key."""
    held = load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(held.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)))


def test_a_key_with_a_passphrase_takes_it_from_its_variable(tmp_path: Path, monkeypatch):
    certificate, key = certificate_for(tmp_path, "tls", "127.0.0.1")
    encrypted(key, b"not a secret")
    monkeypatch.setenv("OF_TLS", "not a secret")
    assert listener_context(certificate, key, passphrase_variable="OF_TLS")


@pytest.mark.parametrize(("held", "why"), [(None, "isn't set"), ("wrong", "doesn't open it"), ("x" * 5000, "doesn't")])
def test_a_key_with_a_passphrase_asks_no_terminal_and_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch, held: str | None, why: str
):
    certificate, key = certificate_for(tmp_path, "tls", "127.0.0.1")
    encrypted(key, b"not a secret")
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    if held is not None:
        monkeypatch.setenv(PASSPHRASE_VARIABLE, held)
    with pytest.raises(ConfigError, match=f"{key.name} is encrypted, and {PASSPHRASE_VARIABLE} {why}") as caught:
        listener_context(certificate, key)
    assert caught.value.code == "config.tls"
    assert held is None or held not in str(caught.value)


def test_a_key_of_another_certificate_is_refused_with_a_sentence(tmp_path: Path):
    certificate, _ = certificate_for(tmp_path, "one", "127.0.0.1")
    _, key = certificate_for(tmp_path, "other", "127.0.0.1")
    with pytest.raises(ConfigError, match="can't be used together"):
        listener_context(certificate, key)


async def test_a_node_with_an_authority_that_cannot_be_used_does_not_start(tmp_path: Path):
    north, _ = pair(tmp_path)
    file = north.settings_file()
    file.write_text(file.read_text().replace("[[peer]]", '[[peer]]\nauthority = "none.pem"'))
    with pytest.raises(ConfigError) as caught:
        async with run(load_settings(file)):
            pass
    assert caught.value.code == "peer.authority"
