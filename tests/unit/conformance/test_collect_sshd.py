"""A real Debian behind a real sshd: collected in one session, and never taken for a Proxmox VE node."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.collect.probes import CLOCK, PROBES, Probe
from conformance.collect.ssh import Endpoint, SshError, SshSession
from tests.unit.conformance.sshd import SSHD, free_port, running_sshd

NEVER = {
    *("OS-01", "CLU-01", "CLU-02", "CLU-03", "CLU-04", "CLU-05"),
    *("TPL-01", "TPL-02", "TPL-03", "TPL-04", "TPL-05"),
    *("MAC-01", "MAC-02", "MAC-03", "MAC-04", "MAC-05"),
}

pytestmark = [
    pytest.mark.skipif(SSHD is None, reason="openssh-server is not installed"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="openssh-client is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="sshd needs root to log a user in"),
    pytest.mark.skipif(Path("/etc/pve").exists(), reason="this machine is a Proxmox VE node"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_sshd(tmp_path_factory.mktemp("sshd")) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def snapshot_file(server, tmp_path_factory):
    """The snapshot that the command writes; ssh finds key and host key by its own configuration."""
    folder = tmp_path_factory.mktemp("collected")
    wrapper = folder / "ssh"
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {server.config_file} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    url = f"ssh://{server.user}@{server.host}:{server.port}"
    command = [
        sys.executable,
        "-c",
        "from conformance.cli import main; main()",
        "collect",
        url,
        "--node",
        "hv01",
        "--out",
        str(folder / "hv01.json"),
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "hv01.json"


def test_all_probes_run_in_one_session(server):
    session = SshSession(server)

    outputs = session.run([CLOCK, *PROBES])
    session.close()

    assert set(outputs) == {probe.name for probe in (CLOCK, *PROBES)}


def test_a_session_is_used_again(server):
    session = SshSession(server)

    answers = [session.run([Probe("pid", "readlink /proc/self/../self/stat")]), session.run([Probe("x", "echo two")])]
    session.close()

    assert answers[1]["x"].stdout == "two\n"


def test_output_status_and_errors_are_kept_apart(server):
    session = SshSession(server)

    outputs = session.run(
        [Probe("both", "ls /etc/hostname /nowhere"), Probe("cat", "cat"), Probe("slow", "sleep 5", 1)]
    )
    session.close()

    assert outputs["both"].stdout == "/etc/hostname\n"
    assert outputs["both"].rc == 2
    assert "/nowhere" in outputs["both"].stderr
    assert (outputs["cat"].rc, outputs["cat"].stdout) == (0, "")
    assert outputs["slow"].rc == 124


def test_the_machine_itself_is_described(snapshot_file):
    snapshot = orjson.loads(snapshot_file.read_bytes())

    assert snapshot["reachable"]["ssh"] is True
    assert snapshot["os"]["id"] == "debian"
    assert abs(snapshot["clock"]["offset_s"]) < 5
    assert snapshot["pve"]["installed"] is False


def test_a_debian_passes_nothing_that_is_about_proxmox(snapshot_file):
    result = CliRunner().invoke(main, ["audit", "dvntm", "--snapshot", str(snapshot_file), "--json"])

    verdicts = {finding["requirement"]: finding["verdict"] for finding in orjson.loads(result.stdout)["findings"]}
    assert {name: verdicts[name] for name in NEVER if verdicts[name] not in ("fail", "could_not_check")} == {}
    assert verdicts["OS-01"] == "fail"
    assert result.exit_code == 1


def test_an_unknown_host_key_is_refused_with_advice(server):
    stranger = Endpoint(
        server.host, server.port, server.user, options=("UserKnownHostsFile=/dev/null",), config_file="none"
    )

    with pytest.raises(SshError) as caught:
        SshSession(stranger)

    assert "Host key verification failed" in str(caught.value)
    assert "accept it once" in str(caught.value)


def test_a_user_without_a_key_is_refused_with_advice(server):
    options = (
        "UserKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=no",
        "IdentitiesOnly=yes",
        "IdentityFile=/dev/null",
    )

    with pytest.raises(SshError, match="authorized_keys"):
        SshSession(Endpoint(server.host, server.port, server.user, options=options, config_file="none"))


def test_a_closed_port_becomes_a_snapshot_that_says_so(tmp_path):
    out = tmp_path / "hv01.json"

    result = CliRunner().invoke(
        main, ["collect", f"ssh://root@127.0.0.1:{free_port()}", "--node", "hv01", "--out", str(out)]
    )

    snapshot = orjson.loads(out.read_bytes())
    assert (result.exit_code, snapshot["reachable"]["ssh"]) == (3, False)
    assert "Connection refused" in snapshot["missing"]["reachable.ssh"]
    assert "error: hv01: ssh://root@127.0.0.1:" in result.stderr
