"""ACME directories that Proxmox offers, and some of the DNS services it knows how to talk to."""

from __future__ import annotations

DIRECTORIES = {
    "Let's Encrypt V2": "https://acme-v02.api.letsencrypt.org/directory",
    "Let's Encrypt V2 Staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
}
DNS_SERVICES = {
    "acmedns": "acme-dns",
    "acmeproxy": "acmeproxy",
    "aws": "Amazon Route53 (AWS)",
    "azure": "Azure DNS",
    "cf": "Cloudflare Managed DNS",
    "cloudns": "ClouDNS",
    "desec": "deSEC",
    "dgon": "DigitalOcean DNS",
    "dyn": "Dynu",
    "gandi_livedns": "Gandi LiveDNS",
    "gcloud": "Google Cloud DNS",
    "gd": "GoDaddy.com",
    "he": "Hurricane Electric",
    "hetzner": "Hetzner",
    "inwx": "INWX",
    "ionos": "IONOS",
    "linode_v4": "Linode",
    "namecheap": "Namecheap",
    "netcup": "netcup DNS",
    "nsupdate": "nsupdate",
    "ovh": "OVH",
    "pdns": "PowerDNS",
    "porkbun": "Porkbun",
    "vultr": "Vultr",
}
