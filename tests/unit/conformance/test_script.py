"""The one script: what it looks like, what it must not do, and what comes back from it."""

import re
import shlex
from pathlib import Path

import pytest

from conformance.collect.probes import CLOCK, PROBES, Probe, address_probes
from conformance.collect.script import render, take_apart
from conformance.collect.ssh import Endpoint
from fixtures.errors import LabError

GOLDEN = Path(__file__).parents[2] / "golden" / "conformance" / "collect.sh"
WRITERS = {"rm", "mv", "cp", "tee", "dd", "touch", "mkdir", "chmod", "ln", "sed", "qm", "pct", "apt", "apt-get", "sh"}
READING = {"qm guest cmd"}


def test_the_script_is_the_recorded_one():
    script = render([CLOCK, *PROBES], "labctl-mark")

    assert script == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("probe", [CLOCK, *PROBES, *address_probes([101], [104])], ids=lambda probe: probe.name)
def test_a_probe_is_one_plain_program(probe):
    words = shlex.split(probe.command)

    assert not re.search(r"[|;&<>`$\n]", probe.command)
    assert words[0] not in WRITERS or " ".join(words[:3]) in READING
    assert probe.command.startswith("pvesh get ") or words[0] != "pvesh"


def test_names_of_probes_are_unique():
    names = [probe.name for probe in (CLOCK, *PROBES)]

    assert len(names) == len(set(names))


def test_output_without_final_newline_comes_back_as_it_was():
    text = "banner\n\nm begin a\nno newline\nm status 0\n\nm end\n\nm begin b\ntwo\n\nm status 1\noops\nm end\nm done\n"

    outputs = take_apart(text, "m")

    assert (outputs["a"].stdout, outputs["a"].stderr) == ("no newline", "")
    assert (outputs["b"].stdout, outputs["b"].rc, outputs["b"].stderr) == ("two\n", 1, "oops\n")


def test_a_probe_that_was_cut_off_is_absent():
    assert take_apart("\nm begin a\nhalf", "m") == {}


def test_output_cannot_pretend_to_be_the_next_probe():
    text = "\nmark1 begin a\nm begin b\n\nmark1 status 0\n\nmark1 end\n"

    assert take_apart(text, "mark1")["a"].stdout == "m begin b\n"


def test_an_ssh_address_names_user_host_and_port():
    endpoint = Endpoint.from_url("ssh://auditor@hv01.lab:2222")

    assert (endpoint.user, endpoint.host, endpoint.port) == ("auditor", "hv01.lab", 2222)
    assert endpoint.command()[-3:] == ["--", "hv01.lab", "sh -s"]


@pytest.mark.parametrize(
    "url",
    ["ssh://", "ssh:hv01", "ssh://a:b@hv01", "ssh://hv01/path", "ssh://hv01:x", "http://hv01", "ssh://hv01:99999"],
)
def test_another_address_is_refused(url):
    with pytest.raises(LabError, match="write ssh://user@host"):
        Endpoint.from_url(url)


@pytest.mark.parametrize("host", ["-oProxyCommand=x", "a b", "$(x)"])
def test_a_host_cannot_be_an_option(host):
    with pytest.raises(LabError, match="cannot be part"):
        Endpoint(host).command()


def test_ssh_never_asks_anything():
    assert "BatchMode=yes" in Endpoint("hv01").command()


def test_a_probe_is_bounded():
    assert "timeout 7 sleep 9;" in render([Probe("slow", "sleep 9", 7)], "m")
