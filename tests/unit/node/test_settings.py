"""Settings: every key is documented, everything wrong is said at once."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.model.verdict import SubIndication
from gateway.node.settings import LimitsSection, Settings, load_settings, parse_settings
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
    for section in (*Settings.model_fields, "id", "for", "key", "certificate", "passphrase_variable"):
        assert section in text
    for name in ("anchor", "policy", "until", "enabled", "default", "adapter", "sub_indications"):
        assert re.search(rf"^(#: )?{name} = ", text, re.MULTILINE)
    for name in LimitsSection.model_fields:
        assert f"#: {name} = {getattr(DEFAULT_LIMITS, name)}" in text
    assert parse(uncommented()).bounds() == DEFAULT_LIMITS
    assert parse(uncommented()).policy.default == parse(NODE).policy.default


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
    message = fault_of('[node]\nid = ""\n[limits]\ndepth = 0\nnods = 1\n[[seal]]\nfor = ["pades"]\n')
    for place in ("node.id", "limits.depth", "limits.nods", "seal[1].for[1]", "seal[1].key", "seal[1].certificate"):
        assert place in message


def test_legacy_is_never_granted_to_all():
    assert "never to all" in fault_of(NODE + '[policy]\ndefault = "legacy"\n')


def test_legacy_is_granted_until_a_date_only():
    assert "until" in fault_of(NODE + '[[trust]]\nanchor = "c.pem"\npolicy = "legacy"\n')


def test_one_kind_of_seal_has_one_key():
    seal = '[[seal]]\nfor = ["jades"]\nkey = "a"\ncertificate = "b"\n'
    assert "jades more than once" in fault_of(NODE + seal + seal)


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
