"""Files sent to a storage."""

from __future__ import annotations

import hashlib

from tests.contract.client import Answer, Pve

LOCAL = "/nodes/hv01/storage/local"
DATA = b"ISODATA1234"


def upload(pve: Pve, name: str = "tiny.iso", storage: str = "local", **fields: str) -> Answer:
    return pve.post(
        f"/nodes/hv01/storage/{storage}/upload",
        {"content": "iso", **fields},
        files={"filename": (name, DATA, "application/octet-stream")},
    )


def test_an_upload_lands_at_its_place(pve: Pve) -> None:
    upid = upload(pve).data

    assert pve.task(upid) == "OK"
    assert pve.node.files.read_bytes("var/lib/vz/template/iso/tiny.iso") == DATA


def test_the_log_of_an_upload_names_the_target(pve: Pve) -> None:
    log = pve.log(upload(pve).data)

    assert log[1:4] == [
        "target node: hv01",
        "target file: /var/lib/vz/template/iso/tiny.iso",
        f"file size is: {len(DATA)}",
    ]
    assert log[-2:] == ["finished file import successfully", "TASK OK"]


def test_an_uploaded_image_is_listed_with_its_size(pve: Pve) -> None:
    upload(pve)

    row = pve.get(f"{LOCAL}/content", {"content": "iso"}).data[0]

    assert (row["volid"], row["format"], row["size"]) == ("local:iso/tiny.iso", "iso", len(DATA))


def test_odd_characters_in_a_name_become_underscores(pve: Pve) -> None:
    upload(pve, "my image.iso")

    assert pve.get(f"{LOCAL}/content").data[0]["volid"] == "local:iso/my_image.iso"


def test_a_matching_checksum_is_said(pve: Pve) -> None:
    checksum = hashlib.sha256(DATA).hexdigest()

    upid = upload(pve, **{"checksum": checksum, "checksum-algorithm": "sha256"}).data

    assert pve.log(upid)[1] == "calculating checksum...OK, checksum verified"


def test_a_wrong_checksum_fails_the_upload(pve: Pve) -> None:
    upid = upload(pve, **{"checksum": "00", "checksum-algorithm": "md5"}).data

    got = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    assert pve.task(upid) == f"checksum mismatch: got '{got}' != expect '00'"
    assert pve.get(f"{LOCAL}/content").data == []


def test_a_wrong_extension_is_refused(pve: Pve) -> None:
    answer = upload(pve, "tiny.txt")

    assert (answer.status, answer.errors) == (400, {"filename": "wrong file extension"})


def test_lvm_takes_no_uploads(pve: Pve) -> None:
    answer = upload(pve, storage="local-lvm")

    assert (answer.status, answer.reason) == (500, "can't upload to storage type 'lvmthin'")


def test_a_storage_takes_configured_content_only(pve: Pve) -> None:
    pve.put("/storage/local", {"content": "backup"})

    answer = upload(pve)

    assert (answer.status, answer.reason) == (500, "storage 'local' does not support 'iso' content")
