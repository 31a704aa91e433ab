"""Certificates below /etc/pve: the authority of the cluster, one certificate per node, and those a user brings.

They are made when they are first asked for, because an authority's key takes a second or two. Keys are made once per
process and shared by all datacenters in it, which nobody can tell and saves every test that time.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

from fakes.pve.datacenter import Datacenter
from fakes.pve.node import Node

AUTHORITY = "pve-root-ca.pem"
AUTHORITY_KEY = "priv/pve-root-ca.key"
OWN, OWN_KEY = "pve-ssl.pem", "pve-ssl.key"
CUSTOM, CUSTOM_KEY = "pveproxy-ssl.pem", "pveproxy-ssl.key"
_AUTHORITY_BITS, _NODE_BITS = 4096, 2048
_AUTHORITY_DAYS, _NODE_DAYS = 3650, 730
_SHORT = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.COUNTRY_NAME: "C",
}


@cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def own_certificate(datacenter: Datacenter, node: Node) -> str:
    """The certificate that the cluster's authority gave a node, as PEM text."""
    path = f"nodes/{node.name}/{OWN}"
    if path not in datacenter.cfs:
        _issue(datacenter, node)
    return datacenter.cfs.read(path) or ""


def authority_certificate(datacenter: Datacenter) -> str:
    """The certificate of the cluster's authority, as PEM text."""
    if AUTHORITY not in datacenter.cfs:
        _make_authority(datacenter)
    return datacenter.cfs.read(AUTHORITY) or ""


def _make_authority(datacenter: Datacenter) -> None:
    key = _key(_AUTHORITY_BITS)
    name = _name(
        (NameOID.COMMON_NAME, "Proxmox Virtual Environment"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, str(uuid.uuid4())),
        (NameOID.ORGANIZATION_NAME, "PVE Cluster Manager CA"),
    )
    builder = _builder(datacenter, name, name, key, _AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    datacenter.cfs.write(AUTHORITY, _pem(builder.sign(key, hashes.SHA256())))
    datacenter.cfs.write(AUTHORITY_KEY, _key_pem(key))


def _issue(datacenter: Datacenter, node: Node) -> None:
    authority = x509.load_pem_x509_certificate(authority_certificate(datacenter).encode())
    text = (datacenter.cfs.read(AUTHORITY_KEY) or "").encode()
    # We wrote this key ourselves; checking it would take longer than all the rest.
    signing = serialization.load_pem_private_key(text, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(signing, rsa.RSAPrivateKey)
    facts, key = node.facts, _key(_NODE_BITS)
    subject = _name(
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "PVE Cluster Node"),
        (NameOID.ORGANIZATION_NAME, "Proxmox Virtual Environment"),
        (NameOID.COMMON_NAME, f"{facts.name}.{facts.domain}"),
    )
    names: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address(facts.ip)),
        x509.DNSName(facts.name),
        x509.DNSName(f"{facts.name}.{facts.domain}"),
    ]
    builder = _builder(datacenter, authority.subject, subject, key, _NODE_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    datacenter.cfs.write(f"nodes/{node.name}/{OWN}", _pem(builder.sign(signing, hashes.SHA256())))
    datacenter.cfs.write(f"nodes/{node.name}/{OWN_KEY}", _key_pem(key))


def _builder(
    datacenter: Datacenter, issuer: x509.Name, subject: x509.Name, key: rsa.RSAPrivateKey, days: int
) -> x509.CertificateBuilder:
    since = dt.datetime.fromtimestamp(int(datacenter.clock.now()), dt.UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + dt.timedelta(days=days))
    )


def describe(filename: str, pem: str) -> dict[str, Any]:
    """A certificate as the API shows it; ValueError where the text holds none."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    kind, bits = _public_key(certificate)
    return {
        "filename": filename,
        "fingerprint": fingerprint_of(pem),
        "issuer": _slashed(certificate.issuer),
        "notafter": int(certificate.not_valid_after_utc.timestamp()),
        "notbefore": int(certificate.not_valid_before_utc.timestamp()),
        "pem": pem,
        "public-key-bits": bits,
        "public-key-type": kind,
        "san": _alternative_names(certificate),
        "subject": _slashed(certificate.subject),
    }


def fingerprint(datacenter: Datacenter, node: Node) -> str:
    """The fingerprint of the certificate that a node's web server shows."""
    custom = f"nodes/{node.name}/{CUSTOM}"
    if custom in datacenter.cfs:
        return datacenter.cfs.parsed(custom, fingerprint_of)
    own_certificate(datacenter, node)
    return datacenter.cfs.parsed(f"nodes/{node.name}/{OWN}", fingerprint_of)


def fingerprint_of(pem: str) -> str:
    """The SHA-256 of a certificate as pairs of hex digits with colons."""
    value = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex().upper()
    return ":".join(value[index : index + 2] for index in range(0, len(value), 2))


def matches(pem: str, key_pem: str) -> bool:
    """True where a private key belongs to a certificate."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    key = serialization.load_pem_private_key(key_pem.encode(), None)
    return bool(key.public_key() == certificate.public_key())


def _public_key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            return "rsaEncryption", key.key_size
        case ec.EllipticCurvePublicKey():
            return "id-ecPublicKey", key.key_size
        case ed25519.Ed25519PublicKey():
            return "ED25519", 253
        case ed448.Ed448PublicKey():
            return "ED448", 456
    return "dsaEncryption", 2048


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    # Addresses of version 6 are written out in full.
    return [name.value.exploded if isinstance(name, x509.IPAddress) else str(name.value) for name in found]


def _slashed(name: x509.Name) -> str:
    return "".join(f"/{_SHORT.get(one.oid, one.oid.dotted_string)}={one.value!s}" for one in name)


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
