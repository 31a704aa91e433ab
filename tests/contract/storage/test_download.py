"""Files that a node fetches from a URL."""

from __future__ import annotations

import gzip
import hashlib

import pytest
import requests

from tests.contract.client import Answer, Pve

LOCAL = "/nodes/hv01/storage/local"
DATA = b"ISODATA1234"
URL = "http://mirror.example.test/debian.iso"
TARGET = "/var/lib/vz/template/iso/debian.iso"


def _reply(body: bytes, status: int, reason: str) -> requests.Response:
    reply = requests.Response()
    reply.status_code, reply.reason, reply._content = status, reason, body
    reply.headers["Content-Type"] = "application/x-iso9660-image"
    return reply


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a web server holds, by URL; everything else is not found there."""
    held = {URL: DATA}

    def get(url: str, **_: object) -> requests.Response:
        return _reply(held[url], 200, "OK") if url in held else _reply(b"", 404, "Not Found")

    monkeypatch.setattr(requests, "get", get)
    return held


def download(pve: Pve, **more: object) -> Answer:
    fields = {"content": "iso", "filename": "debian.iso", "url": URL, **more}
    return pve.post(f"{LOCAL}/download-url", fields)


def test_a_download_needs_the_content_type(pve: Pve) -> None:
    answer = download(pve, content="import", filename="x.qcow2")

    assert (answer.status, answer.reason) == (500, "storage 'local' is not configured for content-type 'import'")


def test_only_web_addresses_are_fetched(pve: Pve) -> None:
    answer = download(pve, url="ftp://x/")

    assert (answer.status, answer.errors) == (400, {"url": "value does not match the regex pattern"})


def test_nobody_at_the_address_is_the_last_line(pve: Pve) -> None:
    upid = download(pve, url="http://127.0.0.1:9/x.iso").data

    assert pve.log(upid)[0] == "downloading http://127.0.0.1:9/x.iso to /var/lib/vz/template/iso/debian.iso"
    assert pve.task(upid) == "download failed: Connecting to 127.0.0.1:9... failed: Connection refused."


@pytest.mark.usefixtures("mirror")
def test_a_download_lands_at_its_place(pve: Pve) -> None:
    upid = download(pve).data

    assert pve.task(upid) == "OK"
    assert pve.node.files.read_bytes(TARGET[1:]) == DATA


@pytest.mark.usefixtures("mirror")
def test_the_task_is_named_after_the_file(pve: Pve) -> None:
    upid = download(pve).data

    assert upid.split(":")[5:7] == ["download", "debian.iso"]
    assert pve.log(upid)[-2:] == [f"download of '{URL}' to '{TARGET}' finished", "TASK OK"]


@pytest.mark.usefixtures("mirror")
def test_what_the_server_lacks_is_its_exit_code(pve: Pve) -> None:
    upid = download(pve, url="http://mirror.example.test/nope.iso").data

    assert pve.task(upid) == "download failed: exit code 8"


@pytest.mark.usefixtures("mirror")
def test_a_wrong_checksum_fails_the_download(pve: Pve) -> None:
    upid = download(pve, **{"checksum": "00", "checksum-algorithm": "sha1"}).data

    got = hashlib.sha1(DATA, usedforsecurity=False).hexdigest()
    assert pve.task(upid) == f"checksum mismatch: got '{got}' != expect '00'"


@pytest.mark.usefixtures("mirror")
def test_a_file_is_not_overwritten(pve: Pve) -> None:
    download(pve)

    upid = download(pve).data

    assert pve.task(upid) == f"refusing to override existing file '{TARGET}'"


@pytest.mark.usefixtures("mirror")
def test_the_right_file_is_not_fetched_again(pve: Pve) -> None:
    download(pve)

    upid = download(pve, **{"checksum": hashlib.sha256(DATA).hexdigest(), "checksum-algorithm": "sha256"}).data

    assert pve.log(upid)[1].endswith("OK, got correct file already, no need to download")


def test_a_packed_image_is_unpacked(pve: Pve, mirror: dict[str, bytes]) -> None:
    mirror[f"{URL}.gz"] = gzip.compress(DATA)

    upid = download(pve, url=f"{URL}.gz", compression="gz").data

    assert pve.task(upid) == "OK"
    assert pve.node.files.read_bytes(TARGET[1:]) == DATA
