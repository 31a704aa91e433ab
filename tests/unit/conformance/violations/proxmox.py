"""Violations and boundaries of Proxmox itself: system, provisioning, clustering."""

from __future__ import annotations

from tests.unit.conformance.violations.changes import F, Row, U, add_storage, both, host, put

SYSTEM: list[Row] = [
    ("G01", "only the API shows Proxmox", put("pve.pmxcfs_mounted", None), {}),
    ("G01", "only SSH shows Proxmox", both(put("pve.api_version", None), put("pve.api_repoid", None)), {}),
    (
        "G01",
        "pmxcfs not mounted, no API",
        both(put("pve.pmxcfs_mounted", False), put("pve.api_version", None)),
        {"OS-01": F},
    ),
    ("G01", "removed package, no API", both(put("pve.installed", False), put("pve.api_version", None)), {"OS-01": F}),
    ("G01", "nothing known of Proxmox", put("pve", {}), {"OS-01": U, "OS-02": U}),
    *(
        (
            "G01",
            f"version {version}",
            both(
                put("pve.api_version", version),
                put("pve.pveversion_text", f"pve-manager/{version}/x (running kernel: y)"),
            ),
            {"OS-02": F},
        )
        for version in ("8.4.0", "8.4.10", "8.4.14", "8.3.5", "9.0.1", "8.4-1", "8.4")
    ),
    ("G01", "the daemons are older", put("pve.api_version", "8.4.0"), {"OS-02": F}),
    (
        "G01",
        "the package is newer",
        put("pve.pveversion_text", "pve-manager/8.4.2/abc (running kernel: x)"),
        {"OS-02": F},
    ),
    ("G01", "only the API's version", put("pve.pveversion_text", None), {}),
    ("G01", "only the package's version", put("pve.api_version", None), {}),
    ("G01", "no version", both(put("pve.api_version", None), put("pve.pveversion_text", None)), {"OS-02": U}),
    (
        "G01",
        "another meta package and kernel",
        both(put("pve.proxmox_ve_meta", "8.3.0"), put("os.kernel", "6.14.0-2-pve")),
        {},
    ),
    ("G01", "Debian 11", put("os.version_id", "11"), {"OS-03": F}),
    ("G01", "Debian 13", put("os.version_id", "13"), {"OS-03": F}),
    ("G01", "Ubuntu", put("os.id", "ubuntu"), {"OS-03": F}),
    ("G01", "base unknown", put("os", None), {"OS-03": U}),
    ("G01", "Debian of unknown version", put("os.version_id", None), {"OS-03": U}),
]


PROVISIONING: list[Row] = [
    ("G01", "attested as PXE", put("attest.install_method", "pxe"), {"PROV-01": F, "PROV-07": F}),
    ("G01", "PXE in the inventory", host("hv01", pxe_boot=True), {"PROV-01": F, "PROV-07": F}),
    ("G01", "a boot configuration for its MAC", host("hv01", mac_boot_config=True), {"PROV-01": F, "PROV-07": F}),
    ("G01", "PXE for the other node", host("hv02", pxe_boot=True), {}),
    ("G01", "nobody attests", put("attest", None), {"PROV-01": U, "PROV-07": U}),
    (
        "G01",
        "PXE in the inventory, nobody attests",
        both(put("attest", {}), host("hv01", pxe_boot=True)),
        {"PROV-01": F, "PROV-07": F},
    ),
    ("G01", "check mode changes something", put("ansible.check_changed", 3), {"PROV-02": F, "PROV-07": F}),
    ("G01", "check mode fails", put("ansible.check_failed", 1), {"PROV-02": F, "PROV-07": F}),
    ("G01", "no check mode, no marker", put("ansible", {}), {"PROV-02": U, "PROV-07": U}),
    ("G01", "marker of the collection", put("ansible", {"marker_collection": "deevnet.builder"}), {}),
    (
        "G01",
        "marker of another collection",
        put("ansible", {"marker_collection": "community.general"}),
        {"PROV-02": F, "PROV-07": F},
    ),
    ("G01", "no token in the inventory", host("hv01", proxmox_token_id_defined=False), {"PROV-06": F}),
    ("G01", "a revoked token", put("api_auth", "401"), {"PROV-06": F}),
    ("G01", "no API call", put("api_auth", None), {"PROV-06": U}),
    (
        "G01",
        "no token and no API call",
        both(put("api_auth", None), host("hv01", proxmox_token_id_defined=False)),
        {"PROV-06": F},
    ),
]


CLUSTER: list[Row] = [
    ("G01", "corosync.conf of Proxmox", put("cluster.corosync_conf_files", ["/etc/pve/corosync.conf"]), {"CLU-01": F}),
    (
        "G01",
        "a left-over corosync.conf",
        put("cluster.corosync_conf_files", ["/etc/corosync/corosync.conf"]),
        {"CLU-01": F},
    ),
    (
        "G01",
        "a cluster",
        put("cluster.status", [{"type": "cluster", "name": "lab"}, {"type": "node", "name": "hv01"}]),
        {"CLU-01": F},
    ),
    (
        "G01",
        "two nodes",
        put("cluster.status", [{"type": "node", "name": "hv01"}, {"type": "node", "name": "old"}]),
        {"CLU-01": F},
    ),
    ("G01", "no node row", put("cluster.status", []), {"CLU-01": F}),
    ("G01", "files only", put("cluster.status", None), {}),
    ("G01", "status only", put("cluster.corosync_conf_files", None), {}),
    ("G01", "neither", put("cluster", {"active_services": []}), {"CLU-01": U}),
    ("G01", "an HA resource", put("ha.resources", [{"sid": "vm:101", "state": "ignored"}]), {"CLU-02": F}),
    ("G01", "HA groups only", put("ha.groups", [{"group": "all"}]), {}),
    ("G01", "HA unknown", put("ha.resources", None), {"CLU-02": U}),
    *(
        ("G01", f"storage of type {kind}", add_storage(type=kind, shared=True), {"CLU-03": F})
        for kind in ("nfs", "cifs", "rbd", "cephfs", "iscsi", "zfs", "glusterfs", "pbs", "esxi")
    ),
    *(
        ("G01", f"storage of type {kind}", add_storage(type=kind), {})
        for kind in ("dir", "lvm", "lvmthin", "zfspool", "btrfs")
    ),
    ("G01", "a folder flagged as shared", add_storage(shared=True), {"CLU-03": F}),
    *(
        ("G01", f"a folder on {fs}", add_storage(backing_fstype=fs), {"CLU-03": F})
        for fs in ("nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.glusterfs", "fuse.sshfs")
    ),
    *(
        ("G01", f"a volume group over {tran}", add_storage(type="lvm", backing_tran=tran), {"CLU-03": F})
        for tran in ("iscsi", "fc")
    ),
    ("G01", "a folder on USB", add_storage(backing_tran="usb"), {}),
    ("G01", "a disabled share", add_storage(type="nfs", shared=True, disabled=True), {}),
    ("G01", "storage unknown", put("storage", None), {"CLU-03": U, "TPL-02": U}),
    ("G01", "a storage of unknown type", add_storage(type=None), {"CLU-03": U}),
    ("G01", "unknown whether shared", add_storage(shared=None), {"CLU-03": U}),
    ("G01", "port 8006 closed", put("webui", {"open": False, "http_status": None}), {"CLU-04": F}),
    ("G01", "HTTP 503", put("webui.http_status", 503), {"CLU-04": F}),
    ("G01", "HTTP 301", put("webui.http_status", 301), {"CLU-04": F}),
    ("G01", "web interface unknown", put("webui", None), {"CLU-04": U}),
    ("G01", "open, no answer seen", put("webui.http_status", None), {"CLU-04": U}),
    *(
        ("G01", f"{unit} active", put("cluster.active_services", [unit]), {"CLU-05": F})
        for unit in ("corosync", "corosync-qdevice", "corosync-qnetd.service")
    ),
    ("G01", "other services active", put("cluster.active_services", ["pve-ha-lrm", "pve-ha-crm"]), {}),
    ("G01", "quorum services unknown", put("cluster.active_services", None), {"CLU-05": U}),
]
