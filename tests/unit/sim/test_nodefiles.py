"""What a node is told about itself."""

from sim.nodefiles import KeyPair, identity_files
from sim.plan import plan_lab
from tests.unit.sim.sites import site

PLAN = plan_lab(site(), ["hv01"])
FILES = identity_files(
    PLAN.nodes[0], PLAN.networks[0], client="ssh-ed25519 CLIENT", host=KeyPair("PRIVATE\n", "ssh-ed25519 HOST hv01")
)


def text(path: str) -> str:
    return FILES[path][1].decode()


def test_a_node_has_its_own_name_and_machine_id() -> None:
    assert text("/etc/hostname") == "hv01\n"
    assert "127.0.1.1 hv01.test.lab hv01\n" in text("/etc/hosts")
    assert text("/etc/machine-id") == f"{PLAN.nodes[0].uuid.hex}\n"


def test_only_the_lab_s_key_may_log_in_and_keys_are_private() -> None:
    assert FILES["/root/.ssh/authorized_keys"] == (0o600, b"ssh-ed25519 CLIENT\n")
    assert FILES["/etc/ssh/ssh_host_ed25519_key"] == (0o600, b"PRIVATE\n")


def test_the_bridge_asks_dhcp_with_the_mac_of_its_port() -> None:
    assert "MACAddress=54:bf:64:00:00:01\n" in text("/etc/systemd/network/20-vmbr0.netdev")
    assert "DHCP=ipv4\n" in text("/etc/systemd/network/20-vmbr0.network")
    assert "ClientIdentifier=mac\n" in text("/etc/systemd/network/20-vmbr0.network")


def test_the_port_is_told_from_the_bridge_by_its_permanent_mac() -> None:
    uplink = text("/etc/systemd/network/10-uplink.network")

    assert "PermanentMACAddress=54:bf:64:00:00:01\n" in uplink
    assert "Bridge=vmbr0\n" in uplink


def test_names_are_asked_of_the_gateway() -> None:
    assert text("/etc/resolv.conf") == "search test.lab\nnameserver 10.20.99.1\n"
