"""The `testamur` command. Each verb is a file of this room, imported only when it is used.

Exit codes: 0 done (`verify`: PASSED), 1 FAILED, 2 the caller's or configuration's fault, 3 INDETERMINATE,
4 a peer's or the network's.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from importlib.metadata import version

import click

from gateway.errors import TestamurError
from gateway.rendering.markup import shown

_VERBS = {
    "verify": "Say what is proven of a document, and what isn't.",
    "inspect": "Show the record that a document holds, and what of it can't be carried.",
    "translate": "Translate a document for another system, and say what was lost.",
    "render": "A document as pages for people: PDF with everything inside, or HTML.",
    "attest": "Attest the answer of an official check that you fetched yourself.",
    "send": "Give a document to the running node to deliver.",
    "deliveries": "What became of what was sent; mend dead letters.",
    "inbox": "What came and waits; mend what was set aside.",
    "alarms": "What a person must look at; say that somebody has.",
    "backup": "Copy the store of this node to a folder, whether it runs or not.",
    "doctor": "Find what is wrong with this node, and how to mend it.",
    "reproduce": "Run a translation again from its derivation, and compare.",
    "serve": "Exchange documents with other nodes.",
    "demo": "Show it all with fictional registries: verified, translated, reproduced, forged and refused.",
    "adapters": "List, check or begin adapters: the credential systems known here.",
}


_ENDED_BY_SIGPIPE = 141


class _Verbs(click.Group):
    """A group whose commands are imported when they are called, so that `--help` answers at once."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; end quietly when whoever reads our output has enough (`| head`).

        Here, because click itself would exit with 1, which says FAILED: as a shell says of a program ended by SIGPIPE.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing to flush at exit
            sys.exit(_ENDED_BY_SIGPIPE)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _VERBS:
            return None
        command: click.Command = importlib.import_module(f"gateway.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("testamur"), prog_name="testamur")
@click.pass_context
def testamur(ctx: click.Context) -> None:
    """Testamur verifies and translates learning credentials between national systems.

    Commands on a FILE touch no network. Begin with: testamur verify FILE --trust CERTIFICATE
    """
    ctx.color = _colour()


def _colour() -> bool | None:
    """No colours where NO_COLOR says so (no-color.org); else click decides: colours on a terminal only."""
    return False if os.environ.get("NO_COLOR") else None


_VALUES_BETWEEN_SEARCHES = 50_000


def search_cycles_seldom() -> None:
    """Let Python search for cycles of garbage less often than after every 700 new values, as it does by itself.

    One translation makes thousands of values that live until it is written, and hardly a cycle: each search would look
    at them again and free nothing, for about a twentieth of the time.
    """
    gc.set_threshold(_VALUES_BETWEEN_SEARCHES)


def main() -> None:
    """Run the command; every error of ours becomes a sentence, advice and exit code 2, never a trace."""
    search_cycles_seldom()
    try:
        testamur.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except TestamurError as error:
        say_error(error.message, error.advice, error.code)
        sys.exit(exit_code(error))
    except Exception as error:
        if os.environ.get("TESTAMUR_TRACE"):
            raise
        failed = internal_error(error)  # Python would end with 1, which means FAILED
        say_error(failed.message, failed.advice, failed.code)
        sys.exit(2)


def exit_code(error: TestamurError) -> int:
    """2, or 4 for what may succeed later: a `Stopped` that was not here, or not now."""
    return 4 if getattr(error, "retryable", False) else 2


def internal_error(error: Exception) -> TestamurError:
    """What is said where Testamur itself failed: never the exception's own words, which may hold the document's."""
    return TestamurError(
        "internal",
        f"Testamur itself failed, with {type(error).__name__}: this says nothing about the document",
        advice="please report it; TESTAMUR_TRACE=1 shows where (the trace may hold content of the document)",
    )


def say_error(message: str, advice: str, code: str) -> None:
    """Print an error for people on stderr: what is wrong, what to do, and the code to look up."""
    click.secho(f"error: {shown(message)}", fg="red", err=True, color=_colour())
    if advice:
        click.echo(f"  {shown(advice)}", err=True)
    click.secho(f"  ({code})", dim=True, err=True, color=_colour())


if __name__ == "__main__":
    main()
