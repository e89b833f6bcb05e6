"""Policies are data: the packaged ones, the user's own, and what is wrong in them told at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.errors import ConfigError
from gateway.trust.algorithms import KeyFacts
from gateway.trust.policies import load_policy, parse_policy
from tests.unit.trust.proofs import LEGACY, STRICT

TIMES = [datetime(year, 6, 1, tzinfo=UTC) for year in (2010, 2026, 2040)]
SCHEMES = ["rsa-pkcs1", "rsa-pss", "ecdsa", "eddsa", "dsa", ""]
DIGESTS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", ""]
KEYS = [
    *(KeyFacts("rsa", bits) for bits in (512, 1023, 1024, 2047, 2048, 2999, 3000, 4096)),
    *(
        KeyFacts("ec", bits, curve)
        for bits, curve in [(192, "secp192r1"), (224, "secp224r1"), (256, "secp256r1"), (256, "secp256k1")]
    ),
    KeyFacts("ed25519", 256),
    KeyFacts("rsa", 4096, sound=False),
    KeyFacts("dsa", 3072),
]


@pytest.mark.parametrize("now", TIMES)
def test_what_strict_allows_legacy_allows_too(now):
    for ask, things in [("rule_for_scheme", SCHEMES), ("rule_for_digest", DIGESTS), ("rule_for_key", KEYS)]:
        for thing in things:
            if getattr(STRICT, ask)(thing, now) is not None:
                assert getattr(LEGACY, ask)(thing, now) is not None


@pytest.mark.parametrize("now", TIMES)
def test_strict_knows_no_caveats_and_allows_nothing_weak(now):
    rules = [*STRICT.signature, *STRICT.digest, *STRICT.key]
    assert all(rule.caveat is None for rule in rules)
    assert STRICT.rule_for_digest("sha1", now) is None
    assert STRICT.rule_for_key(KeyFacts("rsa", 2047), now) is None
    assert STRICT.rule_for_key(KeyFacts("ec", 224, "secp224r1"), now) is None


@pytest.mark.parametrize("policy", [STRICT, LEGACY])
def test_no_policy_allows_broken_things(policy):
    for now in TIMES:
        assert policy.rule_for_digest("md5", now) is None
        weak = [
            KeyFacts("rsa", 1023),
            KeyFacts("ec", 192, "secp192r1"),
            KeyFacts("rsa", 4096, sound=False),
            KeyFacts("ec", 256, "secp256k1"),
        ]
        assert [policy.rule_for_key(key, now) for key in weak] == [None] * 4


def test_a_users_policy_file_is_loaded_by_its_path(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nexpiry_without_proof_of_time = "caveat"\nsignature = []\ndigest = []\nkey = []\n')
    assert load_policy(str(file)).name == "mine"


def test_all_faults_of_a_policy_are_told_at_once_with_suggestions():
    text = b"""name = "x"
expiry_without_prof_of_time = "caveat"
signature = []
[[digest]]
name = "md5"
[[key]]
kind = "rsa"
minimum_bit = 1
caveat = "sha2"
"""
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, place="mine.toml")
    assert caught.value.code == "policy.invalid"
    for fragment in (
        "mine.toml",
        "did you mean 'expiry_without_proof_of_time'",
        "digest.0.name",
        "did you mean 'minimum_bits'",
        "key.0.caveat",
    ):
        assert fragment in caught.value.message


@pytest.mark.parametrize(
    ("name", "code", "advice"),
    [
        ("strickt", "policy.unknown", "did you mean 'strict'?"),
        ("x", "policy.unknown", ""),
        ("no/such.toml", "policy.unreadable", "path"),
    ],
)
def test_an_unknown_policy_is_refused_with_advice(name, code, advice):
    with pytest.raises(ConfigError) as caught:
        load_policy(name)
    assert caught.value.code == code
    assert advice in caught.value.advice


@pytest.mark.parametrize("text", [b"name = ", b"\xff"])
def test_what_is_no_toml_is_refused(text):
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, place="x")
    assert caught.value.code == "policy.unreadable"
