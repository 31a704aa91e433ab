"""The Fedora template and the guests made from it."""

from __future__ import annotations

import re

from conformance.checks import check
from conformance.checks.storage import local_storage
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, not_applicable, passed, unknown
from conformance.snapshot import Guest

# What the image factory writes into a template's description.
PROVENANCE = re.compile(r"Fedora Server .*generated on \d{4}-\d{2}-\d{2}")
NOT_DATA = re.compile(r":iso/|cloudinit|^none|^cdrom", re.IGNORECASE)


@check(
    "TPL-01",
    expects="a VM template with Fedora in its name",
    reads=("guests",),
    hint="import the template of the image factory and convert it to a template",
)
def fedora_template(facts: Facts) -> Outcome:
    """The template is there."""
    templates = facts.fedora_templates
    if templates is None:
        return unknown("the guests are not known")
    if templates:
        return passed(", ".join(guest.label for guest in templates))
    unsure = [g.label for g in facts.snapshot.guests or () if _could_be_one(g)]
    return unknown(f"whether {', '.join(unsure)} is one is not known") if unsure else failed("no Fedora template")


def _could_be_one(guest: Guest) -> bool:
    """Whether something about the guest that was not collected could make it the template."""
    seen = (
        guest.template,
        guest.kind == "qemu" if guest.kind else None,
        "fedora" in (guest.name or "fedora").casefold(),
    )
    return None in (guest.template, guest.kind, guest.name) and False not in seen


@check(
    "TPL-02",
    expects="every disk of every Fedora template on local storage",
    reads=("guests", "storage"),
    hint="move the disks to storage of the node itself",
)
def stored_locally(facts: Facts) -> Outcome:
    """The template lies on the node's own disks."""
    templates = facts.fedora_templates
    if not templates:
        return unknown("the guests are not known" if templates is None else "no Fedora template")
    return all_of(claim for guest in templates for claim in _on_local_storage(guest, facts))


def _on_local_storage(guest: Guest, facts: Facts) -> list[Claim]:
    disks = [volid for volid in guest.disks or () if not NOT_DATA.search(volid)]
    if not disks:
        return [Claim(None, f"the disks of {guest.label} are not known")]
    return [_local_volume(volid, facts) for volid in disks]


def _local_volume(volid: str, facts: Facts) -> Claim:
    storages = facts.snapshot.views("storage")
    wanted = volid.split(":", 1)[0]
    found = next((view for view in storages or () if view.text("id") == wanted), None)
    if found is None:
        return Claim(None, f"{volid}: the storage {wanted} is not known")
    outcome = local_storage(found)
    meaning = {"pass": True, "fail": False}
    return Claim(meaning.get(outcome.verdict), f"{volid}: {outcome.actual}")


@check(
    "TPL-03",
    expects="the image factory's words in the description of a Fedora template",
    reads=("guests",),
    hint="a template made by hand has no such description",
)
def provenance(facts: Facts) -> Outcome:
    """The template comes from the image factory."""
    templates = facts.fedora_templates
    if not templates:
        return unknown("the guests are not known" if templates is None else "no Fedora template")
    made = [guest.label for guest in templates if PROVENANCE.search(guest.description or "")]
    if made:
        return passed(", ".join(made))
    if any(guest.description is None for guest in templates):
        return unknown("the description is not known")
    return failed("; ".join(f"{guest.label}: {(guest.description or '')[:80]!r}" for guest in templates))


@check(
    "TPL-04",
    expects="a clone of the template answers SSH, has Python 3 and sudo without a password",
    reads=("clone_test", "guests"),
    hint="only a disposable clone can show it; the guest agent must be enabled at least",
)
def ansible_ready(facts: Facts) -> Outcome:
    """A clone can be driven by Ansible at once."""
    tested = {name: facts.snapshot.flag(f"clone_test.{name}") for name in ("ssh", "python3", "sudo")}
    if any(answer is not None for answer in tested.values()):
        return all_of(
            Claim(answer, f"{name} {'not tested' if answer is None else 'works' if answer else 'missing'}")
            for name, answer in tested.items()
        )
    templates = facts.fedora_templates
    if not templates:
        return unknown("the guests are not known" if templates is None else "no Fedora template")
    without = [guest.label for guest in templates if guest.agent is False]
    if without:
        return failed(f"no guest agent enabled: {', '.join(without)}")
    return unknown("no clone test was made; the agent setting alone does not show it")


@check(
    "TPL-05",
    expects="every VM a clone",
    reads=("guests",),
    hint="task logs rotate; linked disks keep their origin",
)
def guests_are_clones(facts: Facts) -> Outcome:
    """VMs are made by cloning."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    machines = [guest for guest in guests if guest.is_vm]
    if not machines:
        return not_applicable("no VMs")
    return all_of(
        Claim(None if guest.origin is None else guest.origin == "clone", f"{guest.label}: {guest.origin or 'no trace'}")
        for guest in machines
    )
