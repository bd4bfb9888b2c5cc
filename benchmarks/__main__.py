"""`make bench`: every benchmark, or those named; each is a module of this folder with a `main`."""

import pkgutil
import subprocess
import sys

import benchmarks

TOOLS = {"__main__", "copying", "invented", "peers", "sink", "stock", "stock_exports"}
"""Modules here that measure nothing themselves."""


def main(wanted: list[str]) -> int:
    """Run them one after the other, each in a process of its own; returns how many failed."""
    there = sorted({module.name for module in pkgutil.iter_modules(benchmarks.__path__)} - TOOLS)
    if unknown := set(wanted) - set(there):
        sys.stderr.write(f"There is no benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(there)}\n")
        return 2
    failed = 0
    for name in wanted or there:
        sys.stdout.write(f"── {name} ──\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
