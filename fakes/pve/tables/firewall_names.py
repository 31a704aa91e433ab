"""Names a firewall rule may use: services, protocols, ICMP types and connection tracking helpers of a Debian node."""

from __future__ import annotations

SERVICES = frozenset(
    {
        *("tcpmux", "echo", "discard", "systat", "daytime", "netstat", "qotd", "chargen", "ftp-data", "ftp", "fsp"),
        *("ssh", "telnet", "smtp", "time", "whois", "tacacs", "domain", "bootps", "bootpc", "tftp", "gopher"),
        *("finger", "http", "kerberos", "iso-tsap", "pop3", "sunrpc", "auth", "nntp", "ntp", "epmap", "netbios-ns"),
        *("netbios-dgm", "netbios-ssn", "imap2", "snmp", "snmp-trap", "cmip-man", "mailq", "xdmcp", "bgp", "smux"),
        *("qmtp", "ipx", "ptp-event", "ptp-general", "pawserv", "zserv", "rpc2portmap", "clearcase", "ldap", "svrloc"),
        *("https", "snpp", "microsoft-ds", "kpasswd", "submissions", "submission", "saft", "isakmp", "rtsp", "nqs"),
        *("asf-rmcp", "qmqp", "ipp", "ldp", "exec", "biff", "login", "who", "shell", "syslog", "printer", "talk"),
        *("ntalk", "route", "gdomap", "uucp", "klogin", "kshell", "dhcpv6-client", "dhcpv6-server", "afpovertcp"),
        *("nntps", "ldaps", "tinc", "silc", "domain-s", "rsync", "ftps-data", "ftps", "telnets", "imaps", "pop3s"),
        *("socks", "proofd", "rootd", "openvpn", "rmiregistry", "lotusnote", "ms-sql-s", "ms-sql-m", "ingreslock"),
        *("datametrics", "radius", "radius-acct", "cisco-sccp", "nfs", "gnunet", "gsigatekeeper", "gris", "cvspserver"),
        *("venus", "codasrv", "iscsi-target", "mysql", "ms-wbt-server", "nut", "svn", "postgresql", "rfb", "x11"),
        *("sip", "sip-tls", "xmpp-client", "xmpp-server", "puppet", "http-alt", "webcache", "bacula-dir", "git"),
    }
)

PROTOCOLS = frozenset(
    {
        *("ip", "hopopt", "icmp", "igmp", "ggp", "ipencap", "st", "tcp", "egp", "igp", "pup", "udp", "hmp", "xns-idp"),
        *("rdp", "iso-tp4", "dccp", "xtp", "ddp", "idpr-cmtp", "ipv6", "ipv6-route", "ipv6-frag", "idrp", "rsvp"),
        *("gre", "esp", "ah", "skip", "ipv6-icmp", "icmpv6", "ipv6-nonxt", "ipv6-opts", "rspf", "vmtp", "eigrp"),
        *("ospf", "ax.25", "ipip", "etherip", "encap", "pim", "ipcomp", "vrrp", "l2tp", "isis", "sctp", "fc"),
        *("mobility-header", "udplite", "mpls-in-ip", "manet", "hip", "shim6", "wesp", "rohc", "ethernet"),
    }
)

ICMP_TYPES = frozenset(
    {
        *("any", "address-mask-reply", "address-mask-request", "address-unreachable", "bad-header"),
        *("beyond-scope", "communication-prohibited", "destination-unreachable", "echo-reply", "echo-request"),
        *("failed-policy", "fragmentation-needed", "host-precedence-violation", "host-prohibited", "host-redirect"),
        *("host-unknown", "host-unreachable", "ip-header-bad", "neighbor-advertisement", "neighbor-solicitation"),
        *("neighbour-advertisement", "neighbour-solicitation", "network-prohibited", "network-redirect"),
        *("network-unknown", "network-unreachable", "no-route", "packet-too-big", "parameter-problem"),
        *("port-unreachable", "precedence-cutoff", "protocol-unreachable", "redirect", "reject-route"),
        *("required-option-missing", "router-advertisement", "router-solicitation", "source-quench"),
        *("source-route-failed", "time-exceeded", "timestamp-reply", "timestamp-request", "TOS-host-redirect"),
        *("TOS-host-unreachable", "TOS-network-redirect", "TOS-network-unreachable", "ttl-exceeded"),
        *("ttl-zero-during-reassembly", "ttl-zero-during-transit", "unknown-header-type", "unknown-option"),
    }
)

CONNTRACK_HELPERS = frozenset({"amanda", "ftp", "irc", "netbios-ns", "pptp", "sane", "sip", "snmp", "tftp"})
