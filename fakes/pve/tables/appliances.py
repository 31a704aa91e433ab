"""The index of container templates that a node ships with: section and file name."""

from __future__ import annotations

TEMPLATES = (
    ("mail", "proxmox-mail-gateway-8.2-standard_8.2-1_amd64.tar.zst"),
    ("mail", "proxmox-mailgateway-7.3-standard_7.3-1_amd64.tar.zst"),
    ("system", "almalinux-9-default_20240911_amd64.tar.xz"),
    ("system", "alpine-3.19-default_20240207_amd64.tar.xz"),
    ("system", "alpine-3.20-default_20240908_amd64.tar.xz"),
    ("system", "alpine-3.21-default_20241217_amd64.tar.xz"),
    ("system", "archlinux-base_20240911-1_amd64.tar.zst"),
    ("system", "centos-9-stream-default_20240828_amd64.tar.xz"),
    ("system", "debian-11-standard_11.7-1_amd64.tar.zst"),
    ("system", "debian-12-standard_12.7-1_amd64.tar.zst"),
    ("system", "devuan-5.0-standard_5.0_amd64.tar.gz"),
    ("system", "fedora-40-default_20240909_amd64.tar.xz"),
    ("system", "fedora-41-default_20241118_amd64.tar.xz"),
    ("system", "gentoo-current-openrc_20231009_amd64.tar.xz"),
    ("system", "openeuler-24.09-default_20241118_amd64.tar.xz"),
    ("system", "opensuse-15.6-default_20240910_amd64.tar.xz"),
    ("system", "rockylinux-9-default_20240912_amd64.tar.xz"),
    ("system", "ubuntu-20.04-standard_20.04-1_amd64.tar.gz"),
    ("system", "ubuntu-22.04-standard_22.04-1_amd64.tar.zst"),
    ("system", "ubuntu-24.04-standard_24.04-2_amd64.tar.zst"),
    ("system", "ubuntu-24.10-standard_24.10-1_amd64.tar.zst"),
)
SOURCE = "http://download.proxmox.com/images"
