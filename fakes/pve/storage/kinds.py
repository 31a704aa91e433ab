"""What each type of storage can hold and which options its section in storage.cfg may have.

Source: Proxmox VE 8.4's storage types, checked against recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

BOOLEANS = frozenset(
    (
        "create-base-path",
        "create-subdirs",
        "disable",
        "fuse",
        "krbd",
        "mkdir",
        "nocow",
        "nowritecache",
        "saferemove",
        "shared",
        "skip-cert-verification",
        "sparse",
        "tagged_only",
    )
)
INTEGERS = frozenset(("max-protected-backups", "maxfiles", "port"))
SENSITIVE = frozenset(("encryption-key", "keyring", "master-pubkey", "password"))


class Rule(Enum):
    """How an option may be used: REQUIRED and FIXED ones must be there, FIXED ones never change."""

    REQUIRED = "required"
    FIXED = "fixed"
    FIXED_OPTIONAL = "fixed, optional"
    OPTIONAL = "optional"

    @property
    def is_optional(self) -> bool:
        return self in (Rule.OPTIONAL, Rule.FIXED_OPTIONAL)

    @property
    def is_fixed(self) -> bool:
        return self in (Rule.FIXED, Rule.FIXED_OPTIONAL)


@dataclass(frozen=True)
class Kind:
    """One type of storage; `formats` with the default first, empty where only raw volumes exist."""

    name: str
    plugin: str
    content: tuple[str, ...]
    default_content: tuple[str, ...]
    rules: Mapping[str, Rule]
    formats: tuple[str, ...] = ()
    is_shared: bool = False
    has_path: bool = False
    is_remote: bool = False
    selects_existing: bool = False

    @property
    def default_format(self) -> str:
        return self.formats[0] if self.formats else "raw"


def _rules(fixed: str, optional: str) -> dict[str, Rule]:
    rules = dict.fromkeys(("nodes", "disable", "content", "bwlimit", *optional.split()), Rule.OPTIONAL)
    return {**rules, **dict.fromkeys(fixed.split(), Rule.FIXED)}


_DIRECTORY = "content-dirs maxfiles prune-backups max-protected-backups mkdir create-base-path create-subdirs"
_IMAGES = f"{_DIRECTORY} format preallocation"
_FILES = ("images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import")
_NET_FORMATS = ("raw", "qcow2", "vmdk")
_GUESTS = ("images", "rootdir")

_ALL = (
    Kind(
        "dir",
        "DirPlugin",
        (*_FILES, "none"),
        _GUESTS,
        _rules("path", f"{_IMAGES} shared is_mountpoint"),
        formats=("raw", "qcow2", "vmdk", "subvol"),
        has_path=True,
    ),
    Kind(
        "btrfs",
        "BTRFSPlugin",
        (*_FILES[:-1], "none"),
        _GUESTS,
        _rules("path", f"{_IMAGES} shared is_mountpoint nocow"),
        formats=("raw", "subvol"),
        has_path=True,
    ),
    Kind(
        "nfs",
        "NFSPlugin",
        _FILES,
        ("images",),
        _rules("path server export", f"{_IMAGES} options"),
        formats=_NET_FORMATS,
        is_shared=True,
        has_path=True,
        is_remote=True,
    ),
    Kind(
        "cifs",
        "CIFSPlugin",
        _FILES,
        ("images",),
        _rules("path server share", f"{_IMAGES} options subdir username password domain smbversion"),
        formats=_NET_FORMATS,
        is_shared=True,
        has_path=True,
        is_remote=True,
    ),
    Kind(
        "glusterfs",
        "GlusterfsPlugin",
        ("images", "vztmpl", "iso", "backup", "snippets", "import"),
        ("images",),
        _rules("path volume", f"{_IMAGES} server server2 transport"),
        formats=_NET_FORMATS,
        is_shared=True,
        has_path=True,
        is_remote=True,
    ),
    Kind(
        "cephfs",
        "CephFSPlugin",
        ("vztmpl", "iso", "backup", "snippets", "import"),
        ("backup",),
        _rules("path", f"{_DIRECTORY} monhost subdir options username fuse keyring fs-name"),
        is_shared=True,
        has_path=True,
        is_remote=True,
    ),
    Kind(
        "lvm",
        "LVMPlugin",
        _GUESTS,
        ("images",),
        {
            **_rules("vgname", "shared saferemove saferemove_throughput tagged_only"),
            "base": Rule.FIXED_OPTIONAL,
        },
    ),
    Kind("lvmthin", "LvmThinPlugin", _GUESTS, _GUESTS, _rules("thinpool vgname", "")),
    Kind(
        "zfspool",
        "ZFSPoolPlugin",
        _GUESTS,
        _GUESTS,
        _rules("pool", "blocksize sparse mountpoint"),
        formats=("raw", "subvol"),
    ),
    Kind(
        "zfs",
        "ZFSPlugin",
        ("images",),
        ("images",),
        _rules("portal target pool blocksize iscsiprovider", "nowritecache sparse comstar_hg comstar_tg lio_tpg"),
        is_shared=True,
        is_remote=True,
    ),
    Kind(
        "iscsi",
        "ISCSIPlugin",
        ("images", "none"),
        ("images",),
        _rules("portal target", ""),
        is_shared=True,
        is_remote=True,
        selects_existing=True,
    ),
    Kind(
        "iscsidirect",
        "ISCSIDirectPlugin",
        ("images", "none"),
        ("images",),
        _rules("portal target", ""),
        is_shared=True,
        selects_existing=True,
    ),
    Kind(
        "rbd",
        "RBDPlugin",
        _GUESTS,
        ("images",),
        _rules("", "monhost pool data-pool namespace username krbd keyring"),
        is_shared=True,
        is_remote=True,
    ),
    Kind(
        "pbs",
        "PBSPlugin",
        ("backup", "none"),
        ("backup",),
        _rules(
            "server datastore",
            "namespace port username password encryption-key master-pubkey maxfiles prune-backups "
            "max-protected-backups fingerprint",
        ),
        is_shared=True,
        is_remote=True,
    ),
    Kind(
        "esxi",
        "ESXiPlugin",
        ("import",),
        ("import",),
        {
            **_rules("", "shared password skip-cert-verification port"),
            "server": Rule.REQUIRED,
            "username": Rule.REQUIRED,
        },
        formats=_NET_FORMATS,
        is_remote=True,
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
