"""`translate --html`: a page of what was done, and none where nothing was done."""

from __future__ import annotations

from pathlib import Path

from tests.toy_node import forged_leaf, sealed_leaf, write_settings


def test_a_page_is_written_beside_the_translation(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    settings = write_settings(tmp_path)
    done = run("translate", "leaf.xml", "--to", "petal", "--config", settings, "-o", "out.json", "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert done.code == 0, done.err
    assert "page.html" in done.out
    for said in ("Élodie Nemo", "Algebra", "PASSED", "node.example.org", "derivation.jws"):
        assert said in page
    assert "DRAFT" not in page
    assert (tmp_path / "page.html").stat().st_mode & 0o077 == 0


def test_the_page_of_a_forged_source_is_a_marked_draft_and_says_failed(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(forged_leaf())
    done = run("translate", "leaf.xml", "--to", "petal", "--unsealed", "-o", "out.json", "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert done.code == 0
    assert "<title>DRAFT – " in page
    assert "FAILED" in page
    assert "HASH_FAILURE" in page


def test_where_nothing_is_written_there_is_no_page_either(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(forged_leaf())
    settings = write_settings(tmp_path)
    done = run("translate", "leaf.xml", "--to", "petal", "--config", settings, "-o", "out.json", "--html", "page.html")
    assert done.code == 1
    assert not (tmp_path / "page.html").exists()


def test_a_page_never_replaces_source_or_translation(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    for page, code in (("leaf.xml", "request.out_is_source"), ("out.json", "request.out_twice")):
        done = run("translate", "leaf.xml", "--to", "petal", "--unsealed", "-o", "out.json", "--html", page)
        assert (done.code, code in done.err) == (2, True)
        assert not (tmp_path / "out.json").exists()


def test_a_page_of_an_enclosed_original_that_is_given_back_says_where_it_stood(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    settings = write_settings(tmp_path)
    run("translate", "leaf.xml", "--to", "petal", "--config", settings, "-o", "petal.json")
    done = run("translate", "petal.json", "--to", "leaf", "--config", settings, "-o", "b.xml", "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert done.code == 0, done.err
    assert "The file given is itself a translation" in page
    assert "Élodie Nemo" in page
