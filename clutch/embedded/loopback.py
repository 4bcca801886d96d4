"""No test leaves this machine: Python's sockets connect to loopback only."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class LeftTheMachine(RuntimeError):
    """A test reached for the network. Whatever lives out there is faked in tests."""


def is_local(host: object) -> bool:
    """Whether a host, as sockets take it, is this machine by its loopback address or name."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in {"", "localhost", "ip6-localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def stay() -> None:
    """Refuse every other address from here on in this process."""
    if socket.socket.connect is not _CONNECT:
        return
    socket.socket.connect = _guarded(_CONNECT)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded(_CONNECT_EX)  # type: ignore[method-assign]
    socket.getaddrinfo = _getaddrinfo


_CONNECT = socket.socket.connect
_CONNECT_EX = socket.socket.connect_ex
_GETADDRINFO = socket.getaddrinfo


def _guarded(original: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
            raise LeftTheMachine(f"a test connects to {address[0]}:{address[1]}")
        return original(self, address)

    return connect


def _getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not is_local(host) and host != socket.gethostname():
        raise LeftTheMachine(f"a test looks up {host}")
    return _GETADDRINFO(host, *args, **kwargs)
