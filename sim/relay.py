"""Standard input and output to a TCP port and back: what SSH reaches a node through, inside its network namespace.

Run as a file, with the standard library only, so that it starts in a few milliseconds.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys

_CONNECT_TIMEOUT_S = 10
_CHUNK = 65536


def relay(host: str, port: int) -> int:
    """Copy both ways until the far side closes; 1 where it cannot be reached."""
    try:
        connection = socket.create_connection((host, port), timeout=_CONNECT_TIMEOUT_S)
    except OSError as error:
        print(f"{host}:{port}: {error}", file=sys.stderr)
        return 1
    connection.settimeout(None)
    with connection, selectors.DefaultSelector() as ready:
        ready.register(connection, selectors.EVENT_READ)
        ready.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is connection:
                    data = connection.recv(_CHUNK)
                    if not data:
                        return 0
                    _write_all(data)
                elif data := os.read(sys.stdin.fileno(), _CHUNK):
                    connection.sendall(data)
                else:
                    ready.unregister(sys.stdin.fileno())
                    connection.shutdown(socket.SHUT_WR)


def _write_all(data: bytes) -> None:
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


if __name__ == "__main__":
    sys.exit(relay(sys.argv[1], int(sys.argv[2])))
