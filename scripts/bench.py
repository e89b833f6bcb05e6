"""All benchmarks, side by side in one run: `make bench` (docs/performance.md)."""

from __future__ import annotations

from scripts import (
    bench_delivery,
    bench_linked_data,
    bench_memory,
    bench_render,
    bench_reports,
    bench_store,
    bench_translate,
    bench_xmldsig,
)


def main() -> None:
    """Print each table."""
    for table in (
        bench_xmldsig,
        bench_linked_data,
        bench_translate,
        bench_reports,
        bench_memory,
        bench_render,
        bench_store,
        bench_delivery,
    ):
        table.report()
        print()


if __name__ == "__main__":
    main()
