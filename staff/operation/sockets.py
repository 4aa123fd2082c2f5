"""Which addresses programs listen on, read from Linux's own tables; needs no other program."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_LISTENING = "0A"


@dataclass(frozen=True)
class Listener:
    """A socket that waits for connections.

    Attributes:
        address: the IP address it waits at; `0.0.0.0` and `::` mean all of this machine.
        port: its port.
        inode: what the kernel calls it.
    """

    address: str
    port: int
    inode: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.address)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own (127.0.0.0/8, ::1), also as IPv4 within IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback


def listeners(proc: Path = PROC) -> list[Listener]:
    """All listening TCP sockets of this network namespace; none where there is no such table."""
    found = []
    for name in ("tcp", "tcp6"):
        table = proc / "net" / name
        if table.exists():
            found += [_listener(line.split()) for line in _listening(table.read_text().splitlines()[1:])]
    return found


def listeners_at(port: int, proc: Path = PROC) -> list[Listener]:
    """Those at one port."""
    return [listener for listener in listeners(proc) if listener.port == port]


def listeners_of(process_id: int, proc: Path = PROC) -> list[Listener]:
    """Those of one process.

    Raises:
        OSError: the process is gone or another user's.
    """
    links = [os.readlink(file) for file in (proc / str(process_id) / "fd").iterdir() if file.is_symlink()]
    own = {int(link[8:-1]) for link in links if link.startswith("socket:[")}
    return [listener for listener in listeners(proc) if listener.inode in own]


def _listening(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.split()[3:4] == [_LISTENING]]


def _listener(fields: list[str]) -> Listener:
    address, _, port = fields[1].partition(":")
    return Listener(_address(address), int(port, 16), int(fields[9]))


def _address(text: str) -> str:
    """The kernel writes words of four bytes, each in the machine's (little-endian) order."""
    raw = bytes.fromhex(text)
    turned = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    return str(ipaddress.ip_address(turned))
