"""`testamur translate`: what is written where, what is said to whom, and with which exit code."""

from __future__ import annotations

import itertools
import json
import stat
from pathlib import Path

import pytest

from gateway.cli import translate
from gateway.model.verdict import Indication
from gateway.verify.engine import verify
from tests.toy_node import NOW, anchor, forged_leaf, node, node_key, sealed, sealed_leaf, write_settings
from tests.toy_systems import grove, leaf


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "leaf.xml"
    file.write_bytes(sealed_leaf(note="evening classes"))
    return file


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    file = tmp_path / "forged.xml"
    file.write_bytes(forged_leaf())
    return file


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir()
    return write_settings(folder)


def test_a_folder_gets_everything(run, source, settings, tmp_path):
    ran = run("translate", source, "--to", "petal", "-o", "out/", "--config", settings)
    assert ran.code == 0, ran.err
    out = tmp_path / "out"
    assert sorted(p.name for p in out.iterdir()) == [
        "derivation.jws", "losses.json", "original.xml", "translation.json", "verdict.json",
    ]  # fmt: skip
    assert (out / "original.xml").read_bytes() == source.read_bytes()
    assert [loss["kind"] for loss in json.loads((out / "losses.json").read_text())] == ["dropped"]
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in out.iterdir())


def test_a_file_gets_the_translation_alone(run, source, settings, tmp_path):
    assert run("translate", source, "--to", "petal", "-o", "t.json", "--config", settings).code == 0
    terms = node(anchors=(anchor(node_key()),)).terms(NOW)
    document = verify((tmp_path / "t.json").read_bytes(), adapters=node().adapters, terms=terms)
    assert document.verdict.verdict is Indication.PASSED


def test_without_a_place_the_translation_goes_to_stdout_and_the_words_to_stderr(run, source):
    ran = run("translate", source, "--to", "petal", "--unsealed")
    assert ran.code == 0
    assert json.loads(ran.out)["draft"] is True
    assert "unsealed draft" in ran.err


def test_people_see_what_is_proven_by_whom_what_was_lost_and_what_to_do(run, source, settings):
    ran = run("translate", source, "--to", "petal", "-o", "out/", "--config", settings)
    for words in (
        "PASSED", "University of Examplia", "translated and sealed", "Petals", "lost or changed: 1",
        "left out: reports / description (the target has no place for it)", "out/translation.json", "send the original",
    ):  # fmt: skip
        assert words in ran.out, words


def test_settings_are_found_in_the_folder_one_stands_in(run, source, tmp_path):
    write_settings(tmp_path)
    ran = run("translate", source, "--to", "petal", "-o", "out/")
    assert ran.code == 0, ran.err
    assert (tmp_path / "out" / "derivation.jws").is_file()


def test_without_settings_a_seal_can_not_be_had_and_it_is_said_what_to_do(run, source, tmp_path):
    ran = run("translate", source, "--to", "petal", "-o", "out/")
    assert ran.code == 2
    assert "--unsealed" in ran.err
    assert not (tmp_path / "out").exists()


def test_without_settings_the_folder_gets_an_unsigned_derivation(run, source, tmp_path):
    assert run("translate", source, "--to", "petal", "-o", "out/", "--unsealed").code == 0
    assert (tmp_path / "out" / "derivation.json").is_file()


@pytest.mark.parametrize("as_json", [True, False])
def test_a_forged_source_leaves_nothing_and_exits_like_its_verdict(run, forged, settings, tmp_path, as_json):
    ran = run("translate", forged, "--to", "petal", "-o", "out/", "--config", settings, *["--json"] * as_json)
    assert ran.code == 1
    assert "nothing was written" in ran.err
    assert "genuine" in ran.err
    assert not (tmp_path / "out").exists()
    if as_json:
        assert ran.json["withheld"]["code"] == "seal.withheld"
        assert ran.json["verdict"]["verdict"] == "FAILED"


def test_a_source_that_is_not_proven_exits_3(run, settings, tmp_path):
    (tmp_path / "bare.xml").write_bytes(leaf())
    ran = run("translate", tmp_path / "bare.xml", "--to", "petal", "--config", settings)
    assert ran.code == 3
    assert ran.out == ""


@pytest.mark.parametrize(("name", "code"), [("forged", 1), ("bare", 3), ("good", 0)])
def test_require_passed(run, tmp_path, settings, name, code):
    octets = {"forged": forged_leaf(), "bare": leaf(), "good": sealed_leaf()}[name]
    (tmp_path / name).write_bytes(octets)
    ran = run("translate", tmp_path / name, "--to", "petal", "--unsealed", "--require", "passed", "--config", settings)
    assert ran.code == code
    assert bool(ran.out) is (code == 0)


def test_what_is_failed_is_translated_unsealed_with_exit_0_and_the_verdict_is_said(run, forged, settings):
    ran = run("translate", forged, "--to", "petal", "--unsealed", "--config", settings)
    assert ran.code == 0
    assert "FAILED" in ran.err
    assert json.loads(ran.out)["draft"] is True


OPTIONS = (
    ("--unsealed",),
    ("--trust", "etc/university.pem"),
    ("--policy", "legacy"),
    ("--at", "2025-06-01"),
    ("--require", "passed"),
    ("--config", "etc/node.toml"),
    ("--evidence", "etc"),
    ("--online",),
)
BESIDE = (
    ("--online", "--keep-evidence", "kept"),
    ("--lang", "en"),
    ("--agreement", "etc/node.toml"),
    ("--losses", "lost.json"),
    ("--html", "page.html"),
    ("--form", "json"),
    ("--form", "png", "--picture", "etc/node.pem"),
    ("--json",),
)
ALL = [
    sum(chosen, ()) for many in range(len(OPTIONS) + 1) for chosen in itertools.combinations(OPTIONS, many)
] + [("--config", "etc/node.toml", *more, *beside) for beside in BESIDE for more in ((), ("--policy", "legacy"))]  # fmt: skip


def test_every_option_of_translate_is_among_those_that_the_attack_tries():
    known = {option for param in translate.command.params for option in param.opts if option.startswith("-")}
    tried = {word for options in ALL for word in options if word.startswith("--")}
    assert known == tried | {"--to", "-o"}


@pytest.mark.parametrize("options", ALL, ids=" ".join)
def test_attack_laundering_no_combination_of_options_seals_what_is_failed(run, forged, settings, tmp_path, options):
    ran = run("translate", forged, "--to", "petal", "-o", "out/", *options)
    out = tmp_path / "out"
    if ran.code != 0:
        assert ran.code in (1, 2)
        assert not out.exists()
        return
    assert json.loads((out / "translation.json").read_text())["draft"] is True
    assert not (out / "derivation.jws").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--trust", "etc/university.pem"),
        ("--policy", "strict"),
        ("--at", "2026-06-01"),
        ("--evidence", "etc"),
        ("--online",),
    ],
)
def test_attack_at_in_the_past_options_of_the_caller_imply_unsealed(run, source, settings, tmp_path, options):
    ran = run("translate", source, "--to", "petal", "-o", "out/", "--config", settings, *options)
    assert ran.code == 0, ran.err
    assert "PASSED" in ran.out
    assert json.loads((tmp_path / "out" / "translation.json").read_text())["draft"] is True


def test_json_prints_one_document_and_nothing_else(run, source, settings):
    ran = run("translate", source, "--to", "petal", "-o", "out/", "--config", settings, "--json")
    assert ran.code == 0
    assert (ran.json["sealed"], ran.json["target"], ran.json["verdict"]["verdict"]) == (True, "petal", "PASSED")
    assert len(ran.json["losses"]) == ran.json["derivation"]["losses"]["count"] == 1
    assert "out/translation.json" in ran.json["files"]
    assert ran.err == ""


def test_losses_are_written_where_asked(run, source, tmp_path):
    ran = run("translate", source, "--to", "petal", "--unsealed", "--losses", "lost.json")
    assert ran.code == 0
    assert [loss["stage"] for loss in json.loads((tmp_path / "lost.json").read_text())] == ["write"]


def test_languages_are_passed_on(run, source):
    ran = run("translate", source, "--to", "petal", "--unsealed", "--lang", "de, EN ,de")
    assert json.loads(ran.out)["languages"] == ["de", "en"]


def test_a_derived_file_gives_back_its_original(run, source, settings, tmp_path):
    run("translate", source, "--to", "petal", "-o", "t.json", "--config", settings)
    ran = run("translate", "t.json", "--to", "leaf", "-o", "back.xml", "--config", settings)
    assert ran.code == 0, ran.err
    assert "given back" in ran.out
    assert (tmp_path / "back.xml").read_bytes() == source.read_bytes()


def test_people_are_told_that_the_enclosed_original_was_translated_and_that_nothing_was_lost(run, tmp_path, settings):
    (tmp_path / "plain.xml").write_bytes(sealed_leaf())
    run("translate", "plain.xml", "--to", "petal", "-o", "t.json", "--config", settings)
    ran = run("translate", "t.json", "--to", "petal", "-o", "u.json", "--config", settings)
    assert "the original enclosed in the file (/original)" in ran.out
    assert "nothing was lost" in ran.out


def test_many_kinds_of_losses_are_counted_and_the_rest_is_referred_to_the_list():
    from gateway.cli.translation_text import losses_lines
    from gateway.model.losses import Loss

    losses = [Loss(stage="read", kind="dropped", source=f"/a/b{n}[1]") for n in range(15)]
    losses += [Loss(stage="write", kind="dropped", path="/reports/0101705555/achievements/K/title/en")] * 3
    said = "\n".join(losses_lines(losses))
    assert "lost or changed: 18" in said
    assert "3  left out: achievements / title" in said
    assert "and 4 more kinds" in said
    assert "0101705555" not in said


# --- wrong arguments -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "rose", "--unsealed"], "expected one of: leaf, petal"),
        (["--unsealed"], "Missing option '--to'"),
        (["--to", "petal", "--unsealed", "--lang", "english!"], "expected language tags"),
        (["--to", "petal", "--unsealed", "--lang", "und"], "expected language tags"),
        (["--to", "petal", "--unsealed", "--require", "failed"], "passed"),
        (["--to", "petal", "--unsealed", "--agreement", "a.jws"], "leave --agreement out"),
        (["--to", "petal", "--unsealed", "--json"], "say with -o"),
        (["--to", "petal", "--unsealed", "-o", "leaf.xml"], "is the source itself"),
        (["--to", "petal", "--unsealed", "--losses", "leaf.xml"], "is the source itself"),
        (["--to", "petal", "--unsealed", "-o", "x", "--losses", "x"], "name two files"),
        (["--to", "petal", "--unsealed", "-o", "no/where"], "can't be written"),
        (["--to", "petal", "--config", "absent.toml"], "can't be read"),
        (["--to", "petal", "--policy", "lenient"], "expected one of legacy, strict"),
        (["--to", "petal", "--trust", "absent.pem"], "can't be read"),
        (["--to", "petal", "--at", "yesterday"], "expected a time such as"),
        (["--to", "petal", "--unseeled"], "No such option"),
    ],
)
def test_wrong_arguments_exit_2_with_a_sentence_that_says_what_to_do(run, source, arguments, says):
    ran = run("translate", source, *arguments)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_a_file_that_is_not_there_exits_2(run):
    assert run("translate", "absent.xml", "--to", "petal", "--unsealed").code == 2


def test_several_documents_need_a_folder(run, tmp_path):
    (tmp_path / "grove.xml").write_bytes(sealed(grove("One", "Two")))
    ran = run("translate", "grove.xml", "--to", "petal", "--unsealed", "-o", "one.json")
    assert ran.code == 2
    assert "-o OUT/" in ran.err
    assert not (tmp_path / "one.json").exists()
    assert run("translate", "grove.xml", "--to", "petal", "--unsealed", "-o", "two/").code == 0
    assert sorted(p.name for p in (tmp_path / "two").glob("translation*")) == [
        "translation-1.json",
        "translation-2.json",
    ]


def test_two_runs_into_one_folder_do_not_mix(run, source):
    assert run("translate", source, "--to", "petal", "--unsealed", "-o", "out/").code == 0
    ran = run("translate", source, "--to", "petal", "--unsealed", "-o", "out")
    assert ran.code == 2
    assert "must not mix" in ran.err


@pytest.mark.parametrize("octets", [b"", b"\x00", b"<leaf", b"{}"])
def test_unreadable_bytes_are_the_documents_fault_and_never_exit_2(run, tmp_path, octets):
    (tmp_path / "bad").write_bytes(octets)
    assert run("translate", "bad", "--to", "petal", "--unsealed").code in (1, 3)


def test_colours_are_for_terminals_alone(run, source):
    ran = run("translate", source, "--to", "petal", "--unsealed", "-o", "out/")
    assert "\x1b[" not in ran.out


def test_characters_that_pages_cannot_show_are_told(run, source, monkeypatch):
    from gateway.node import startup
    from tests.toy_systems import renderer

    monkeypatch.setattr(startup, "find_renderer", lambda: renderer(missing=("\U0001f9ff",)))
    ran = run("translate", source, "--to", "petal", "--unsealed")
    assert "U+1F9FF" in ran.err
