"""How the node came to be, and how it is driven."""

from __future__ import annotations

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, passed, unknown

COLLECTION = "deevnet.builder"


@check(
    "PROV-01",
    expects="installed by hand from the ISO, and no PXE entry in the inventory",
    reads=("attest.install_method",),
    hint="a person attests install_method in the site file; the inventory must give the node no boot configuration",
)
def iso_install(facts: Facts) -> Outcome:
    """Installed from the ISO, as a person vouches."""
    host, attested = facts.own_host, facts.attested_install
    boots = []
    if host is not None:
        boots += ["pxe_boot"] if host.pxe_boot or any(nic.pxe_boot for nic in host.interfaces.values()) else []
        boots += ["a MAC-specific boot configuration"] if host.mac_boot_config else []
    if boots:
        return failed(f"the inventory gives {facts.snapshot.node} {' and '.join(boots)}", where=_place(facts))
    if attested == "pxe":
        return failed("attested: pxe").graded("attested")
    if facts.inventory is None:
        return unknown("no inventory was read")
    if attested == "iso":
        return passed("attested: iso; no boot configuration in the inventory").graded("attested")
    return unknown("nobody attests how the node was installed").graded("attested")


def _place(facts: Facts) -> str:
    host = facts.own_host
    return str(host.place) if host is not None and host.place.file else "inventory"


@check(
    "PROV-02",
    expects=f"check mode of the play finds nothing to change, or the marker of {COLLECTION}",
    reads=("ansible",),
    hint="run the post-install play in check mode, or have it leave /etc/ansible/facts.d/deevnet.fact",
)
def ansible_post_install(facts: Facts) -> Outcome:
    """The node is as the collection makes it."""
    changed, broken = facts.snapshot.whole("ansible.check_changed"), facts.snapshot.whole("ansible.check_failed")
    marker = facts.snapshot.text("ansible.marker_collection")
    if changed or broken:
        return failed(f"check mode: changed={changed} failed={broken}")
    if marker is not None and marker != COLLECTION:
        return failed(f"the marker is of the collection {marker!r}")
    if changed == 0 and broken == 0:
        return passed("check mode: changed=0 failed=0")
    if marker == COLLECTION:
        return passed(f"marker of {marker}").graded("inferred")
    return unknown("no check-mode run and no marker")


@check(
    "PROV-06",
    expects="a token id variable in the inventory, and an API that accepts the token",
    reads=("api_auth", "reachable.api"),
    hint="define proxmox_token_id for the node; a 401 means that the token was revoked or is mistyped",
)
def driven_by_api(facts: Facts) -> Outcome:
    """Proxmox is driven with a token over its API."""
    return all_of((_token_defined(facts), _api_accepts(facts)))


def _token_defined(facts: Facts) -> Claim:
    if facts.inventory is None:
        return Claim(None, "no inventory was read")
    host = facts.own_host
    if host is not None and host.proxmox_token_id_defined:
        return Claim(True, "token id defined")
    if host is not None and host.unread:
        return Claim(None, f"no token id seen, but {', '.join(host.unread)} could not be read")
    return Claim(False, f"no token id variable for {facts.snapshot.node}")


def _api_accepts(facts: Facts) -> Claim:
    answer = facts.snapshot.text("api_auth")
    if answer == "401":
        return Claim(False, "the API answers 401")
    if answer == "ok" and facts.snapshot.flag("reachable.api") is not False:
        return Claim(True, "the API accepts the token")
    return Claim(None, "no authenticated API call was answered")


STEPS = ("PROV-01", "PROV-02", "TPL-01", "TPL-05")


@check(
    "PROV-07",
    expects="ISO install, Ansible, template and clones, each as it should be",
    reads=(),
    hint="see PROV-01, PROV-02, TPL-01 and TPL-05",
)
def workflow(facts: Facts) -> Outcome:
    """The traces of the four steps of the build are all there."""
    verdicts = {step: facts.outcome_of(step).verdict for step in STEPS}
    meaning = {"pass": True, "fail": False}
    claims = [Claim(meaning.get(verdict), f"{step} {verdict}") for step, verdict in verdicts.items()]
    if verdicts["TPL-05"] == "not_applicable":
        claims[-1] = Claim(True, "TPL-05 not_applicable")
    return all_of(claims)
