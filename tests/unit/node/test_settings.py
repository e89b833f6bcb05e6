"""Settings: every key is documented, everything wrong is said at once."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

from gateway.errors import ConfigError
from gateway.model.verdict import SubIndication
from gateway.node.settings import DeliverySection, LimitsSection, Settings, load_settings, parse_settings
from gateway.packaged import data_folder
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.translate.derivation import LimitsUsed
from gateway.translate.sealing import NEVER_SEALED

EXAMPLE = data_folder("config") / "node.toml"


def parse(text: str, folder: Path = Path("/etc/node")) -> Settings:
    return parse_settings(text.encode(), place="node.toml", folder=folder)


def fault_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.code == "config.invalid"
    assert caught.value.advice
    return caught.value.message


NODE = '[node]\nid = "node.example.org"\n'


def uncommented() -> str:
    """The example with every setting in use."""
    return "\n".join(re.sub(r"^#: ?", "", line) for line in EXAMPLE.read_text().splitlines())


def test_the_packaged_example_is_a_valid_configuration_as_it_stands():
    assert load_settings(EXAMPLE).node.id == "node.example.org"


def test_every_line_of_the_example_that_is_commented_out_is_a_valid_setting():
    settings = parse(uncommented())
    assert settings.seal[0].profiles == ("xmldsig", "jades")
    assert settings.trust[0].issuers == ("University of Example",)
    assert settings.sealable() == {"elmo": frozenset({SubIndication.OUT_OF_BOUNDS_NO_POE})}


def test_the_example_names_every_key_and_its_defaults_are_those_of_the_code():
    text = EXAMPLE.read_text()
    for section in Settings.model_fields:
        assert re.search(rf"^(#: )?\[+{section}\b", text, re.MULTILINE), section
    for name in keys_of(Settings):
        assert re.search(rf"^(#: )?{name} = ", text, re.MULTILINE), name
    for section in (LimitsSection, DeliverySection):
        for name, field in section.model_fields.items():
            assert f"#: {name} = {field.default}" in text
    assert parse(uncommented()).bounds() == DEFAULT_LIMITS
    used, left = parse(uncommented()), parse(NODE)
    for section in ("adapters", "limits", "delivery", "receive", "retention"):
        assert getattr(used, section) == getattr(left, section)
    assert used.policy.default == left.policy.default
    for name in ("listen", "local_listen", "store", "token"):
        assert getattr(used.node, name) == getattr(left.node, name)
    assert used.hand_over.kind == left.hand_over.kind
    assert used.online.seconds == left.online.seconds


def keys_of(section: type[BaseModel]) -> set[str]:
    """The names of all values below a section, as they stand in the file."""
    found: set[str] = set()
    for name, field in section.model_fields.items():
        inner = [c for c in (field.annotation, *typing.get_args(field.annotation)) if isinstance(c, type)]
        tables = [c for c in inner if issubclass(c, BaseModel)]
        found |= keys_of(tables[0]) if tables else {field.alias or name}
    return found


def test_the_limits_are_those_that_the_readers_know():
    known = {field.name for field in dataclasses.fields(Limits)}
    assert set(LimitsSection.model_fields) == set(LimitsUsed.model_fields) == known
    assert parse(NODE).bounds() == DEFAULT_LIMITS


def test_the_smallest_configuration_that_seals():
    settings = parse(
        NODE
        + '[[seal]]\nfor = ["xmldsig", "jades"]\nkey = "a.pem"\ncertificate = "b.pem"\n[[trust]]\nanchor = "c.pem"\n'
    )
    assert settings.seal[0].key == Path("/etc/node/a.pem")
    assert settings.policy.default == "strict"


def test_an_unknown_key_is_refused_with_a_suggestion():
    assert "trust[1].anchr: unknown key; did you mean 'anchor'?" in fault_of(NODE + '[[trust]]\nanchr = "c.pem"\n')
    assert "polcy: unknown key; did you mean 'policy'?" in fault_of(NODE + "[polcy]\n")
    assert "limits.dept: unknown key; did you mean 'depth'?" in fault_of(NODE + "[limits]\ndept = 3\n")


def test_all_faults_are_said_at_once_each_with_its_key():
    message = fault_of('[node]\nid = ""\n[limits]\ndepth = 0\nnods = 1\n[[seal]]\nfor = ["cades"]\n')
    for place in ("node.id", "limits.depth", "limits.nods", "seal[1].for[1]", "seal[1].key", "seal[1].certificate"):
        assert place in message


def test_legacy_is_never_granted_to_all():
    assert "never to all" in fault_of(NODE + '[policy]\ndefault = "legacy"\n')


def test_legacy_is_granted_until_a_date_only():
    assert "until" in fault_of(NODE + '[[trust]]\nanchor = "c.pem"\npolicy = "legacy"\n')


def test_one_kind_of_seal_has_one_key():
    seal = '[[seal]]\nfor = ["jades"]\nkey = "a"\ncertificate = "b"\n'
    assert "jades more than once" in fault_of(NODE + seal + seal)


VC = '[[seal]]\nfor = ["vc"]\nkey = "k.pem"\n'


def test_a_seal_for_credentials_has_a_name_and_needs_no_more_than_a_key():
    [seal] = parse(NODE + VC + 'name = "Ministry of Examplia"\n').seal
    assert (seal.name, seal.certificate, seal.did, seal.form) == ("Ministry of Examplia", None, None, "json")
    assert "seal[1].name: required" in fault_of(NODE + VC)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('certificate = "c.pem"', "has a DID, and no certificate"),
        ('did = "https://node.example.org"', "seal[1].did"),
        ('did = "did:web:node.example.org#key-1"', "seal[1].did"),
        ('method = "did:web:node.example.org#key-1"', "seal[1].method"),
        ('country = "Examplia"', "seal[1].country"),
        ('form = "png"', "seal[1].form"),
    ],
)
def test_what_a_seal_for_credentials_cannot_have_is_refused(more: str, fault: str):
    assert fault in fault_of(NODE + VC + f'name = "M"\n{more}\n')


@pytest.mark.parametrize("more", ['name = "M"', 'did = "did:web:a.example"', 'identifier = "X"', 'country = "XX"'])
def test_beside_a_certificate_nobody_else_says_who_seals(more: str):
    seal = f'[[seal]]\nfor = ["jades"]\nkey = "a"\ncertificate = "b"\n{more}\n'
    assert "the certificate says who seals" in fault_of(NODE + seal)


def test_one_key_has_a_certificate_or_a_did():
    assert "an entry of its own" in fault_of(NODE + '[[seal]]\nfor = ["jades", "vc"]\nkey = "a"\n')


def test_a_passphrase_never_stands_in_the_file():
    fault = fault_of(NODE + '[[seal]]\nfor = ["jades"]\nkey = "a"\ncertificate = "b"\npassword = "hunter2"\n')
    assert "seal[1].password: unknown key" in fault
    assert "hunter2" not in fault


@pytest.mark.parametrize("sub", sorted(NEVER_SEALED))
def test_no_policy_can_name_a_failure_or_the_lack_of_any_proof(sub: SubIndication):
    entry = f'[[policy.seal_indeterminate]]\nadapter = "elmo"\nsub_indications = ["{sub.value}"]\n'
    assert "no policy can seal" in fault_of(NODE + entry)


@pytest.mark.parametrize(("data", "code"), [(b"\xff", "config.syntax"), (b"[node", "config.syntax")])
def test_what_is_no_toml_is_refused(data: bytes, code: str):
    with pytest.raises(ConfigError) as caught:
        parse_settings(data, place="node.toml", folder=Path())
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_refused_with_its_path(tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "absent.toml")
    assert caught.value.code == "config.unreadable"
    assert "absent.toml" in caught.value.message


PEER = '[[peer]]\nid = "node.example.net"\nkeys = ["peer.pem"]\nurl = '


def test_peers_over_plain_http_are_on_this_very_machine_only():
    assert "plain http" in fault_of(NODE + PEER + '"http://node.example.net"\n')
    for url in ("http://127.0.0.1:8460", "http://[::1]:8460", "http://localhost:8460", "https://node.example.net"):
        assert parse(NODE + PEER + f'"{url}/"\n').peer[0].url == url


@pytest.mark.parametrize("url", ["ftp://a.example", "https://u:p@a.example", "https://a.example/?x", "a.example", ""])
def test_an_address_of_a_peer_holds_nothing_that_could_mislead(url: str):
    assert "peer[1].url: expected an address" in fault_of(NODE + PEER + f'"{url}"\n')


def test_a_peer_without_a_key_could_say_nothing_that_is_believed():
    assert "peer[1].keys" in fault_of(NODE + '[[peer]]\nid = "a"\nurl = "https://a.example"\nkeys = []\n')


def test_a_participant_has_one_node():
    peer = PEER.replace("example.net", "example.org") + '"https://node.example.net"\n'
    assert "node.example.org more than once" in fault_of(NODE + peer)


def test_deduplication_is_for_thirty_days_at_the_least():
    assert "retention.rows_days" in fault_of(NODE + "[retention]\nrows_days = 29\n")


@pytest.mark.parametrize(("kind", "needs"), [("folder", "folder"), ("hook", "hook and secret")])
def test_a_way_of_hand_over_needs_its_settings(kind: str, needs: str):
    assert f"needs {needs}" in fault_of(NODE + f'[hand_over]\nkind = "{kind}"\n')


@pytest.mark.parametrize("address", ["8460", "localhost", ":8460", "localhost:70000"])
def test_a_node_listens_at_an_address_and_a_port(address: str):
    assert "expected an address and a port" in fault_of(f'{NODE}listen = "{address}"\n')


def test_nobody_is_asked_online_unless_hosts_are_named():
    assert parse(NODE).reach() is None
    assert parse(NODE + "[online]\nseconds = 3\n").reach() is None
    reach = parse(NODE + '[online]\nhosts = ["*.school.example"]\nnetworks = ["10.20.0.0/16"]\n').reach()
    assert reach is not None
    assert reach.permits("a.school.example", 443, "10.20.0.1")
    assert not reach.permits("a.school.example", 443, "10.21.0.1")
    assert not reach.allows("b.example", 443, check=False)


@pytest.mark.parametrize(
    "host", ["https://school.example", "School.example", "127.0.0.1", "10.0.0.0/8", "school.example/", "*.", "**", ""]
)
def test_a_host_that_may_be_asked_is_a_name(host: str):
    assert "expected a host's name" in fault_of(NODE + f'[online]\nhosts = ["{host}"]\n')
