// Labels that nobody is given: mail to them, or software that looks for them, takes their holder for the zone's owner.

/// Words that the label policy keeps back unless it is told otherwise.
enum ReservedWords {
    /// What issue and registrars name first.
    private static let infrastructure = [
        "www", "web", "api", "admin", "administrator", "mail", "email", "webmail", "smtp", "imap", "pop", "pop3", "mx",
        "ftp", "sftp", "ssh", "ns", "ns1", "ns2", "dns", "test", "root", "localhost", "localdomain", "local",
        "broadcasthost",
        "gateway", "router", "proxy", "vpn", "cdn", "static", "assets", "status", "login", "logon", "signin", "signup",
        "auth", "oauth", "sso", "account", "accounts", "password", "secure", "ssl", "tls", "internal", "intranet",
        "system", "sysadmin", "sysop", "superuser", "operator", "owner", "official", "verify", "verification",
        "payment",
        "payments", "billing", "invoice", "dashboard", "console", "panel", "cpanel", "whm", "example", "invalid",
        "null",
        "nil", "none", "undefined", "default", "any", "all", "self", "me", "www-data", "nobody", "guest", "anonymous",
    ]

    /// Mailboxes that every domain is expected to have (RFC 2142).
    private static let mailboxes = [
        "info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster", "usenet",
        "news",
        "webmaster", "www", "uucp", "ftp", "list", "list-request", "mailer-daemon", "noreply", "no-reply", "contact",
        "help", "helpdesk", "legal", "privacy", "press", "dmca", "trouble", "ssladmin", "ssladministrator",
        "sslwebmaster",
        "it", "mis",
    ]

    /// Names that clients look for without being asked (RFC 6761, RFC 6762, RFC 5214 §8.3, RFC 6763 §11, WPAD,
    /// Autodiscover, MTA-STS of RFC 8461, OpenPGP and WKD, captive portals).
    private static let discovery = [
        "wpad", "isatap", "autodiscover", "autoconfig", "mta-sts", "openpgpkey", "b", "db", "lb", "dr", "r", "ldap",
        "kerberos",
        "kdc", "dhcp", "tftp", "ntp", "time", "sip", "xmpp", "stun", "turn", "teredo", "ipv4only", "resolver", "onion",
        "arpa", "home", "lan", "corp", "workgroup", "crl", "ocsp", "pki", "acme", "ca", "ra", "tsa", "whois", "rdap",
    ]

    /// What an agent registry itself answers at.
    private static let registry = [
        "ans", "agent", "agents", "registry", "registrar", "registration", "badge", "log", "tlog", "transparency",
        "signet",
        "authority", "mcp", "a2a", "zone", "nic",
    ]

    static let words = Set(Self.infrastructure + Self.mailboxes + Self.discovery + Self.registry)

    /// Words that stay reserved with a number after them: `ns7`, `mx10`, `www2`.
    static let numbered: Set<String> = ["ns", "dns", "mx", "www", "web", "mail", "smtp", "imap", "pop", "ftp", "ntp"]
}
