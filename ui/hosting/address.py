"""Where the page is served, and whether strangers can reach it there. Imports nothing heavy."""

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from models.errors import BadRequest

_PORTS = ("GRADIO_SERVER_PORT", "GRADIO_NUM_PORTS", "GRADIO_NODE_NUM_PORTS")
"""What Gradio reads as numbers as soon as it is imported."""


@dataclass(frozen=True)
class Address:
    """Where to serve.

    Args:
        host: The address to listen on.
        share: Whether to open a public link as well.
    """

    host: str
    share: bool

    @property
    def public(self) -> bool:
        """Whether others than this machine can reach the page."""
        return self.share or not _is_loopback(self.host)


def choose(host: str | None, share: bool | None, env: Mapping[str, str] = os.environ) -> Address:
    """The address that options or, without them, Gradio's own variables name; else this machine alone.

    Raises:
        BadRequest: A variable would end Gradio's import in a traceback.
    """
    for name in _PORTS:
        if name in env and not is_port(env[name].strip()):
            raise BadRequest(f"{name} is {env[name]!r}; use a number from 1 to 65535, or leave it unset.")
    shared = env.get("GRADIO_SHARE", "").strip().lower() == "true" if share is None else share
    return Address((host or env.get("GRADIO_SERVER_NAME") or "127.0.0.1").strip(), shared)


def is_port(text: str) -> bool:
    """Whether it is the number of a port that can be asked for."""
    return text.isdecimal() and 1 <= int(text) <= 65535


def _is_loopback(host: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host.strip("[]"), None)}
    except (OSError, UnicodeError):  # no address of this machine: nothing will be served there
        return False
    return all(ipaddress.ip_address(str(each).partition("%")[0]).is_loopback for each in found)
