"""The port `up` serves on."""

from __future__ import annotations

import argparse
import errno
import socket
import sys

import psutil

from clutch.embedded.problems import Problem


def port_number(text: str) -> int:
    """Read --port; a message of argparse for what is no port."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: give a number from 1 to 65535")
    return int(text)


def check_port(host: str, port: int) -> None:
    """Raise Problem when nothing can be served on this port, naming who has it and another that is free."""
    error = _error(host, port)
    if error is None:
        return
    if error.errno in {errno.EACCES, errno.EPERM}:
        raise Problem(f"Port {port} is for the system only. Choose one above 1023: --port 8000")
    other = next((n for n in range(port + 1, min(port + 100, 65535)) if _error(host, n) is None), None)
    raise Problem(
        f"Port {port} is taken{_by_whom(port)}.\n"
        "Stop that program, or serve on another port: python3 manage.py up --port "
        + (str(other) if other else "PORT")
    )


def _error(host: str, port: int) -> OSError | None:
    with socket.socket() as probe:
        if sys.platform != "win32":
            # As servers do: connections that just ended do not keep a port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _by_whom(port: int) -> str:
    """The name and pid of who listens there, where the system lets us know."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
            if listens and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return ""
