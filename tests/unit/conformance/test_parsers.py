"""Each parser against what the programs print, the odd outputs too."""

import pytest

from conformance.collect.output import Output, by_file
from conformance.collect.parse_guests import by_log, is_linked, origins_of, parse_config
from conformance.collect.parse_hardware import count_cpus, cpu_of, disks_of, iommu_group_count, memory_devices
from conformance.collect.parse_network import bridge_of, default_routes, ipv4_of
from conformance.collect.parse_pve import (
    active_units,
    apt_channel,
    dpkg_version,
    files_found,
    marker_collection,
    masquerades,
    mount_around,
    net_services,
    principals_of,
    sdn_serves,
)

ABSENT = "ls: cannot access 'x': No such file or directory\n"
DENIED = "ls: cannot open 'x': Permission denied\n"


@pytest.mark.parametrize(
    ("ranges", "count"), [("0-7", 8), ("0", 1), ("0,1", 2), ("0-3,8-11", 8), ("", None), ("x", None)]
)
def test_cpus_are_counted_from_ranges(ranges, count):
    assert count_cpus(ranges) == count


def test_cpus_that_are_off_do_not_count_as_threads():
    fields = {"CPU(s)": "8", "On-line CPU(s) list": "0-3", "Socket(s)": "1", "Core(s) per socket": "4"}
    document = {"lscpu": [{"field": f"{key}:", "data": value} for key, value in fields.items()]}

    cpu = cpu_of(document)

    assert cpu is not None
    assert (cpu["cores"], cpu["threads"]) == (4, 4)


@pytest.mark.parametrize(("size", "mib"), [("8 GB", 8192), ("4096 MB", 4096), ("1 TB", 1048576), ("2097152 kB", 2048)])
def test_module_sizes_are_mebibytes(size, mib):
    text = f"Handle 0x1, DMI type 17, 40 bytes\nMemory Device\n\tSize: {size}\n\tForm Factor: DIMM\n\tType: DDR4\n"

    assert memory_devices(text) == [{"size_mib": mib, "type": "DDR4", "form_factor": "DIMM"}]


def test_older_lsblk_writes_everything_as_text():
    row = {"name": "sda", "size": "1000204886016", "rota": "0", "rm": "1", "tran": "usb", "type": "disk"}

    assert disks_of({"blockdevices": [row]}) == [
        {
            "name": "sda",
            "size_bytes": 1000204886016,
            "rota": 0,
            "tran": "usb",
            "removable": True,
            "type": "disk",
            "model": None,
        }
    ]


@pytest.mark.parametrize(
    ("output", "groups"),
    [
        (Output(0, "0\n1\n12\n"), 3),
        (Output(0, ""), 0),
        (Output(2, "", ABSENT), 0),
        (Output(2, "", DENIED), None),
        (Output(124), None),
    ],
)
def test_iommu_groups_are_counted_or_unknown(output, groups):
    assert iommu_group_count(output) == groups


ROWS = {
    "eno1": {"ifname": "eno1", "master": "bond0"},
    "bond0": {"ifname": "bond0", "master": "vmbr0", "linkinfo": {"info_kind": "bond"}},
    "vmbr0": {"ifname": "vmbr0", "linkinfo": {"info_kind": "bridge"}},
    "eno2": {"ifname": "eno2"},
    "eno2.99": {"ifname": "eno2.99", "link": "eno2", "master": "vmbr1", "linkinfo": {"info_kind": "vlan"}},
    "vmbr1": {"ifname": "vmbr1", "linkinfo": {"info_kind": "bridge"}},
    "eno3": {"ifname": "eno3"},
}


@pytest.mark.parametrize(("name", "bridge"), [("eno1", "vmbr0"), ("eno2", "vmbr1"), ("eno3", None), ("gone", None)])
def test_a_port_belongs_to_a_bridge_through_bonds_and_vlans(name, bridge):
    assert bridge_of(name, ROWS) == bridge


def test_two_interfaces_that_point_at_each_other_end_the_search():
    rows = {"a": {"ifname": "a", "master": "b", "linkinfo": {"info_kind": "bond"}}}
    rows["b"] = {"ifname": "b", "master": "a", "linkinfo": {"info_kind": "bond"}}

    assert bridge_of("a", rows) is None


def test_every_hop_of_a_default_route_counts():
    routes = [
        {"dst": "default", "gateway": "10.20.99.1", "dev": "vmbr0"},
        {"dst": "default", "dev": "ppp0"},
        {"dst": "default", "nexthops": [{"gateway": "10.0.0.1", "dev": "a"}, {"gateway": "10.0.0.2", "dev": "b"}]},
        {"dst": "10.0.0.0/8", "gateway": "10.0.0.9", "dev": "a"},
    ]

    assert [to for to, _ in default_routes(routes)] == ["10.20.99.1", "dev ppp0", "10.0.0.1", "10.0.0.2"]


def test_an_interface_without_address_has_none():
    assert ipv4_of([{}, {"ifname": "vmbr0", "addr_info": []}], "vmbr0") is None


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (Output(0, "Status: install ok installed\nVersion: 8.4.1\n"), (True, "8.4.1")),
        (Output(0, "Status: deinstall ok config-files\nVersion: 8.4.1\n"), (False, None)),
        (Output(1, "", "not installed"), (False, None)),
        (Output(127), (False, None)),
        (Output(124), (None, None)),
    ],
)
def test_a_package_is_installed_not_installed_or_unknown(output, answer):
    assert dpkg_version(output) == answer


@pytest.mark.parametrize(
    ("path", "source"),
    [("/var/lib/vz", "root"), ("/mnt/nas/sub", "nas"), ("/mnt/nas", "nas"), ("/mnt/nasty", "root")],
)
def test_a_path_lies_on_the_nearest_mount(path, source):
    mounts = {"/": ("root", "ext4"), "/mnt/nas": ("nas", "nfs4")}

    assert mount_around(path, mounts) == (source, mounts["/" if source == "root" else "/mnt/nas"][1])


@pytest.mark.parametrize(
    ("text", "active"),
    [
        ("inactive\nactive\ninactive\n", ["corosync-qdevice"]),
        ("activating\ninactive\nunknown\n", ["corosync"]),
        ("inactive\ninactive\n", None),
        ("", None),
        ("System has not\n", None),
    ],
)
def test_units_are_known_only_with_an_answer_for_each(text, active):
    assert active_units(Output(3, text), ("corosync", "corosync-qdevice", "corosync-qnetd")) == active


def test_name_and_address_services_are_picked_from_all():
    listed = "cron.service loaded active running x\ndnsmasq@zone.service loaded active running y\nnamed.service z\n"

    assert net_services(Output(0, listed)) == ["dnsmasq@zone.service", "named.service"]


@pytest.mark.parametrize(
    ("nft", "iptables", "answer"),
    [
        (Output(0, '{"nftables": []}'), Output(0, "*nat\nCOMMIT\n"), False),
        (Output(0, '{"rule": {"expr": [{"masquerade": null}]}}'), Output(127), True),
        (Output(0, '{"rule": {"expr": [{"snat": {"addr": "1.2.3.4"}}]}}'), Output(0), True),
        (Output(127), Output(0, "-A POSTROUTING -o vmbr0 -j MASQUERADE\n"), True),
        (Output(127), Output(0, "-A POSTROUTING -j SNAT --to-source 1.2.3.4\n"), True),
        (Output(127), Output(0, "-A PREROUTING -j DNAT --to 10.0.0.1\n"), False),
        (Output(127), Output(127), None),
        (Output(1, "", "Operation not permitted"), Output(0), None),
        (Output(0), Output(1, "", "Permission denied (you must be root)"), None),
    ],
)
def test_masquerading_is_seen_denied_or_unknown(nft, iptables, answer):
    assert masquerades(nft, iptables) is answer


@pytest.mark.parametrize(
    ("output", "mounted", "answer"),
    [
        (Output(1), True, False),
        (Output(0, "/etc/pve/sdn/zones.cfg:simple: z\n/etc/pve/sdn/zones.cfg:\tdhcp dnsmasq\n"), True, True),
        (Output(0, "/etc/pve/sdn/subnets.cfg:\tsnat 1\n"), True, True),
        (Output(0, "/etc/pve/sdn/subnets.cfg:\tsnat 0\n"), True, False),
        (Output(2, "", ABSENT), True, False),
        (Output(2, "", ABSENT), False, None),
        (Output(2, "", DENIED), True, None),
    ],
)
def test_sdn_services_are_seen_denied_or_unknown(output, mounted, answer):
    assert sdn_serves(output, mounted=mounted) is answer


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (Output(0, ""), []),
        (Output(0, "/root/a.tfstate\n"), ["/root/a.tfstate"]),
        (Output(1, "", "find: '/srv': No such file or directory\n"), []),
        (Output(1, "", "find: '/root': Permission denied\n"), None),
        (Output(1, "/opt/tofu\n", "find: '/root': Permission denied\n"), ["/opt/tofu"]),
        (Output(124), None),
    ],
)
def test_files_are_absent_only_where_all_was_searched(output, found):
    assert files_found(output) == found


def test_users_are_named_with_their_tokens():
    rows = [
        {"userid": "root@pam"},
        {"userid": "a@pve", "tokens": [{"tokenid": "ci"}]},
        {"userid": "b@pve", "tokens": {}},
    ]

    assert principals_of(rows) == ["a@pve", "a@pve!ci", "b@pve", "root@pam"]


def test_a_commented_out_channel_is_not_in_use():
    output = Output(0, "/etc/apt/sources.list:# deb x pve-enterprise\n/etc/apt/sources.list:deb y pvetest\n")

    assert apt_channel(output) == "pvetest"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"collection": "deevnet.builder"}', "deevnet.builder"),
        ('{"version": 1, "collection": "deevnet.builder"}', "deevnet.builder"),
        ("[general]\ncollection = deevnet.builder\n", "deevnet.builder"),
        ("[general]\nversion=1\n", None),
    ],
)
def test_a_marker_names_its_collection(text, name):
    assert marker_collection(text) == name


def test_a_configuration_ends_at_its_first_section():
    config = parse_config("qemu", 101, ["name: a", "description: one%0Atwo", "[PENDING]", "name: b"])

    assert (config.fields["name"], config.description) == ("a", "one\ntwo")


UPID = "UPID:hv01:000000A7:0008619D:{start}:{kind}:{id}:root@pam:"


def log_line(start, source, text):
    return f"/var/log/pve/tasks/D/{UPID.format(start=start, kind='qmclone', id=source)}:{text}\n"


def test_task_logs_are_told_apart_by_their_long_names():
    output = Output(0, log_line("6B01ADED", 9000, '  Logical volume "vm-101-disk-0" created.'))

    assert list(by_log(output).values()) == [['  Logical volume "vm-101-disk-0" created.']]


def test_the_last_thing_that_happened_to_a_vm_id_is_its_origin():
    index = "".join(
        f"{UPID.format(start=start, kind=kind, id=101)} {start} OK\n"
        for start, kind in [("00000001", "qmcreate"), ("00000002", "qmdestroy")]
    )
    logs = Output(0, log_line("00000003", 9000, "vm-101-disk-0"))

    assert origins_of(index, Output(1), {}) == {}
    assert origins_of(index, logs, {}) == {101: "clone"}


def test_a_restored_guest_has_no_known_origin():
    index = "".join(
        f"{UPID.format(start=start, kind=kind, id=101)} {start} OK\n"
        for start, kind in [("00000001", "qmcreate"), ("00000002", "qmrestore")]
    )

    assert origins_of(index, Output(1), {}) == {}


def test_a_thin_snapshot_of_a_template_is_a_clone():
    assert origins_of("", Output(1), {"vm-102-disk-0": "base-9000-disk-0", "vm-103-disk-0": "vm-1-disk-0"}) == {
        102: "clone"
    }


@pytest.mark.parametrize(
    ("volid", "linked"),
    [
        ("local:9000/base-9000-disk-0.qcow2/102/vm-102-disk-0.qcow2", True),
        ("tank:base-9000-disk-0/vm-102-disk-0", True),
        ("local-lvm:vm-102-disk-0", False),
        ("local:102/database-1-disk-0.raw", False),
    ],
)
def test_linked_volumes_are_known_by_their_name(volid, linked):
    assert is_linked([volid]) is linked


def test_lines_are_grouped_by_their_file():
    assert by_file(Output(0, "/a:one: two\n/a:\n/b:x\n")) == {"/a": ["one: two", ""], "/b": ["x"]}
