"""`testamur doctor`: each thing that can be wrong is broken here, and named with how to mend it."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.drivers.store.database import NAME
from gateway.drivers.store.sqlite import open_store
from gateway.drivers.token import make_token
from gateway.node.demo_nodes import free_port
from tests.credential_node import credentials_entry, did_key
from tests.delivery.nodes import SOUTH, Participant, pair
from tests.in_thread import in_thread
from tests.unit.cli.conftest import Ran
from tests.unit.cli.test_deliveries import Nodes, two_that_listen

Run = Callable[..., Ran]


@pytest.fixture
def north(tmp_path: Path) -> Participant:
    """A participant whose node isn't running, and whose peer doesn't either."""
    (tmp_path / "nodes").mkdir()
    return pair(tmp_path / "nodes")[0]


def config_of(participant: Participant, change: Callable[[str], str] = lambda text: text) -> Path:
    file = participant.settings_file()
    text = file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{free_port()}"')
    file.write_text(change(text.replace('wants = "europass"', 'wants = "petal"')))
    return file


def wrong(ran: Ran, name: str, about: str = "") -> dict:
    """The one check of that name that isn't well."""
    (found,) = [
        check for check in ran.json["checks"]
        if check["name"] == name and about in check["about"] and check["status"] != "pass"
    ]  # fmt: skip
    assert found["reason"]
    assert found["advice"]
    return found


def doctor(run: Run, file: Path) -> Ran:
    return run("doctor", "--json", "--config", file)


def test_a_sound_node_that_does_not_run_is_well_but_for_its_silent_peer(run: Run, north: Participant):
    ran = doctor(run, config_of(north))
    assert ran.code == 4
    assert [c["name"] for c in ran.json["checks"] if c["status"] != "pass"] == ["peer"]
    assert "(peer.unreachable)" in wrong(ran, "peer", SOUTH)["reason"]


def test_for_people_what_is_wrong_stands_first_with_what_to_do(run: Run, north: Participant):
    file = config_of(north)
    ran = run("doctor", "--config", file)
    assert "! peer south.example.org" in ran.out
    assert "what to do  ask its operator" in ran.out
    assert "✓" not in ran.out
    assert "✓ key node" in run("doctor", "--all", "--config", file).out


def test_a_running_node_is_asked_what_it_says_of_itself(run: Run, tmp_path: Path):
    (tmp_path / "nodes").mkdir()
    with in_thread(lambda: two_that_listen(tmp_path / "nodes")) as nodes:
        assert isinstance(nodes, Nodes)
        ran = doctor(run, nodes.config)
        assert ran.code == 0
        checks = {check["name"]: check for check in ran.json["checks"]}
        assert checks["node"]["reason"] == "it runs"
        assert {"database", "outbox", "dead letters", "worker", "clock"} <= set(checks)
        nodes.do(nodes.north.store.alarm(alarm(nodes)))
        nodes.north.health.good_until = 0.0
        assert "envelope.conflict" in wrong(doctor(run, nodes.config), "alarms")["reason"]


def alarm(nodes: Nodes):
    from gateway.delivery.states import Alarm

    return Alarm(at=nodes.north.now(), code="envelope.conflict", peer=SOUTH, message=None)


def test_settings_that_cannot_be_read_are_the_first_thing_to_mend(run: Run, tmp_path: Path):
    (tmp_path / "node.toml").write_text("[node]\nidd = 3\n")
    ran = doctor(run, tmp_path / "node.toml")
    assert ran.code == 2
    assert "did you mean 'id'" in wrong(ran, "settings")["reason"]
    assert doctor(run, tmp_path / "absent.toml").code == 2


def test_for_people_each_of_several_faults_of_the_settings_stands_under_its_check(run: Run, tmp_path: Path):
    (tmp_path / "node.toml").write_text("[node]\nidd = 3\n[limits]\ndepths = 1\n")
    ran = run("doctor", "--config", tmp_path / "node.toml")
    faults = [line for line in ran.out.splitlines() if line.lstrip().startswith("- ")]
    assert len(faults) >= 2
    assert all(line.startswith("        - ") for line in faults)


def test_the_seal_for_credentials_has_no_end_and_its_did_is_told(run: Run, north: Participant):
    settings = config_of(north, lambda text: text + credentials_entry(north.folder))
    checks = doctor(run, settings).json["checks"]
    [check] = [one for one in checks if one["name"] == "key" and "seal vc" in one["about"]]
    assert (check["status"], check["reason"]) == ("pass", "has no end")
    assert did_key().method.id in check["about"]


@pytest.mark.parametrize(
    ("file", "about"), [("seal.key.pem", "seal"), ("node.key.pem", "node")], ids=["seal key", "node key"]
)
def test_a_key_that_others_can_read_is_named_with_the_command_that_mends_it(run, north: Participant, file, about):
    settings = config_of(north)
    (north.folder / file).chmod(0o644)
    ran = doctor(run, settings)
    assert ran.code == 2
    assert wrong(ran, "key", about)["advice"] == f"chmod 600 {north.folder / file}"


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("university.pem", "absent.pem", "trust"),
        ('key = "node.key.pem"', 'key = "absent.pem"', "key"),
        ('certificate = "seal.pem"', 'certificate = "university.pem"', "key"),
        ("min_free_bytes = 0", "min_free_bytes = 1152921504606846976", "disk"),
        ('wants = "petal"', 'wants = "nothing"', "roles"),
        ('anchor = "university.pem"', 'anchor = "seal.pem"', "roles"),
    ],
    ids=["trust", "node key", "wrong certificate", "disk", "adapter", "key in two roles"],
)
def test_what_start_up_would_refuse_is_found(run: Run, north: Participant, old: str, new: str, name: str):
    ran = doctor(run, config_of(north, lambda text: text.replace(old, new)))
    assert ran.code == 2
    assert wrong(ran, name)["status"] == "fail"


def test_several_faults_are_told_at_once(run: Run, north: Participant):
    settings = config_of(north, lambda text: text.replace("university.pem", "absent.pem"))
    (north.folder / "seal.key.pem").chmod(0o644)
    ran = doctor(run, settings)
    assert wrong(ran, "trust")
    assert wrong(ran, "key")


def test_a_peers_key_that_is_missing_is_found(run: Run, north: Participant, tmp_path: Path):
    settings = config_of(north)
    (tmp_path / "nodes" / SOUTH / "node.pem").unlink()
    assert wrong(doctor(run, settings), "peer key")["status"] == "fail"


def test_a_peers_seal_and_authority_that_cannot_be_used_are_found(run: Run, north: Participant, tmp_path: Path):
    """Also where the peer is then asked over TLS: one bad file hides nothing else."""
    (tmp_path / "none.pem").write_text("nothing")
    north.peer(Participant(tmp_path, SOUTH), url="https://127.0.0.1:1")
    settings = config_of(north, lambda text: text.replace("[[peer]]", f'[[peer]]\nauthority = "{tmp_path}/none.pem"'))
    (tmp_path / SOUTH / "seal.pem").unlink()
    ran = doctor(run, settings)
    assert wrong(ran, "peer authority")["status"] == "fail"
    assert wrong(ran, "peer seal")["status"] == "fail"
    assert "(peer.tls)" in wrong(ran, "peer", SOUTH)["reason"]


@pytest.mark.parametrize(
    "section",
    [
        'kind = "hook"\nhook = "http://127.0.0.1:1"\nsecret = "open"',
        'kind = "folder"\nfolder = "open-folder"',
    ],
)
def test_a_way_of_hand_over_that_others_can_look_into_is_found(run: Run, north: Participant, section: str):
    (north.folder / "open").write_text("s" * 40)
    (north.folder / "open").chmod(0o644)
    (north.folder / "open-folder").mkdir(mode=0o755)
    settings = config_of(north, lambda text: text + f"\n[hand_over]\n{section}\n")
    assert wrong(doctor(run, settings), "hand-over")["status"] == "fail"


def test_a_port_that_another_program_has_is_found(run: Run, north: Participant):
    settings = config_of(north)
    with socket.create_server(("127.0.0.1", north.port)):
        assert "ss -ltnp" in wrong(doctor(run, settings), "port")["advice"]


def test_a_store_that_others_can_look_into_is_found(run: Run, north: Participant):
    settings = config_of(north)
    (north.folder / "store").mkdir(mode=0o755)
    (north.folder / "store").chmod(0o755)
    assert wrong(doctor(run, settings), "permissions")["advice"].startswith("chmod 700")


def test_a_store_that_another_process_has_is_found(run: Run, north: Participant):
    settings = config_of(north)
    store = open_store(north.folder / "store")
    try:
        assert "(store.in_use)" in wrong(doctor(run, settings), "database")["reason"]
    finally:
        store._close()


def test_a_damaged_database_is_found(run: Run, north: Participant):
    settings = config_of(north)
    open_store(north.folder / "store")._close()
    file = north.folder / "store" / NAME
    sqlite3.connect(file).close()
    octets = file.read_bytes()
    file.write_bytes(octets[:4096] + b"\xff" * (len(octets) - 4096))
    ran = doctor(run, settings)
    assert ran.code == 2
    assert "store.damaged" in wrong(ran, "database")["reason"]


def test_a_token_that_others_can_read_is_found(run: Run, north: Participant):
    settings = config_of(north)
    make_token(north.folder / "local.token")
    (north.folder / "local.token").chmod(0o644)
    assert "(token.permissions)" in wrong(doctor(run, settings), "token")["reason"]


def test_a_certificate_for_tls_that_is_none_is_found(run: Run, north: Participant):
    tls = '[node.tls]\ncertificate = "seal.pem"\nkey = "absent.pem"\n[[seal]]\n'
    settings = config_of(north, lambda text: text.replace("[[seal]]\n", tls, 1))
    assert wrong(doctor(run, settings), "key", "tls")["status"] == "fail"


def test_nobody_trusted_and_no_peers_are_worth_a_word(run: Run, tmp_path: Path):
    (tmp_path / "node.toml").write_text(f'[node]\nid = "a.example"\nlocal_listen = "127.0.0.1:{free_port()}"\n')
    ran = doctor(run, tmp_path / "node.toml")
    assert wrong(ran, "trust")["status"] == wrong(ran, "peers")["status"] == "warn"
    assert "config.not_served" in wrong(ran, "serve")["reason"]


def test_the_doctor_changes_nothing(run: Run, north: Participant):
    settings = config_of(north)
    open_store(north.folder / "store")._close()
    before = {file: file.read_bytes() for file in north.folder.rglob("*") if file.is_file() and file.name != "lock"}
    doctor(run, settings)
    after = {file: file.read_bytes() for file in north.folder.rglob("*") if file.is_file() and file.name != "lock"}
    assert {f: o for f, o in after.items() if not f.name.endswith(("-shm", "-wal"))} == before
