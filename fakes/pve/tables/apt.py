"""What the installer puts into APT's lists, and the repositories that Proxmox offers by handle."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.pve.aptfiles import MAIN_LIST, MORE_LISTS

CODENAME = "bookworm"
CEPH_LIST = f"{MORE_LISTS}/ceph.list"
ENTERPRISE_LIST = f"{MORE_LISTS}/pve-enterprise.list"
INSTALLED = {
    MAIN_LIST: (
        f"deb http://ftp.at.debian.org/debian {CODENAME} main contrib\n\n"
        f"deb http://ftp.at.debian.org/debian {CODENAME}-updates main contrib\n\n"
        f"# security updates\ndeb http://security.debian.org {CODENAME}-security main contrib\n"
    ),
    CEPH_LIST: f"deb https://enterprise.proxmox.com/debian/ceph-quincy {CODENAME} enterprise\n",
    ENTERPRISE_LIST: f"deb https://enterprise.proxmox.com/debian/pve {CODENAME} pve-enterprise\n",
}
_FREE, _PAID = "http://download.proxmox.com/debian", "https://enterprise.proxmox.com/debian"


@dataclass(frozen=True, slots=True)
class StandardRepository:
    """A repository that Proxmox offers: where it is, and the file that adding it writes to."""

    handle: str
    name: str
    uri: str
    component: str
    file: str
    description: str


def _ceph(release: str) -> tuple[StandardRepository, ...]:
    title = release.capitalize()
    texts = (
        ("enterprise", "Enterprise", _PAID, f"The production-ready Ceph {title} packages, for subscribers."),
        ("no-subscription", "No-Subscription", _FREE, f"The Ceph {title} packages for everybody else."),
        ("test", "Test", _FREE, f"The Ceph {title} packages before anybody has used them."),
    )
    return tuple(
        StandardRepository(
            f"ceph-{release}-{kind}", f"Ceph {title} {name}", f"{host}/ceph-{release}", kind, CEPH_LIST, description
        )
        for kind, name, host, description in texts
    )


STANDARD = (
    StandardRepository(
        "enterprise",
        "Enterprise",
        f"{_PAID}/pve",
        "pve-enterprise",
        ENTERPRISE_LIST,
        "The default for production, open to those with a subscription.",
    ),
    StandardRepository(
        "no-subscription",
        "No-Subscription",
        f"{_FREE}/pve",
        "pve-no-subscription",
        MAIN_LIST,
        "For testing and non-production use, open without a subscription.",
    ),
    StandardRepository(
        "test",
        "Test",
        f"{_FREE}/pve",
        "pvetest",
        MAIN_LIST,
        "The newest packages, for test labs and developers.",
    ),
    *_ceph("quincy"),
    *_ceph("reef"),
    *_ceph("squid"),
)
BY_HANDLE = {repository.handle: repository for repository in STANDARD}
