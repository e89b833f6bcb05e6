"""The door: who sends a request, before its body is read. The negative list follows EWP's echo validator."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.door import (
    COMPONENTS,
    Request,
    Visitor,
    check_request,
    content_digest,
    sign_request,
    signature_base,
)
from gateway.delivery.message import MEDIA_TYPE
from gateway.delivery.nonces import Nonces
from gateway.delivery.peers import key_id, peers_by_key
from gateway.delivery.problem import Stopped
from gateway.drivers.node_keys import NodeKey
from gateway.errors import ConfigError
from gateway.proofs.jose.algorithms import ALGORITHMS
from tests.delivery.makers import NOW, A, C, node_key, peer

URL = "https://node.b.example/v1/messages"
BODY = hashlib.sha256(b"body").hexdigest()
NONCE = "0123456789abcdefABCDEF"
PEERS = peers_by_key([peer(A)])


def headers(*, key: NodeKey | None = None, url: str = URL, method: str = "POST", now=NOW, **changes) -> dict[str, str]:
    """The fields of a good request."""
    asked = {"content_sha256": BODY, "media_type": MEDIA_TYPE, "length": 4, "nonce": NONCE} | changes
    return sign_request(method, url, signer=key or node_key(), now=now, **asked)


def check(
    fields: Mapping[str, str] | list[tuple[str, str]], *, now=NOW, method="POST", url=URL, peers=PEERS
) -> Visitor:
    pairs = tuple(fields.items()) if isinstance(fields, Mapping) else tuple(fields)
    return check_request(Request(method=method, target_uri=url, headers=pairs), peers, now)


def code(fields, **how) -> str:
    with pytest.raises(Stopped) as caught:
        check(fields, **how)
    assert caught.value.stage == "door"
    return caught.value.code


def signed_with(parameters: str, *, names=COMPONENTS, key: NodeKey | None = None) -> dict[str, str]:
    """The fields of a request with these very parameters, signed in earnest."""
    key = key or node_key()
    fields = headers()
    values = {name.lower(): value for name, value in fields.items()} | {"@method": "POST", "@target-uri": URL}
    values |= {"@authority": "node.b.example", "@query": "?", "date": "x"}
    listed = " ".join(f'"{name}"' for name in names)
    text = f"({listed}){parameters}"
    value = base64.b64encode(key.sign(signature_base([(n, values[n]) for n in names], text))).decode()
    return fields | {"Signature-Input": f"testamur={text}", "Signature": f"testamur=:{value}:"}


def parameters(**changes: object) -> str:
    """The six parameters as text; None leaves one out."""
    at = int(NOW.timestamp())
    members = {"created": at, "expires": at + 300, "nonce": NONCE, "keyid": node_key().key_id}
    members |= {"alg": "ed25519", "tag": "testamur-v1"} | changes
    quoted = {n: f'"{v}"' if isinstance(v, str) else v for n, v in members.items() if v is not None}
    return "".join(f";{name}={value}" for name, value in quoted.items())


# --- the control, and the standard ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_a_signed_request_is_let_in(kind) -> None:
    visitor = check(headers(key=node_key(A, kind)), peers=peers_by_key([peer(A, kind)]))
    assert (visitor.peer.id, visitor.content_sha256, visitor.length, visitor.nonce) == (A, BODY, 4, NONCE)
    assert visitor.expires == NOW + timedelta(seconds=300)


def test_the_signature_base_is_that_of_rfc_9421_appendix_b() -> None:
    """B.2.6 (Ed25519, a request) and B.2.4 (ECDSA P-256, a response): their signatures hold over our base."""
    ed25519 = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    values = [("date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("@method", "POST"), ("@path", "/foo")]
    values += [("@authority", "example.com"), ("content-type", "application/json"), ("content-length", "18")]
    covered = '("date" "@method" "@path" "@authority" "content-type" "content-length")'
    base = signature_base(values, f'{covered};created=1618884473;keyid="test-key-ed25519"')
    value = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    assert ALGORITHMS["EdDSA"].verifies(load_der_public_key(base64.b64decode(ed25519)), base64.b64decode(value), base)

    p256 = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf"
        "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="
    )
    digest = "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"
    values = [
        ("@status", "200"),
        ("content-type", "application/json"),
        ("content-digest", digest),
        ("content-length", "23"),
    ]
    covered = '("@status" "content-type" "content-digest" "content-length")'
    base = signature_base(values, f'{covered};created=1618884473;keyid="test-key-ecc-p256"')
    value = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
    assert ALGORITHMS["ES256"].verifies(load_der_public_key(base64.b64decode(p256)), base64.b64decode(value), base)


class _Message:
    def __init__(self, fields: dict[str, str]) -> None:
        self.method, self.url, self.headers = "POST", URL, fields


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, key: NodeKey) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> object:
        return self.key.private_key

    def resolve_public_key(self, key_id: str) -> object:
        return self.key.public_key


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("ed25519", algorithms.ED25519), ("p256", algorithms.ECDSA_P256_SHA256)]
)
def test_another_implementation_signs_what_we_let_in_and_verifies_what_we_sign(kind, algorithm) -> None:
    import datetime as dt

    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    key = node_key(A, kind)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=_Keys(key))
    (result,) = verifier.verify(
        _Message(headers(key=key, now=now)), expect_tag="testamur-v1", require_components=COMPONENTS
    )
    assert result.parameters["nonce"] == NONCE

    theirs = _Message({"Content-Digest": content_digest(BODY), "Content-Type": MEDIA_TYPE, "Content-Length": "4"})
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=_Keys(key)).sign(
        theirs,
        key_id=key.key_id,
        created=now,
        expires=now + timedelta(seconds=60),
        nonce=NONCE,
        label="testamur",
        tag="testamur-v1",
        covered_component_ids=COMPONENTS,
        use_existing_digest=True,
    )
    assert check(theirs.headers, now=now, peers=peers_by_key([peer(A, kind)])).peer.id == A


def test_components_and_parameters_may_stand_in_another_order() -> None:
    assert check(signed_with(parameters(), names=COMPONENTS[::-1])).peer.id == A
    turned = "".join(f";{one}" for one in reversed(parameters()[1:].split(";")))
    assert check(signed_with(turned)).peer.id == A


def test_fields_may_stand_in_another_order_and_case_and_others_beside_them() -> None:
    fields = [(name.upper(), f" {value}\t") for name, value in reversed(headers().items())]
    assert check([("Host", "elsewhere.example"), *fields, ("X-Unsigned", "ignored")]).peer.id == A


# --- laws -------------------------------------------------------------------------------------------------------------


@given(
    data=st.data(),
    name=st.sampled_from(["Content-Digest", "Content-Type", "Content-Length", "Signature-Input", "Signature"]),
)
def test_any_change_in_a_field_that_counts_is_refused(data, name) -> None:
    fields = headers()
    text = bytearray(fields[name].encode())
    text[data.draw(st.integers(0, len(text) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    changed = text.decode()
    if changed.strip(" \t") != fields[name]:
        code(fields | {name: changed})


@given(method=st.text(max_size=8), url=st.text(max_size=60))
def test_another_method_or_target_is_refused(method, url) -> None:
    if (method, url) != ("POST", URL):
        assert code(headers(), method=method, url=url) == "door.signature"


# --- EWP's list -------------------------------------------------------------------------------------------------------


def test_an_unsigned_request_is_refused() -> None:
    unsigned = {name: value for name, value in headers().items() if not name.startswith("Signature")}
    assert code(unsigned) == "door.unsigned"


@pytest.mark.parametrize("name", ["Content-Digest", "Content-Type", "Signature-Input", "Signature"])
def test_a_missing_field_is_refused(name) -> None:
    assert code({n: v for n, v in headers().items() if n != name}) == "door.unsigned"


@pytest.mark.parametrize("name", ["Content-Digest", "Content-Type", "Signature-Input", "Signature"])
def test_a_field_that_stands_twice_is_refused(name) -> None:
    fields = headers()
    assert code([*fields.items(), (name.lower(), fields[name])]) == "door.form"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("Content-Length", "4"), ("Content-Length", "4")],
        [("Content-Length", "04")],
        [("Content-Length", "+4")],
        [("Content-Length", "4, 4")],
        [("Content-Length", "-1")],
        [("Content-Length", "٤")],
        [("Content-Length", "4"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "chunked")],
    ],
)
def test_g4_without_exactly_one_length_nothing_is_let_in(fields) -> None:
    others = [(name, value) for name, value in headers().items() if name != "Content-Length"]
    assert code(others + fields) == "door.length"


def test_an_unknown_key_is_refused() -> None:
    assert code(headers(key=node_key(C))) == "door.key"


def test_a_known_key_id_with_a_signature_by_another_key_is_refused() -> None:
    assert code(signed_with(parameters(), key=node_key(C))) == "door.signature"


def test_a_signature_over_another_body_is_refused() -> None:
    assert (
        code(headers() | {"Content-Digest": content_digest(hashlib.sha256(b"other").hexdigest())}) == "door.signature"
    )


@pytest.mark.parametrize("left_out", COMPONENTS)
def test_a_signature_that_covers_too_little_is_refused(left_out) -> None:
    names = [name for name in COMPONENTS if name != left_out]
    assert code(signed_with(parameters(), names=names)) == "door.components"


@pytest.mark.parametrize("more", ["date", "@authority", "@query", "@method"])
def test_a_signature_that_covers_something_else_or_one_thing_twice_is_refused(more) -> None:
    assert code(signed_with(parameters(), names=[*COMPONENTS, more])) == "door.components"


@pytest.mark.parametrize("name", ["created", "expires", "nonce", "keyid", "alg", "tag"])
def test_each_parameter_is_required(name) -> None:
    assert code(signed_with(parameters(**{name: None}))) == "door.form"


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": "x"},
        {"expires": int(NOW.timestamp()) + 301},
        {"expires": int(NOW.timestamp())},
        {"expires": int(NOW.timestamp()) - 1},
        {"created": "1772357400"},
        {"nonce": 5},
        {"nonce": "short"},
        {"nonce": "x" * 65},
        {"nonce": "with a blank and so on"},
        {"tag": "testamur-v2"},
        {"tag": "app"},
    ],
)
def test_a_parameter_of_another_kind_is_refused(changes) -> None:
    assert code(signed_with(parameters(**changes))) == "door.form"


@pytest.mark.parametrize("name", ["created", "expires", "nonce", "keyid", "alg", "tag"])
def test_a_parameter_that_stands_twice_is_refused(name) -> None:
    again = next(one for one in parameters()[1:].split(";") if one.startswith(name))
    assert code(signed_with(f"{parameters()};{again}")) == "door.form"


@pytest.mark.parametrize("alg", ["ecdsa-p256-sha256", "hmac-sha256", "rsa-v1_5-sha256", "ED25519", "none", ""])
def test_an_algorithm_that_isnt_the_keys_is_refused(alg) -> None:
    assert code(signed_with(parameters(alg=alg))) == "door.algorithm"


@pytest.mark.parametrize(
    "turn",
    [
        lambda text: f"{text}, other={text.removeprefix('testamur=')}",
        lambda text: f"other={text.removeprefix('testamur=')}, {text}",
        lambda text: f"{text}, {text}",
        lambda text: text.replace("testamur=", "sig1="),
        lambda text: text.replace("testamur=", "Testamur="),
        lambda text: text.replace("testamur=(", "testamur= ("),
        lambda text: text.replace('"content-type"', '"content-type";sf'),
        lambda text: text.replace('"content-type"', '"Content-Type"'),
        lambda text: text.replace('" "', '"  "', 1),
        lambda text: text.replace(";created", "; created"),
        lambda text: text.replace(";tag", ";tag=x;tag"),
        lambda text: text.replace("created=1", "created=01"),
        lambda text: text.replace("created=1", "created=?1"),
        lambda text: text + ";",
        lambda text: text + ";a",
        lambda text: text.replace(")", ""),
        lambda text: text + "\u00e9",
        lambda text: "",
    ],
)
def test_a_signature_input_in_another_spelling_is_refused(turn) -> None:
    fields = headers()
    assert code(fields | {"Signature-Input": turn(fields["Signature-Input"])}) in {"door.form", "door.components"}


@pytest.mark.parametrize(
    "turn",
    [
        lambda text: f"{text}, other={text.removeprefix('testamur=')}",
        lambda text: text.replace("testamur=", "sig1="),
        lambda text: text.replace("==", ""),
        lambda text: text.replace(":", "", 1),
        lambda text: text[:20] + ":",
        lambda text: text.replace("=:", '="').rstrip(":") + '"',
        lambda text: "",
    ],
)
def test_a_signature_in_another_spelling_is_refused(turn) -> None:
    fields = headers()
    assert code(fields | {"Signature": turn(fields["Signature"])}) == "door.form"


@pytest.mark.parametrize(
    "turn",
    [
        lambda text: text.replace("sha-256", "SHA-256"),
        lambda text: text.replace("sha-256", "shA-256"),
        lambda text: text.replace("sha-256", "sha-512"),
        lambda text: text.replace("sha-256=:", "SHA="),
        lambda text: f"{text}, {text}",
        lambda text: f"{text}, sha-512=:AAAA:",
        lambda text: text.replace("=:", "=").rstrip(":"),
        lambda text: text[:30] + ":",
        lambda text: text + ";a=1",
    ],
)
def test_a_content_digest_in_another_spelling_is_refused(turn) -> None:
    fields = headers()
    assert code(fields | {"Content-Digest": turn(fields["Content-Digest"])}) == "door.digest"


# --- time, nonces, keys -----------------------------------------------------------------------------------------------


@given(shift=st.integers(-100_000, 100_000))
def test_g3_clocks_may_differ_by_300_seconds_and_no_more(shift) -> None:
    if -300 <= shift <= 300:
        assert check(headers(), now=NOW + timedelta(seconds=shift)).peer.id == A
    else:
        assert code(headers(), now=NOW + timedelta(seconds=shift)) == "door.clock"


def test_g3_a_wrong_clock_is_worth_trying_again_and_a_bad_signature_isnt() -> None:
    with pytest.raises(Stopped) as clock:
        check(headers(), now=NOW + timedelta(hours=1))
    with pytest.raises(Stopped) as signature:
        check(headers(), method="PUT")
    assert (clock.value.status, clock.value.retryable) == (425, True)
    assert (signature.value.status, signature.value.retryable) == (401, False)


def test_a_bad_signature_is_told_before_a_wrong_clock() -> None:
    """Nobody without a key learns what time it is here by trying."""
    assert code(headers(), method="PUT", now=NOW + timedelta(hours=1)) == "door.signature"


@given(uses=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 400)), max_size=40))
def test_g1_a_nonce_is_good_once_while_its_signature_lives(uses) -> None:
    nonces, model, now = Nonces(), {}, NOW
    for key, nonce, later in uses:
        now += timedelta(seconds=later)
        expires = now + timedelta(seconds=300)
        fresh = (key, nonce) not in model or model[key, nonce] < now
        if fresh:
            nonces.use(key, nonce, expires, now)
            model[key, nonce] = expires
        else:
            with pytest.raises(Stopped) as caught:
                nonces.use(key, nonce, expires, now)
            assert caught.value.code == "door.replay"
        assert len(nonces) == sum(end >= now for end in model.values())


def test_g10_one_peers_nonces_dont_push_out_anothers() -> None:
    nonces = Nonces(most=2)
    end = NOW + timedelta(seconds=300)
    for nonce in "xy":
        nonces.use("a", nonce, end, NOW)
    with pytest.raises(Stopped) as caught:
        nonces.use("a", "z", end, NOW)
    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("door.too_many", 429, True)
    nonces.use("b", "x", end, NOW)
    nonces.use("a", "z", end + timedelta(hours=1), end + timedelta(seconds=1))


def test_one_key_of_two_peers_is_refused_at_start() -> None:
    twin = peer(A)
    with pytest.raises(ConfigError) as caught:
        peers_by_key([twin, type(twin)(id=C, url="https://c", keys=twin.keys)])
    assert caught.value.code == "peer.key_twice"
    assert key_id(node_key().public_key) in PEERS
