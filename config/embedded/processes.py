"""Finding and ending the processes of one data folder, whoever left them there."""

import socket
from pathlib import Path

import psutil


def servers_on(folder: Path) -> list[psutil.Process]:
    """Live processes that work inside `folder`: a server stays in its data folder all its life."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def end(processes: list[psutil.Process], *, patience: float = 10) -> None:
    """Ask the processes to stop, and after `patience` seconds make them."""
    for process in processes:
        _signal(process, kill=False)
    _, stubborn = psutil.wait_procs(processes, timeout=patience)
    for process in stubborn:
        _signal(process, kill=True)
    psutil.wait_procs(stubborn, timeout=patience)


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return


def free_port(wanted: int | None = None) -> int:
    """`wanted` when nobody listens there, else any free port of 127.0.0.1."""
    for port in (wanted, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("No port is free on 127.0.0.1.")
