"""Strangers who hold lines open: python -m tests.faults.strangers PORT COUNT. Of three lines one is idle, one half open,
one goes on a letter at a time. Says `opened N` when all were opened, and goes on until its input ends.
"""

from __future__ import annotations

import asyncio
import sys

BEGINNINGS = (b"", b"POST /v1/messages HTTP/1.1\r\nHost: x\r\n", b"GET /v1/about HTTP/1.1\r\nX-Slow: ")
AT_ONCE = 32

Writers = list[asyncio.StreamWriter]


async def begun(port: int, beginning: bytes) -> asyncio.StreamWriter:
    """One line, with the first it says."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    return writer


async def drip(writers: Writers) -> None:
    """Every third line says a letter now and then."""
    while True:
        for writer in writers[2::3]:
            if not writer.is_closing():
                writer.write(b"a")
        await asyncio.sleep(0.2)


async def hold(port: int, count: int) -> None:
    """Open them, many at once; then hold what wasn't closed at the other end."""
    writers: Writers = []
    numbers = iter(range(count))

    async def opening() -> None:
        for number in numbers:
            try:
                writers.append(await begun(port, BEGINNINGS[number % 3]))
            except OSError:
                continue

    dripping = asyncio.create_task(drip(writers))
    await asyncio.gather(*(opening() for _ in range(AT_ONCE)))
    print(f"opened {len(writers)}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    dripping.cancel()
    for writer in writers:
        writer.transport.abort()


if __name__ == "__main__":
    asyncio.run(hold(int(sys.argv[1]), int(sys.argv[2])))
