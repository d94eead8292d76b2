"""Where the page is served, and whether strangers can reach it there. Imports nothing heavy."""

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass


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
    """The address that options or, without them, Gradio's own variables name; else this machine alone."""
    shared = env.get("GRADIO_SHARE", "").strip().lower() == "true" if share is None else share
    return Address((host or env.get("GRADIO_SERVER_NAME") or "127.0.0.1").strip(), shared)


def _is_loopback(host: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host.strip("[]"), None)}
    except (OSError, UnicodeError):  # no address of this machine: nothing will be served there
        return False
    return all(ipaddress.ip_address(str(each).partition("%")[0]).is_loopback for each in found)
