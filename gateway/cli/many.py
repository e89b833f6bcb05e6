"""`testamur verify` with several files or a folder: a line for each, then how many of each answer."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click

from gateway.cli.main import exit_code, internal_error
from gateway.cli.presentation import EXIT, answer_word, json_line, verdict_in_brief, verdict_lines
from gateway.errors import RequestError, TestamurError
from gateway.model.verdict import Verdict
from gateway.node.batch import Work, do_each
from gateway.rendering.markup import on_one_line

_WORST_FIRST = (2, 4, 1, 3, 0)
"""Exit codes; first those that say that a file wasn't looked at."""
_ANSWERS = {code: answer.value for answer, code in EXIT.items()}
_NOT_LOOKED_AT = "NOT LOOKED AT"
_MANY = 100
"""So many files take long enough for a bar that shows how far it got."""


class Told(NamedTuple):
    """What is said of a file: the exit code if it were alone, and the text."""

    code: int
    text: str


@dataclass(frozen=True)
class Form:
    """How a verdict, and the reason why there is none, are told."""

    verdict: Callable[[Path, Verdict], str]
    trouble: Callable[[Path, TestamurError], str]


# --- which files -----------------------------------------------------------------------------------------------------


def files_of(named: Iterable[Path]) -> list[Path]:
    """The files that are named, and those in the folders that are: deep, by name, without hidden ones.

    Raises:
        RequestError: `request.no_files`, `request.file_unreadable` of a folder.
    """
    found = [file for path in named for file in (_files_in(path) if path.is_dir() else [path])]
    if not found:
        message = "got folders without a file in them, expected one at least"
        raise RequestError("request.no_files", message, advice="name the folder in which the documents are")
    return found


def _files_in(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name[:1] != ".")
        yield from (file for name in sorted(names) if name[:1] != "." and (file := Path(here, name)).is_file())


def _unreadable(error: OSError) -> None:
    message = f"{error.filename} can't be read: {error.strerror}"
    raise RequestError("request.file_unreadable", message, advice="check the path and its permissions") from error


# --- one after the other, or side by side ----------------------------------------------------------------------------


def verify_many(
    files: Sequence[Path], judge: Callable[[Path], Verdict], form: Form, *, processes: int | None = None
) -> Counter[int]:
    """Verify files and print what is told of each, in their order; how many there are of each exit code."""
    logging.getLogger("testamur").addHandler(logging.NullHandler())  # a process that was lost is told in its line
    counted: Counter[int] = Counter()
    work = Work[Path, Told](
        one=lambda file: _look_at(file, judge, form),
        lost=lambda file, stopped: Told(exit_code(stopped), form.trouble(file, stopped)),
    )
    with _bar(len(files)) as bar:

        def tell(told: Told) -> None:
            click.echo(told.text)
            counted[told.code] += 1
            if bar is not None:
                bar.update(1)

        do_each(work, files, tell, processes=processes)
    return counted


def _look_at(file: Path, judge: Callable[[Path], Verdict], form: Form) -> Told:
    try:
        verdict = judge(file)
    except TestamurError as error:
        return Told(exit_code(error), form.trouble(file, error))
    except MemoryError:
        raise  # the process has no more: it is ended, and the file is told as lost
    except Exception as error:
        if os.environ.get("TESTAMUR_TRACE"):
            raise
        failed = internal_error(error)
        return Told(exit_code(failed), form.trouble(file, failed))
    return Told(EXIT[verdict.verdict], form.verdict(file, verdict))


def worst(counted: Counter[int]) -> int:
    """The exit code of them all."""
    return next(code for code in _WORST_FIRST if counted[code])


def summary(counted: Counter[int]) -> str:
    """How many files there were, and how many of each answer."""
    kinds = Counter[str]()
    for code in sorted(counted):
        kinds[_ANSWERS.get(code, _NOT_LOOKED_AT)] += counted[code]
    return f"{counted.total():,} files: {', '.join(f'{count:,} {kind}' for kind, count in kinds.items())}"


def _bar(length: int) -> AbstractContextManager[Any]:
    """A bar on the terminal, where the lines themselves go elsewhere."""
    if length < _MANY or sys.stdout.isatty() or not sys.stderr.isatty():
        return nullcontext()
    return click.progressbar(length=length, label="verifying", file=sys.stderr, show_pos=True)


# --- the forms -------------------------------------------------------------------------------------------------------


def _in_a_line(file: Path, verdict: Verdict) -> str:
    return f"{answer_word(verdict.verdict)}  {on_one_line(str(file))}  {verdict_in_brief(verdict)}".rstrip()


def _with_every_check(file: Path, verdict: Verdict) -> str:
    return "\n".join((on_one_line(str(file)), *(f"  {line}" for line in verdict_lines(verdict, every_check=True))))


def _trouble(file: Path, error: TestamurError) -> str:
    word = click.style(_NOT_LOOKED_AT, fg="red", bold=True)
    return f"{word}  {on_one_line(str(file))}  {error.code}: {on_one_line(error.message)}"


def _verdict_as_json(file: Path, verdict: Verdict) -> str:
    return json_line(f'{{"file":{json.dumps(str(file))},{verdict.model_dump_json(by_alias=True)[1:]}')


def _trouble_as_json(file: Path, error: TestamurError) -> str:
    told = {"code": error.code, "message": error.message, "advice": error.advice}
    return json_line(json.dumps({"file": str(file), "error": told}))


LINES = Form(verdict=_in_a_line, trouble=_trouble)
IN_FULL = Form(verdict=_with_every_check, trouble=_trouble)
JSON_LINES = Form(verdict=_verdict_as_json, trouble=_trouble_as_json)
