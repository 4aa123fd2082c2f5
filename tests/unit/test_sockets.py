"""Linux's tables of sockets, read right."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from staff.operation.sockets import Listener, is_loopback, listeners, listeners_at, listeners_of


@pytest.mark.parametrize(
    ("family", "address", "is_local"),
    [
        (socket.AF_INET, "127.0.0.1", True),
        (socket.AF_INET, "0.0.0.0", False),
        (socket.AF_INET6, "::1", True),
        (socket.AF_INET6, "::", False),
        (socket.AF_INET6, "::ffff:127.0.0.1", True),
    ],
)
def test_a_listening_socket_is_found_with_its_address(
    family: socket.AddressFamily, address: str, is_local: bool
) -> None:
    with socket.socket(family) as listening:
        try:
            listening.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        listening.listen()
        port = listening.getsockname()[1]

        (found,) = listeners_at(port)

        assert found.is_local is is_local
        assert found in listeners_of(os.getpid())
    assert listeners_at(port) == []


def test_a_connection_is_no_listener() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as one:
        assert listeners_at(one.getsockname()[1]) == []


def test_where_there_is_no_table_nothing_is_found(tmp_path: Path) -> None:
    assert listeners(tmp_path) == []


@pytest.mark.parametrize("address", ["", "localhost", "127.0.0.1.example.org", "fe80::1%lo"])
def test_what_is_no_address_of_this_machine_is_not_taken_for_one(address: str) -> None:
    assert not is_loopback(address)
    assert not Listener(address, 1, 1).is_local
