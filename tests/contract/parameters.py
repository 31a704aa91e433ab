"""Parameters for any method of the schema: mostly what it takes, sometimes what it refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from fakes.pve.schema import Method, Schema, Spec

Params = dict[str, str]

# Good and nearly good values by format, for those that say little by themselves.
BY_FORMAT: Mapping[str, list[str]] = {
    "pve-node": ["hv01", "localhost", "hv02", "-x"],
    "pve-vmid": ["100", "101", "102", "103", "999", "99"],
    "pve-storage-id": ["local", "local-lvm", "dirimg", "nope"],
    "pve-storage-id-list": ["local,local-lvm", "nope"],
    "pve-userid": ["root@pam", "eve@pve", "new@pve", "nobody@nowhere", "x"],
    "pve-configid": ["first", "second", "local", "new1", "1"],
    "pve-configid-list": ["net0", "scsi0", "first,second", "cores,name", "digest"],
    "pve-realm": ["pam", "pve", "corp", "nope"],
    "pve-iface": ["vmbr0", "vmbr1", "eth0", "bond0", "vmbr0.5", "0"],
    "pve-iface-list": ["eth0", "vmbr0 vmbr1"],
    "pve-poolid": ["prod", "prod/web", "nope"],
    "pve-groupid": ["admins", "nope"],
    "pve-roleid": ["PVEAdmin", "Mine", "nope"],
    "pve-volume-id": ["local-lvm:vm-100-disk-0", "local:iso/a.iso", "local:backup/x", "nope:x", "x"],
    "pve-storage-content": ["images", "iso", "nope"],
    "pve-storage-content-list": ["images,rootdir", "iso"],
    "pve-calendar-event": ["daily", "mon..fri 2:30", "25:00", "x y z"],
    "pve-startup-order": ["order=1,up=5", "3", "x"],
    "pve-tag-list": ["a;b", "A,b", "ü"],
    "pve-sdn-zone-id": ["simple", "z1", "1"],
    "pve-sdn-vnet-id": ["v1", "v2", "-"],
    "pve-sdn-subnet-id": ["z1-10.0.0.0-24", "10.0.0.0/24"],
    "pve-ha-resource-or-vm-id": ["vm:100", "101", "ct:1", "x:y"],
    "pve-replication-job-id": ["100-0", "x"],
    "pve-priv-list": ["VM.Audit,VM.PowerMgmt", "Nope"],
    "mac-addr": ["BC:24:11:00:00:01", "01:00:5e:00:00:01", "x"],
    "ip": ["10.0.0.1", "fd00::1", "300.1.1.1"],
    "ipv4": ["10.0.0.1", "x"],
    "ipv6": ["fd00::1", "x"],
    "CIDR": ["10.0.0.0/24", "fd00::/64", "10.0.0.1"],
    "CIDRv4": ["10.0.0.1/24", "10.0.0.1/33"],
    "IPorCIDR": ["10.0.0.0/24", "10.0.0.1", "dc/a"],
    "address": ["10.0.0.9", "example.test"],
    "dns-name": ["a.example.test", "-.x"],
    "email-opt": ["a@example.test", "x"],
    "urlencoded": ["ssh-ed25519%20AAAA", "%"],
}
# The same by name; they win over the format. Nothing here leads out of the machine.
BY_NAME: Mapping[str, list[str]] = {
    "node": ["hv01", "hv01", "hv01", "localhost", "hv02"],
    "vmid": ["100", "100", "101", "102", "103", "250", "99"],
    "newid": ["250", "251", "100"],
    "storage": ["local", "local-lvm", "dirimg", "nope"],
    "snapname": ["one", "two", "current"],
    "userid": ["root@pam", "eve@pve", "new@pve"],
    "tokenid": ["t1", "nope"],
    "digest": ["0" * 40],
    "url": ["http://127.0.0.1:9/a.iso", "ftp://x", "x"],
    "issuer-url": ["http://127.0.0.1:9/"],
    "server": ["127.0.0.1", "nas.example.test"],
    "disk": ["scsi0", "ide2", "unused0", "rootfs", "/dev/sda"],
    "size": ["1G", "+1G", "512K", "x", "1"],
    "content": ["iso", "images", "backup"],
    "volume": ["local-lvm:vm-100-disk-0", "local:iso/a.iso", "vm-100-disk-0", "mp0"],
    "volid": ["local-lvm:vm-100-disk-0", "local:iso/a.iso", "x"],
    "sid": ["vm:100", "ct:1"],
    "iface": ["vmbr0", "vmbr1", "eth0", "bond0", "vlan5"],
    "pos": ["0", "1", "7", "-1"],
    "service": ["ssh", "pveproxy", "nope"],
    "password": ["a-long-password", "x"],
    "filename": ["a.iso", "../a.iso", "b.tar.zst", ""],
    "sha256": ["0" * 64],
    "path": ["/", "/vms/100", "/storage/local", "//x"],
    "cf": ["AVERAGE", "MAX"],
}
FLAWS = [
    "",
    " ",
    "0",
    "-1",
    "x" * 300,
    "ü\n",
    "a,b=c;d",
    "%00",
    "../../etc/passwd",
    "1e9",
    "=",
    ",",
    "[x]",
    "\t",
    "None",
]
_NUMBERED = re.compile(r"\d+$")


def request_of(schema: Schema, method: Method, upid: str) -> st.SearchStrategy[tuple[str, Params]]:
    """A path and parameters for a method; `upid` is a task that exists."""
    in_path = {name: _path_value(schema, name, method.params.get(name, {}), upid) for name in method.path_params}
    others = {name: spec for name, spec in method.params.items() if name not in in_path and _is_early(name)}
    needed = [name for name in method.required if name in others]
    optional = sorted(set(others) - set(needed))
    return st.builds(
        lambda path, kept, more, junk: (
            _filled(method.path, path),
            {**kept, **more, **junk},
        ),
        st.fixed_dictionaries(in_path),
        st.fixed_dictionaries({name: value_of(schema, name, others[name]) for name in needed}),
        _some(schema, others, optional),
        st.sampled_from([{}] * 9 + [{"no-such-thing": "1"}]),
    )


def _some(schema: Schema, specs: Mapping[str, Spec], names: list[str]) -> st.SearchStrategy[Params]:
    if not names:
        return st.just({})
    chosen = st.lists(st.sampled_from(names), max_size=4, unique=True)
    return chosen.flatmap(
        lambda some: st.fixed_dictionaries({name: value_of(schema, name, specs[name]) for name in some})
    )


def _is_early(name: str) -> bool:
    """True unless the name is a high number of a family, of which the first few are enough."""
    found = _NUMBERED.search(name)
    return found is None or int(found[0]) < 3


def _filled(path: str, values: Params) -> str:
    return re.sub(r"\{([^}]+)\}", lambda found: values[found[1]].replace("?", "%3F").replace("#", "%23"), path)


def _path_value(schema: Schema, name: str, spec: Spec, upid: str) -> st.SearchStrategy[str]:
    if name == "upid":
        return st.sampled_from([upid, upid, "UPID:x", upid.replace("root", "eve")])
    return value_of(schema, name, spec).map(lambda text: re.sub(r"[\s/]", "_", text) or "x")


def value_of(schema: Schema, name: str, spec: Spec) -> st.SearchStrategy[str]:
    """Texts for one parameter."""
    good = _good(schema, name, spec)
    return st.one_of(good, good, good, good, st.sampled_from(FLAWS))


def _good(schema: Schema, name: str, spec: Spec) -> st.SearchStrategy[str]:
    kind, form = spec.get("type", "string"), str(spec.get("format", ""))
    if name in BY_NAME:
        return st.sampled_from(BY_NAME[name])
    if spec.get("enum"):
        return st.sampled_from([str(one) for one in spec["enum"]])
    if kind == "boolean":
        return st.sampled_from(["0", "1", "yes"])
    if form in BY_FORMAT:
        return st.sampled_from(BY_FORMAT[form])
    if kind in ("integer", "number"):
        low, high = int(spec.get("min", 0)), int(spec.get("max", 5000))
        return st.sampled_from([str(one) for one in (low, high, low - 1, high + 1, (low + high) // 2)])
    if kind == "array":
        return value_of(schema, "", spec.get("items", {}))
    properties = schema.formats.get(form, {}).get("properties")
    if properties:
        return _property_string(schema, properties)
    return st.sampled_from(["a", "test-1", "local-lvm:1", "none", "1", "10.0.0.1", "name=value", "#x y", "a" * 40])


def _property_string(schema: Schema, properties: Mapping[str, Any]) -> st.SearchStrategy[str]:
    names = [name for name in properties if _is_early(name)]
    lead = next((name for name in names if properties[name].get("default_key")), None)

    def text(some: list[str], values: list[str]) -> str:
        pairs = [value if name == lead else f"{name}={value}" for name, value in zip(some, values, strict=True)]
        return ",".join(pairs)

    chosen = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(
        lambda some: [lead, *(one for one in some if one != lead)] if lead else some
    )
    return chosen.flatmap(
        lambda some: st.tuples(*(_good(schema, f".{name}", properties[name]) for name in some)).map(
            lambda values: text(some, list(values))
        )
    )
