"""`testamur inspect`: all of the record, whatever the verdict, and nothing that a terminal would obey."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.model import record as r
from gateway.model.leaves import leaves
from gateway.packaged import data_folder
from gateway.rendering.tree import tree
from tests.unit.rendering.accounts import record

ELMO = data_folder("config") / "demo" / "elmo.xml"


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main.testamur, ["inspect", *map(str, arguments)])
    return result.exit_code, result.output


def test_an_unproven_document_is_shown_with_its_verdict() -> None:
    code, output = run(ELMO)
    assert code == 0
    assert "INDETERMINATE (NO_PROOF_FOUND)" in output
    assert "Κύματα και παλίρροιες" in output
    assert "everything in the document is in the record" in output


def test_json_has_record_and_losses_and_nothing_else_on_stdout() -> None:
    code, output = run(ELMO, "--json")
    told = json.loads(output)
    assert code == 0
    assert told["verdict"] == "INDETERMINATE"
    assert told["losses"] == []
    assert r.Record.model_validate(told["record"]).learner.names[0].family == "Θαλασσινού"


def test_what_could_not_be_carried_is_listed_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "extended.xml"
    strange = b'<status xml:lang="en">passed</status>'
    file.write_bytes(ELMO.read_bytes().replace(b"<status>passed</status>", strange, 1))
    _, output = run(file)
    assert "not in the record as it stands in the document: 1" in output
    losses = json.loads(run(file, "--json")[1])["losses"]
    assert losses[0]["source"].endswith("/status[1]/@lang")


@pytest.mark.parametrize(
    ("octets", "code", "said", "why"),
    [
        (b"<elmo", 1, "FAILED", "xml.malformed"),
        (b"{}", 3, "INDETERMINATE", "document.unknown"),
        (b"words", 3, "INDETERMINATE", "document.unknown"),
    ],
)
def test_what_can_not_be_read_says_why_and_is_no_zero(
    tmp_path: Path, octets: bytes, code: int, said: str, why: str
) -> None:
    file = tmp_path / "unreadable"
    file.write_bytes(octets)
    got, output = run(file)
    assert (got, said in output, "it can't be read" in output) == (code, True, True)
    got, output = run(file, "--json")
    told = json.loads(output)
    assert (got, told["record"], told["unread"]["code"]) == (code, None, why)


def test_every_leaf_of_a_record_is_in_the_tree() -> None:
    text = "\n".join(tree(record()))
    for path, (kind, said) in leaves(record()).items():
        assert kind in ("noun", "order") or said in text, path


def test_a_terminal_gets_no_commands_from_a_document() -> None:
    hostile = record(name="\x1b[2J\x1b]0;owned\x07", course="\x9b31m \u202e")
    text = "\n".join(tree(hostile))
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)


def test_a_translation_is_shown_itself_with_the_enclosed_original_inside(tmp_path: Path) -> None:
    """What a stranger reads of the file stands first; the original has its own record in inner[]."""
    file = tmp_path / "translation.jsonld"
    made = CliRunner().invoke(
        main.testamur, ["translate", str(ELMO), "--to", "europass", "--unsealed", "-o", str(file)]
    )
    assert made.exit_code == 0, made.output
    told = json.loads(run(file, "--json")[1])
    assert told["format"] != "ELMO 1.7"
    assert told["document"]["derived"]["source_sha256"] == hashlib.sha256(ELMO.read_bytes()).hexdigest()
    (original,) = told["inner"]
    assert (original["role"], original["format"], original["losses"]) == ("original", "ELMO 1.7", [])
    assert original["record"]["learner"]["names"][0]["family"] == "Θαλασσινού"
    _, output = run(file)
    assert "a translation, made by" in output
    assert "the original is enclosed" in output


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (["--learner", "Ελένη Θαλασσινού"], "exact"),
        (["--learner", "θαλασσινού  ελένη"], "equivalent"),
        (["--learner", "Ελένη Θαλασσινού", "--born", "1901-01-01"], "mismatch"),
        (["--learner", "Eleni Thalassinou"], "review"),
    ],
)
def test_whether_the_learner_is_a_person_is_told_with_the_reason_and_never_rejected_by_letters_alone(asked, answer):
    code, output = run(ELMO, *asked)
    assert code == 0
    assert f"the learner: {answer}: " in output
    told = json.loads(run(ELMO, *asked, "--json")[1])["learner"]
    assert told["answer"] == answer
    assert told["reason"]


def test_a_name_can_be_read_from_standard_input_so_that_no_other_user_sees_it():
    result = CliRunner().invoke(main.testamur, ["inspect", str(ELMO), "--learner", "-"], input="Ελένη Θαλασσινού\n")
    assert "the learner: exact: " in result.output


@pytest.mark.parametrize("asked", [["--born", "2001-10-03"], ["--learner", "A", "--born", "yesterday"]])
def test_a_day_without_a_name_and_a_day_that_is_none_are_refused(asked):
    code, output = run(ELMO, *asked)
    assert code == 2
    assert "--born" in output
