"""A file of records that are durable once `append` returns: what was agreed on before it is carried out.

The file is written with zeros beforehand and used over and over, so that a record costs one flush of the disk and no
change of the file's size. A generation in every record tells those of the current round from older ones behind them.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_HEAD = struct.Struct("<4sQII")
_MAGIC = b"labr"
CAPACITY = 4 * 1024**2


class RedoLog:
    """The records since the last `restart`, oldest first; one that was cut off by a crash was never there.

    `left` is what a former process did not get to forget: empty after an orderly end.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        missing = CAPACITY - os.fstat(self._file).st_size
        if missing > 0:
            os.pwrite(self._file, bytes(missing), CAPACITY - missing)
            os.fsync(self._file)
        self._generation = 1
        self._end = 0
        self.left = list(self._read())

    def append(self, record: bytes) -> None:
        """Add a record and wait until the disk has it."""
        data = memoryview(_HEAD.pack(_MAGIC, self._generation, len(record), _sum(record, self._generation)) + record)
        while data:
            written = os.pwrite(self._file, data, self._end)
            self._end += written
            data = data[written:]
        os.fdatasync(self._file)

    @property
    def is_full(self) -> bool:
        """True when it is time to `restart`."""
        return self._end > CAPACITY * 3 // 4

    def restart(self) -> None:
        """Forget all records: everything they say is durable elsewhere."""
        self.left = []
        self._generation += 1
        self._end = 0
        if os.fstat(self._file).st_size > CAPACITY:
            os.ftruncate(self._file, CAPACITY)

    def close(self) -> None:
        """End in good order, with nothing to take up at the next start."""
        os.pwrite(self._file, bytes(_HEAD.size), 0)
        os.fdatasync(self._file)
        os.close(self._file)

    def _read(self) -> Iterator[bytes]:
        is_first = True
        while True:
            head = os.pread(self._file, _HEAD.size, self._end)
            if len(head) < _HEAD.size:
                return
            magic, generation, length, checksum = _HEAD.unpack(head)
            if magic != _MAGIC or not (is_first or generation == self._generation):
                return
            record = os.pread(self._file, length, self._end + _HEAD.size)
            if len(record) < length or _sum(record, generation) != checksum:
                return
            is_first = False
            self._generation = generation
            self._end += _HEAD.size + length
            yield record


def _sum(record: bytes, generation: int) -> int:
    return zlib.crc32(record, generation & 0xFFFFFFFF)
