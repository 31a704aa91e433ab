"""Files brought to a storage: sent along with the request, or fetched from a URL."""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
import zlib
from collections.abc import Iterator

from fakes.pve.api.storage.wget import fetched
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.storage import StorageConfig, volumes
from fakes.pve.storage.names import ISO_NAME, TEMPLATE_NAME, UPLOAD_IMPORT_NAME
from fakes.pve.tasks import Task, TaskError

_PATTERNS = {
    "iso": (ISO_NAME, "wrong file extension"),
    "vztmpl": (TEMPLATE_NAME, "wrong file extension"),
    "import": (UPLOAD_IMPORT_NAME, "invalid filename or wrong extension"),
}


def normal_filename(name: str) -> str:
    """A file name without folders, everything unusual replaced by underscores."""
    return re.sub(r"[^a-zA-Z0-9_.\-]", "_", re.split(r"[/\\]", name.rstrip("\n"))[-1])


def _checked_filename(call: Call, refused: str) -> str:
    content, name = call.params["content"], normal_filename(str(call.params["filename"]))
    if content not in _PATTERNS:
        raise ParameterError({"content": refused})
    pattern, problem = _PATTERNS[content]
    if not pattern.fullmatch(name):
        raise ParameterError({"filename": problem})
    return name


def _check_sum(task: Task, algorithm: str | None, expected: str | None, data: bytes) -> None:
    if not algorithm:
        return
    got = hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
    if got != (expected or "").lower():
        task.log("calculating checksum...")
        raise TaskError(f"checksum mismatch: got '{got}' != expect '{expected}'")
    task.log("calculating checksum...OK, checksum verified")


@route("POST", "/nodes/{node}/storage/{storage}/upload")
def upload(call: Call) -> str:
    reach = volumes(call.datacenter, call.node)
    storeid = call.params["storage"]
    config = reach.usable(storeid)
    if config.path is None:
        raise ApiError(500, f"can't upload to storage type '{config.type}'")
    if call.upload is None:
        raise ApiError(500, "missing temporary file name")
    content = call.params["content"]
    name = _checked_filename(call, f"upload content type '{content}' not allowed")
    if content not in config.content:
        raise ApiError(500, f"storage '{storeid}' does not support '{content}' content")
    reach.active(storeid)
    data = call.upload.content

    def work(task: Task) -> None:
        temporary = f"/var/tmp/pveupload-{secrets.token_hex(16)}"
        target = f"{config.folder(content)}/{name}"
        task.log(f"starting file import from: {temporary}")
        _check_sum(task, call.get("checksum-algorithm"), call.get("checksum"), data)
        task.log(f"target node: {call.node.name}")
        task.log(f"target file: {target}")
        task.log(f"file size is: {len(data)}")
        task.log(f"command: cp -- {temporary} {target}")
        try:
            reach.write_file(storeid, content, name, data)
        except ApiError as error:
            task.log(f"cp: {error.message}")
            raise TaskError("import failed: exit code 1") from error
        task.log("finished file import successfully")

    return call.start_task("imgcopy", "", work)


@route("POST", "/nodes/{node}/storage/{storage}/download-url")
def download_url(call: Call) -> str:
    reach = volumes(call.datacenter, call.node)
    storeid = call.params["storage"]
    config = reach.usable(storeid)
    if config.path is None:
        raise ApiError(500, f"can't upload to storage type '{config.type}', not a file based storage!")
    content = call.params["content"]
    if content not in config.content:
        raise ApiError(500, f"storage '{storeid}' is not configured for content-type '{content}'")
    name = _checked_filename(call, f"upload content-type '{content}' is not allowed")
    reach.active(storeid)
    if call.get("compression") and content != "iso":
        raise ApiError(500, f"decompression not supported for {content}")

    def work(task: Task) -> Iterator[float]:
        return _download(call, config, content, name, task)

    return call.start_task("download", _encoded(name), work)


def _download(call: Call, config: StorageConfig, content: str, name: str, task: Task) -> Iterator[float]:
    reach = volumes(call.datacenter, call.node)
    url, algorithm, expected = str(call.params["url"]), call.get("checksum-algorithm"), call.get("checksum")
    target = f"{config.folder(content)}/{name}"
    task.log(f"downloading {url} to {target}")
    there = call.node.files.read_bytes(target[1:])
    if there is not None:
        if not expected:
            raise TaskError(f"refusing to override existing file '{target}'")
        got = hashlib.new(algorithm or "sha256", there, usedforsecurity=False).hexdigest()
        if got != str(expected).lower():
            task.log("calculating checksum of existing file...")
            raise TaskError(f"mismatch (got '{got}' != expect '{expected}'), aborting")
        task.log("calculating checksum of existing file...OK, got correct file already, no need to download")
        return
    temporary = f"{target}.tmp_dwnl.{task.pid}"
    data = fetched(call, task, url, temporary, verify=bool(call.get("verify-certificates", 1)))
    yield call.datacenter.durations.of("download", len(data))
    _check_sum(task, algorithm if expected else None, expected, data)
    if call.get("compression"):
        task.log(f"decompressing {temporary} to {target}.tmp_dcom.{task.pid}")
        data = _decompressed(str(call.params["compression"]), data)
    reach.write_file(config.id, content, name, data)
    task.log(f"download of '{url}' to '{target}' finished")


def _decompressed(method: str, data: bytes) -> bytes:
    if method != "gz":
        raise TaskError(f"decompression method '{method}' is not available on this node")
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise TaskError("command 'zcat' failed: exit code 1") from error


def _encoded(text: str) -> str:
    """A file name as the id of a task, which must not hold a colon."""
    return re.sub(r"[\x00-\x1f%:]", lambda found: f"%{ord(found[0]):02X}", text)
