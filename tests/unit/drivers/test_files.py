"""Results on disk: for their owner alone, never half, never mixed."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.drivers import files
from gateway.drivers.files import write_file, write_folder
from gateway.errors import RequestError


def test_files_are_for_their_owner_alone(tmp_path: Path):
    write_file(tmp_path / "one", b"1")
    write_folder(tmp_path / "new" / "er", {"two": b"2"})
    for path in (tmp_path / "one", tmp_path / "new" / "er" / "two"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / "er").stat().st_mode) == 0o700


def test_one_file_replaces_what_stands_there(tmp_path: Path):
    write_file(tmp_path / "one", b"1")
    write_file(tmp_path / "one", b"2")
    assert (tmp_path / "one").read_bytes() == b"2"
    assert [p.name for p in tmp_path.iterdir()] == ["one"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path):
    """`-o /dev/null` must not put a file in the place of the device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        write_file(pipe, b"1")
        assert read.result(timeout=10) == b"1"
    assert pipe.is_fifo()


def test_results_of_two_runs_do_not_mix(tmp_path: Path):
    write_folder(tmp_path / "out", {"losses.json": b"1"})
    with pytest.raises(RequestError) as caught:
        write_folder(tmp_path / "out", {"translation.xml": b"2", "losses.json": b"2"})
    assert caught.value.code == "request.out_in_use"
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "out").iterdir()] == [("losses.json", b"1")]


@pytest.mark.parametrize("there", [True, False])
def test_when_the_disk_is_full_nothing_is_left(tmp_path: Path, monkeypatch, there):
    """Fault: the second file can't be flushed."""
    out = tmp_path / "out"
    if there:
        out.mkdir()
    flushed = []

    def fsync(handle: int) -> None:
        flushed.append(handle)
        if len(flushed) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fsync)
    with pytest.raises(RequestError) as caught:
        write_folder(out, {"one": b"1", "two": b"2", "three": b"3"})
    assert caught.value.code == "request.not_writable"
    assert "No space left" in caught.value.message
    assert list(tmp_path.rglob("*")) == ([out] if there else [])


def test_a_place_that_cannot_be_written_is_refused_with_its_path(tmp_path: Path):
    with pytest.raises(RequestError) as caught:
        write_file(tmp_path / "absent" / "one", b"1")
    assert caught.value.code == "request.not_writable"
