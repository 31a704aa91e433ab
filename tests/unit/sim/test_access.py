"""A login asks nothing, trusts only the lab's keys, and takes the way into the lab's namespace."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sim.access import SshEndpoint, lab_keys, through_namespace
from sim.paths import LabFolder

has_no_ssh = shutil.which("ssh") is None or shutil.which("ssh-keygen") is None
needs_ssh = pytest.mark.skipif(
    has_no_ssh and os.environ.get("LABCTL_REQUIRE_SIM") != "1", reason="the OpenSSH client is not installed"
)
ENDPOINT = SshEndpoint("10.20.99.21", 22, "root", "/lab/key", None, "/lab/known_hosts", "hv01")


def test_a_login_never_asks_and_checks_the_node_s_key() -> None:
    options = ENDPOINT.options()

    assert options["BatchMode"] == "yes"
    assert options["StrictHostKeyChecking"] == "yes"
    assert (options["UserKnownHostsFile"], options["HostKeyAlias"]) == ("/lab/known_hosts", "hv01")


def test_a_command_follows_two_dashes() -> None:
    assert ENDPOINT.command("uname", "-a")[-4:] == ["10.20.99.21", "--", "uname", "-a"]


def test_a_login_has_no_dashes() -> None:
    assert ENDPOINT.command()[-1] == "10.20.99.21"


def test_there_is_a_proxy_command_only_where_one_is_needed() -> None:
    assert "ProxyCommand" not in ENDPOINT.options()


def test_the_proxy_enters_the_namespace_and_leaves_host_and_port_to_ssh() -> None:
    words = through_namespace(Path("/proc/7/ns/net")).split()

    assert words[:3] == ["nsenter", "--net=/proc/7/ns/net", "--"]
    assert words[-2:] == ["%h", "%p"]


@needs_ssh
def test_what_ssh_understands_of_the_options_is_what_was_meant() -> None:
    command = ENDPOINT.command()
    done = subprocess.run([command[0], "-G", *command[1:]], capture_output=True, text=True, check=True)

    understood = done.stdout.splitlines()
    assert "hostname 10.20.99.21" in understood
    assert "hostkeyalias hv01" in understood
    assert "stricthostkeychecking true" in understood


@needs_ssh
def test_a_space_does_not_end_a_path() -> None:
    endpoint = replace(ENDPOINT, identity_file="/my lab/key", known_hosts="/my lab/known_hosts")
    command = endpoint.command()

    done = subprocess.run([command[0], "-G", *command[1:]], capture_output=True, text=True, check=True)

    understood = done.stdout.splitlines()
    assert "identityfile /my lab/key" in understood
    assert "userknownhostsfile /my lab/known_hosts" in understood


@needs_ssh
def test_keys_are_made_once(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path)

    first = lab_keys(folder, ["hv01"])

    assert lab_keys(folder, ["hv01"]) == first


@needs_ssh
def test_every_node_ever_started_stays_known(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path)
    lab_keys(folder, ["hv01"])
    lab_keys(folder, ["hv02"])

    lab_keys(folder, ["hv01"])

    known = [line.split()[0] for line in folder.known_hosts.read_text().splitlines()]
    assert sorted(known) == ["hv01", "hv02"]


@needs_ssh
def test_the_client_s_key_is_private(tmp_path: Path) -> None:
    lab_keys(LabFolder(tmp_path), ["hv01"])

    assert LabFolder(tmp_path).client_key.stat().st_mode & 0o077 == 0
