"""The two listeners of a node: one for its peers, one for its registry's own systems and operators."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from gateway.drivers.logs import say
from gateway.drivers.tls import listener_context
from gateway.drivers.token import make_token
from gateway.errors import ConfigError
from gateway.node.running import Running
from gateway.node.serving import DRAIN_SECONDS, run
from gateway.node.settings import Settings
from gateway.node.settings.delivery import TlsSection
from gateway.web.connection import Connection, give_way
from gateway.web.local.app import local_app
from gateway.web.peers_api import peers_app

_HANDSHAKE_SECONDS = 10.0
MOST_CONNECTIONS = 384
BACKLOG = 64
"""Of one listener at once, and what may come at one time before any of it is counted: two listeners stay under 1,024
open files, the usual limit, with room for the node's own.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The ports that were bound."""

    peers: int
    local: int


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then take nothing in any more, finish what was begun, and end.

    Raises:
        ConfigError: as `run`, and `config.listen` where an address can't be listened at.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with run(settings) as running, listening(running):
        gc.freeze()  # what is here now stays; to search all of it for cycles would hold up every document meanwhile
        await stop.wait()
        running.stop()


@asynccontextmanager
async def listening(running: Running) -> AsyncIterator[Listening]:
    """Listen, as long as the block lasts. Requests that were begun are answered before it ends."""
    section = running.settings.node
    async with AsyncExitStack() as stack:
        line = partial(Connection, api="peers", stage="transport", metrics=running.metrics)
        peers = await _listen(stack, peers_app(running), section.listen, section.tls, line)
        say("node.listening", address=section.listen, route="peers")
        api = local_app(running, make_token(section.token), host=section.local_listen.rpartition(":")[0].strip("[]"))
        line = partial(Connection, api="local", stage="local", metrics=running.metrics)
        local = await _listen(stack, api, section.local_listen, None, line)
        say("node.listening", address=section.local_listen, route="local")
        yield Listening(peers=peers, local=local)


async def _listen(
    stack: AsyncExitStack,
    app: web.Application,
    address: str,
    tls: TlsSection | None,
    line: Callable[[web.Server], Connection],
) -> int:
    """The port that is listened at (it is chosen by the system where the address says 0)."""
    runner = web.AppRunner(app, shutdown_timeout=DRAIN_SECONDS, handle_signals=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    host, _, port = address.rpartition(":")
    context = None
    if tls is not None:
        context = listener_context(tls.certificate, tls.key, passphrase_variable=tls.passphrase_variable)
    try:
        server = await asyncio.get_running_loop().create_server(
            _bounded(runner, line),
            host.strip("[]"),
            int(port),
            ssl=context,
            ssl_handshake_timeout=None if context is None else _HANDSHAKE_SECONDS,
            backlog=BACKLOG,
        )
    except OSError as error:
        raise ConfigError(
            "config.listen",
            f"can't listen at {address}: {error.strerror}",
            advice="another program may use the port, or the address isn't this machine's",
        ) from None
    stack.callback(server.close)
    bound: int = server.sockets[0].getsockname()[1]
    return bound


def _bounded(runner: web.AppRunner, line: Callable[[web.Server], Connection]) -> Callable[[], asyncio.Protocol]:
    """A listener that lets so many in at once: whoever holds lines open takes no files from the node (attack G5), and
    keeps nobody else out.
    """
    server = runner.server
    if server is None:
        raise AssertionError("the runner was set up")

    def let_in() -> asyncio.Protocol:
        lines = [one for one in server.connections if isinstance(one, Connection) and not one.ended]
        return line(server) if len(lines) < MOST_CONNECTIONS or give_way(lines) else _Full()

    return let_in


class _Full(asyncio.Protocol):
    """Nobody more is let in now."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
