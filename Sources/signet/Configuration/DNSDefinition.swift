// dns.yaml: the zones in which records are written, who hosts them, and whom we ask about the names of others.

import AtomicFiles
import DNS
import PKIX

/// What the operator says of DNS.
struct DNSDefinition: Sendable {
    /// A host of zones, with its credentials' file.
    struct Provider: Sendable {
        let name: String
        let settings: Settings

        enum Settings: Sendable {
            case rfc2136(server: String, key: String, algorithm: String, secretFile: String)
            case cloudflare(tokenFile: String, url: String?)
            case route53(accessKey: String, secretFile: String, sessionTokenFile: String?, url: String?)
            case powerDNS(url: String, server: String, keyFile: String)
            case manual
        }
    }

    /// A zone.
    struct Zone: Sendable {
        let apex: DomainName
        let isOurs: Bool
        let provider: String
        /// Name servers to ask in the place of those that the zone's NS records name.
        let servers: [String]
    }

    /// Whom we ask about the names of others: `HOST:PORT`; the system's own when empty.
    let resolvers: [String]
    /// Resolvers that validate DNSSEC, reached by a path that nobody else is on: what verification asks about every name, also
    /// in zones whose own servers are named; none when `resolvers` are asked as usual.
    let validatingResolvers: [String]
    /// The port at which proofs over HTTP are looked for; 80 but in trials.
    let httpProofPort: Int
    /// Address blocks from which proofs over HTTP, DID documents and metadata may come although they are not public.
    let admittedAddresses: [String]
    /// The names by which CAA records admit this registry.
    let caaIdentities: [String]
    let providers: [Provider]
    let zones: [Zone]

    /// Reads a file.
    ///
    /// - Throws: `PKIXError` or ``ConfigurationError``; the reason names file, line and key.
    init(file: String, directory: String) throws {
        let definition = try Definition(text: try readText(file), file: file)
        try definition.requireKeys([
            "resolvers", "validatingResolvers", "httpProofPort", "admittedAddresses", "caaIdentities", "providers",
            "zones",
        ])
        self.resolvers = try Self.servers(definition["resolvers"])
        self.validatingResolvers = try Self.servers(definition["validatingResolvers"])
        self.httpProofPort = try definition["httpProofPort"]?.integer(in: 1...65_535) ?? 80
        self.admittedAddresses = try Self.texts(definition["admittedAddresses"])
        self.caaIdentities = try Self.texts(definition["caaIdentities"]).map { $0.lowercased() }
        let providers = definition["providers"]
        self.providers = try (providers?.keys ?? []).map { name in
            try Self.provider(name, try (providers ?? definition).required(name), directory)
        }
        let names = self.providers.map(\.name)
        self.zones = try (definition["zones"]?.list() ?? []).map { try Self.zone($0, providers: names) }
        let apexes = self.zones.map(\.apex)
        if let twice = apexes.first(where: { apex in apexes.count { $0 == apex } > 1 }) {
            throw ConfigurationError("\(file): zones: '\(twice)' stands twice")
        }
    }

    private static func texts(_ definition: Definition?) throws -> [String] {
        try definition?.list().map { try $0.text() } ?? []
    }

    /// Servers, each `HOST:PORT`.
    private static func servers(_ definition: Definition?) throws -> [String] {
        try definition?.list().map { server in
            do {
                _ = try ServerAddress(try server.text())
            } catch let error as DNSError {
                throw server.error(error.reason)
            }
            return try server.text()
        } ?? []
    }

    private static func provider(_ name: String, _ definition: Definition, _ directory: String) throws -> Provider {
        func file(_ key: String) throws -> String {
            let path = try definition.required(key).text()
            return path.hasPrefix("/") ? path : "\(directory)/\(path)"
        }
        let settings: Provider.Settings
        switch try definition.required("kind").text() {
        case "rfc2136":
            try definition.requireKeys(["kind", "server", "key", "algorithm", "secretFile"])
            settings = .rfc2136(
                server: try definition.required("server").text(),
                key: try definition.required("key").text(),
                algorithm: try definition["algorithm"]?.text() ?? "hmac-sha256",
                secretFile: try file("secretFile")
            )
        case "cloudflare":
            try definition.requireKeys(["kind", "tokenFile", "url"])
            settings = .cloudflare(tokenFile: try file("tokenFile"), url: try definition["url"]?.text())
        case "route53":
            try definition.requireKeys(["kind", "accessKey", "secretFile", "sessionTokenFile", "url"])
            settings = .route53(
                accessKey: try definition.required("accessKey").text(),
                secretFile: try file("secretFile"),
                sessionTokenFile: definition["sessionTokenFile"] == nil ? nil : try file("sessionTokenFile"),
                url: try definition["url"]?.text()
            )
        case "powerdns":
            try definition.requireKeys(["kind", "url", "server", "keyFile"])
            settings = .powerDNS(
                url: try definition.required("url").text(),
                server: try definition["server"]?.text() ?? "localhost",
                keyFile: try file("keyFile")
            )
        case "manual":
            try definition.requireKeys(["kind"])
            settings = .manual
        case let kind:
            throw try definition.required("kind")
                .error("'\(kind)' is not one of rfc2136, cloudflare, route53, powerdns, manual")
        }
        return Provider(name: name, settings: settings)
    }

    private static func zone(_ definition: Definition, providers: [String]) throws -> Zone {
        try definition.requireKeys(["zone", "ours", "provider", "servers"])
        let name = try definition.required("zone")
        let apex: DomainName
        do {
            apex = try DomainName(try name.text())
        } catch let error as DNSError {
            throw name.error(error.reason)
        }
        let provider = try definition.required("provider")
        guard providers.contains(try provider.text()) else {
            throw provider.error("no provider has this name; known are \(providers.joined(separator: ", "))")
        }
        return Zone(
            apex: apex,
            isOurs: try definition.required("ours").boolean(),
            provider: try provider.text(),
            servers: try self.servers(definition["servers"])
        )
    }

    /// The file that `signet init` writes.
    static let template = """
        # Where records are written, and whom we ask. Read when the daemon starts; check it with: signet config check

        # Resolvers (HOST:PORT) for the names of others; those of /etc/resolv.conf when none is listed. The authoritative
        # servers that they lead to are then asked themselves.
        resolvers: []

        # Resolvers (HOST:PORT) that validate DNSSEC, on this machine or on a path that nobody else is on: what they vouch for
        # (AD) counts as signed when agents are verified, also in zones whose own servers are named below.
        # validatingResolvers: ["127.0.0.1:53"]

        # Proofs over HTTP, DID documents and agents' metadata are fetched from public addresses alone, but for blocks listed
        # here: admittedAddresses: [10.0.0.0/8]

        # The names by which CAA records of others' domains admit this registry (RFC 8659). Without one, only a domain that
        # admits no CA at all is refused: caaIdentities: [registry.example]

        # Who hosts zones. Secrets stand in files of mode 0600, named relative to this directory.
        providers: {}
        #  local:
        #    kind: rfc2136
        #    server: 127.0.0.1:53
        #    key: signet-key
        #    algorithm: hmac-sha256
        #    secretFile: secrets/tsig.key
        #  cf: {kind: cloudflare, tokenFile: secrets/cloudflare.token}
        #  aws: {kind: route53, accessKey: AKIA…, secretFile: secrets/aws.key}
        #  pdns: {kind: powerdns, url: "http://127.0.0.1:8081", keyFile: secrets/pdns.key}
        #  hand: {kind: manual}

        # Zones. "ours: true": names are given out, first come, first served. "ours: false": a customer's, in which records are
        # written once control of a name is proven. "servers" are asked in the place of those that the zone's NS records name.
        zones: []
        #  - {zone: agents.example, ours: true, provider: local, servers: ["127.0.0.1:53"]}

        """
}
