"""A dossier from the command line: translated, verified, run again, given back, and shown on a page in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.reference_documents import elmos, name_of, of_1edtech
from tests.credential_node import forged_transcript, sealed_transcript
from tests.reference import REFERENCE, needs_reference
from tests.toy_node import write_settings
from tests.unit.cli.conftest import Ran, runner

Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command with the adapters of the tree."""
    return runner(monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry's folder: settings that seal, a genuine transcript and a forged one."""
    monkeypatch.chdir(tmp_path)
    write_settings(tmp_path).rename("settings.toml")
    Path("elmo.xml").write_bytes(sealed_transcript())
    Path("forged.xml").write_bytes(forged_transcript())
    return tmp_path


@pytest.fixture
def out(folder: Path, run: Run) -> Path:
    """What a translation into a sealed dossier leaves."""
    done = run("translate", "elmo.xml", "--to", "dossier", "--config", "settings.toml", "-o", "out/")
    assert done.code == 0, done.err
    return folder / "out"


def test_a_folder_gets_the_sealed_dossier_with_everything_beside_it(out: Path) -> None:
    assert {file.name for file in out.iterdir()} == {
        "original.xml", "translation.json", "losses.json", "verdict.json", "derivation.jws",
    }  # fmt: skip
    assert json.loads((out / "losses.json").read_text()) == []


def test_who_trusts_the_node_finds_it_authentic_and_the_original_inside(out: Path, run: Run) -> None:
    found = run("verify", out / "translation.json", "--trust", "seal.pem", "--json")
    assert found.code == 0
    told = found.json
    assert (told["verdict"], told["conformity"]) == ("PASSED", "CONFORMS")
    assert [(inner["role"], inner["path"]) for inner in told["inner"]] == [("original", "/derived/original")]


def test_it_is_reproduced_from_the_original_and_from_itself(out: Path, run: Run) -> None:
    for source in ("original.xml", "translation.json"):
        told = run("reproduce", out / "derivation.jws", "--source", out / source, "--result", out / "translation.json")
        assert told.code == 0
        assert told.out.startswith("reproduced")


def test_wanted_in_its_own_system_the_original_is_given_back(out: Path, run: Run) -> None:
    done = run("translate", out / "translation.json", "--to", "elmo", "--config", "settings.toml", "-o", "back.xml")
    assert done.code == 0
    assert Path("back.xml").read_bytes() == sealed_transcript()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["forged.xml", "--to", "dossier", "-o", "x.json"], 1, "seal.withheld"),
        (["elmo.xml", "--to", "dosier", "-o", "x.json"], 2, "request.unknown_adapter"),
        (["elmo.xml", "--to", "dossier", "--form", "jwt", "-o", "x.json"], 2, "request.no_such_form"),
        (["elmo.xml", "--to", "dossier", "-o", "x.png"], 2, "request.no_such_form"),
        (["elmo.xml", "--to", "chsi", "--unsealed", "-o", "x.json"], 3, "Towards China translate to dossier"),
        (["seal.pem", "--to", "dossier", "--unsealed", "-o", "x.json"], 3, "document.unknown"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(
    folder: Path, run: Run, arguments: list[str], code: int, told: str
) -> None:
    done = run("translate", *arguments, "--config", "settings.toml")
    assert done.code == code, done.err
    assert told in done.err
    assert not list(folder.glob("x.*"))


def test_a_page_of_it_says_everything_of_ours_in_chinese_and_english_and_the_issuers_words_as_they_are(
    out: Path,
    run: Run,
) -> None:
    done = run("render", out / "translation.json", "--lang", "zh,en", "--trust", "seal.pem", "-o", "page.html")
    assert done.code == 0, done.err
    page = Path("page.html").read_text("utf-8")
    assert '<html lang="zh">' in page
    for chinese, english in (
        ("译本", "derived from an original, which alone counts"),
        ("学习者", "Learner"),
        ("成绩", "Grade"),
        ("学分", "Credits"),
        ("签发机构", "Issued by"),
        ("真实", "Authentic"),
    ):
        assert chinese in page
        assert english in page
    for word in ("Bachelor of Seafaring", "Knots 1", "University of Examplia", "Élodie Nemo"):
        assert word in page


def of_every_system() -> dict[str, Path]:
    """A genuine file of ELMO, Europass and CLR each, as they are."""
    if not REFERENCE.is_dir():
        return {}
    clr = {name_of(file): file for file, known in of_1edtech().items() if known == "clr"}
    elmo = {name_of(file): file for file in elmos()}
    return {
        "elmo": elmo["elmo/signed/dk_tomcat_signed_VALID.xml"],
        "europass": REFERENCE / "europass" / "samples_v3" / "Sample-CertOfPart-signed.jsonld",
        "clr": clr["clr/1edtech-validator/clr20/complex.json"],
    }


@needs_reference
@pytest.mark.parametrize("system", ["elmo", "europass", "clr"])
def test_a_genuine_file_becomes_a_draft_and_the_draft_is_read_and_shown(folder: Path, run: Run, system: str) -> None:
    file = of_every_system()[system]
    done = run("translate", file, "--to", "dossier", "--unsealed", "-o", "dossier.json")
    assert done.code == 0, done.err
    told = run("inspect", "dossier.json", "--json").json
    assert told["losses"] == []
    assert told["record"] == run("inspect", file, "--json").json["record"]
    page = run("render", "dossier.json", "--lang", "zh,en")
    assert page.code == 0
    assert "未经验证" in page.out
    assert "NOT VERIFIED" in page.out
