"""What a node image is made of: packages, files, units. The hash of all of it names the image in the cache."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sim import initrd
from sim.nodefiles import BRIDGE

READY_MARKER = "labctl-node-ready"


@dataclass(frozen=True)
class Recipe:
    """How to make a root file system for a node; `revision` counts changes of the builder that nothing else shows."""

    suite: str
    mirror: str | None
    packages: tuple[str, ...]
    path_excludes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    enabled_units: tuple[str, ...]
    masked_units: tuple[str, ...]
    modules: tuple[str, ...]
    filesystem_mib: int
    init_script: str
    revision: int = 1

    @property
    def key(self) -> str:
        """The image's name in the cache: twelve hex digits over everything above."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


_PACKAGES = (
    "busybox-static",
    "chrony",
    "dbus",
    "dmidecode",
    "ethtool",
    "iproute2",
    "iputils-ping",
    "kmod",
    "linux-image-amd64",
    "nftables",
    "openssh-server",
    "pciutils",
    "procps",
    "python3",
    "systemd",
    "systemd-sysv",
    "udev",
    "util-linux",
)

# Drivers that no simulated node can have are two thirds of the kernel package, and those that match anyway only make
# an emulated boot longer. Not making Debian's own ramdisk saves half a minute: the nodes boot with ours.
_PATH_EXCLUDES = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/info/*",
    "/etc/kernel/postinst.d/initramfs-tools",
    *(
        f"/lib/modules/*/kernel/{folder}/*"
        for folder in (
            "arch/x86/crypto",
            "sound",
            "drivers/gpu",
            "drivers/media",
            "drivers/staging",
            "drivers/infiniband",
            "drivers/iio",
            "drivers/isdn",
            "drivers/input/mouse",
            "drivers/input/touchscreen",
            "drivers/net/wireless",
            "drivers/bluetooth",
            "drivers/usb/gadget",
            "drivers/watchdog",
            "net/bluetooth",
            "net/mac80211",
            "net/wireless",
        )
    ),
)

_READY_UNIT = """[Unit]
Description=Tell the console that this node has an address and answers SSH
After=ssh.service systemd-networkd.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /usr/local/lib/labctl/ready

[Install]
WantedBy=multi-user.target
"""

# An emulated machine can be so slow that systemd-networkd gives up on a step; it is then told to begin again.
_READY_SCRIPT = f"""seconds=0
until ip -4 -o addr show dev {BRIDGE} 2>/dev/null | grep -q inet; do
  seconds=$((seconds + 1))
  if [ $((seconds % 30)) = 0 ]; then
    echo "labctl: no address after $seconds s, starting systemd-networkd again" > /dev/ttyS0
    systemctl --no-block restart systemd-networkd
  fi
  sleep 1
done
echo {READY_MARKER} > /dev/ttyS0
"""

# Who can open a machine's serial port can do anything to it anyway, and it helps where a node has no address.
_CONSOLE_LOGIN = """[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --keep-baud 115200,57600,38400,9600 %I $TERM
"""

_SSHD = """PermitRootLogin prohibit-password
PasswordAuthentication no
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
"""


def node_recipe(environ: Mapping[str, str] | None = None) -> Recipe:
    """The Debian 12 node as the nested rung runs it: what collecting facts needs, and nothing of Proxmox VE.

    ``LABCTL_DEBIAN_MIRROR`` in the environment names another mirror than Debian's own.
    """
    return Recipe(
        suite="bookworm",
        mirror=(os.environ if environ is None else environ).get("LABCTL_DEBIAN_MIRROR") or None,
        packages=_PACKAGES,
        path_excludes=_PATH_EXCLUDES,
        files=(
            ("/etc/systemd/system/labctl-ready.service", _READY_UNIT),
            ("/usr/local/lib/labctl/ready", _READY_SCRIPT),
            ("/etc/systemd/system/serial-getty@ttyS0.service.d/labctl.conf", _CONSOLE_LOGIN),
            ("/etc/ssh/sshd_config.d/labctl.conf", _SSHD),
            ("/etc/fstab", "# The root is mounted by the initial ramdisk.\n"),
        ),
        enabled_units=("systemd-networkd.service", "ssh.service", "labctl-ready.service"),
        masked_units=(
            "apt-daily-upgrade.timer",
            "apt-daily.timer",
            "dpkg-db-backup.timer",
            "e2scrub_all.timer",
            "e2scrub_reap.service",
            "fstrim.timer",
            "getty@tty1.service",
            "proc-sys-fs-binfmt_misc.automount",
            "sys-fs-fuse-connections.mount",
            "sys-kernel-debug.mount",
            "sys-kernel-tracing.mount",
            "systemd-binfmt.service",
            "systemd-logind.service",
            "systemd-pstore.service",
            "systemd-networkd-wait-online.service",
        ),
        modules=initrd.EARLY_MODULES,
        filesystem_mib=8192,
        init_script=initrd.INIT_SCRIPT,
    )
