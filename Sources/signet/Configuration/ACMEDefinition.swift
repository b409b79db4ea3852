// The section `acme` of config.yaml: the public CAs, in the order in which orders turn to them.

import ACME
import DNS
import PKIX
import ServerCertificates

/// What the operator says of public CAs.
struct ACMEDefinition: Sendable {
    /// Where an account's key is.
    enum AccountKey: Hashable, Sendable {
        /// In a file, in PEM.
        case file(String)
        /// On the token of the log's keys.
        case token
    }

    /// A CA.
    struct Authority: Sendable {
        let name: String
        let configuration: ACMEConfiguration
        /// Where the account's key is.
        let accountKey: AccountKey
        /// The file of the trust roots for the CA's own TLS; the system's when nil.
        let rootsFile: String?
        let contacts: [String]
        let agreesToTerms: Bool
        /// The key of the account's binding: its name, and the file of the HMAC key.
        let binding: (keyID: String, file: String)?
        let profile: String?
        let preferredRoot: PreferredRoot?
        let challengeTypes: [ChallengeType]
    }

    let authorities: [Authority]
    let failover: FailoverPolicy
    /// Hosts whose plain HTTP leads to our public listener: names, or `*.` and a name for all below it.
    let hosts: HostPatterns
    /// What places files of http-01 on the hosts that it names; nil for nothing.
    let command: ChallengeCommand?
    /// Names in zones that we write below which owners' `_acme-challenge` may lead.
    let delegations: [DomainName]

    /// No CA.
    static let none = ACMEDefinition()

    private init() {
        (self.authorities, self.failover, self.hosts, self.delegations) = ([], FailoverPolicy(), HostPatterns([]), [])
        self.command = nil
    }

    /// Reads the section.
    ///
    /// - Throws: `PKIXError`; the reason names file, line and key.
    init(_ definition: Definition, directory: String) throws(PKIXError) {
        try definition.requireKeys(["authorities", "failover", "httpHosts", "httpCommand", "delegations"])
        var authorities: [Authority] = []
        if let all = definition["authorities"] {
            for name in all.keys {
                authorities.append(try Authority(name, try all.required(name), directory: directory))
            }
        }
        self.authorities = authorities
        self.failover = try Self.failover(definition["failover"])
        self.hosts = HostPatterns(try Self.texts(definition["httpHosts"]))
        self.command = try Self.command(definition["httpCommand"])
        self.delegations = try Self.names(definition["delegations"])
    }

    private static func command(_ definition: Definition?) throws(PKIXError) -> ChallengeCommand? {
        guard let definition else { return nil }
        try definition.requireKeys(["run", "hosts"])
        let program = try definition.required("run")
        let (path, hosts) = (try program.text(), try Self.texts(try definition.required("hosts")))
        guard path.hasPrefix("/") else { throw program.error("the whole path of a program, from '/' on") }
        guard !hosts.isEmpty else { throw definition.error("'hosts' are those that the program places files on") }
        return ChallengeCommand(program: path, hosts: HostPatterns(hosts))
    }

    private static func failover(_ definition: Definition?) throws(PKIXError) -> FailoverPolicy {
        guard let definition else { return FailoverPolicy() }
        try definition.requireKeys(["outages", "after", "times"])
        let usual = FailoverPolicy()
        return FailoverPolicy(
            outages: try definition["outages"]?.integer(in: 1...1_000) ?? usual.outages,
            seconds: try definition["after"].map { seconds throws(PKIXError) in Double(try seconds.seconds()) }
                ?? usual.seconds,
            times: try definition["times"]?.integer(in: 0...1_000) ?? usual.times
        )
    }

    fileprivate static func texts(_ definition: Definition?) throws(PKIXError) -> [String] {
        var texts: [String] = []
        for each in try definition?.list() ?? [] { texts.append(try each.text()) }
        return texts
    }

    private static func names(_ definition: Definition?) throws(PKIXError) -> [DomainName] {
        var names: [DomainName] = []
        for each in try definition?.list() ?? [] {
            let text = try each.text()
            do throws(DNSError) { names.append(try DomainName(text)) } catch { throw each.error(error.reason) }
        }
        return names
    }
}

/// Hosts: names, or `*.` and a name for all below it.
struct HostPatterns: Hashable, Sendable {
    private let patterns: [String]

    init(_ patterns: [String]) { self.patterns = patterns.map { $0.lowercased() } }

    /// Whether a host is one of them.
    func contains(_ host: String) -> Bool {
        self.patterns.contains { $0 == host || ($0.hasPrefix("*.") && host.hasSuffix($0.dropFirst())) }
    }
}

extension ACMEDefinition.Authority {
    private static let keys = [
        "directory", "roots", "accountKey", "contacts", "agreeToTerms", "externalAccount", "profile",
        "preferredRoot", "challenges", "allowPlainLoopback",
    ]

    fileprivate init(_ name: String, _ definition: Definition, directory: String) throws(PKIXError) {
        try definition.requireKeys(Self.keys)
        func path(_ value: Definition?) throws(PKIXError) -> String? {
            guard let text = try value?.text() else { return nil }
            return text.hasPrefix("/") ? text : "\(directory)/\(text)"
        }
        self.name = name
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isAdmitted) else {
            throw definition.error("a name has a-z, 0-9 and '-' only: it is part of a file's name")
        }
        let address = try definition.required("directory")
        let (url, allowsPlain) = (try address.text(), try definition["allowPlainLoopback"]?.boolean() ?? false)
        do throws(ACMEError) {
            self.configuration = try ACMEConfiguration(directoryURL: url, allowsPlainLoopback: allowsPlain)
        } catch {
            throw address.error(error.reason)
        }
        let keyFile = try path(definition["accountKey"]) ?? "\(directory)/secrets/acme-\(name).key"
        self.accountKey = try definition["accountKey"]?.text() == "token" ? .token : .file(keyFile)
        self.rootsFile = try path(definition["roots"])
        self.contacts = try ACMEDefinition.texts(definition["contacts"])
        self.agreesToTerms = try definition["agreeToTerms"]?.boolean() ?? false
        self.profile = try definition["profile"]?.text()
        self.preferredRoot = try definition["preferredRoot"].map { root throws(PKIXError) in
            .commonName(try root.text())
        }
        if let binding = definition["externalAccount"] {
            try binding.requireKeys(["keyID", "keyFile"])
            let file = try path(try binding.required("keyFile")) ?? ""
            self.binding = (try binding.required("keyID").text(), file)
        } else {
            self.binding = nil
        }
        let types = try definition["challenges"]?.list() ?? []
        var challengeTypes: [ChallengeType] = []
        for each in types {
            let type = ChallengeType(rawValue: try each.text())
            guard [.dns01, .http01].contains(type) else { throw each.error("'\(type)' is not one of dns-01, http-01") }
            challengeTypes.append(type)
        }
        self.challengeTypes = challengeTypes.isEmpty ? [.dns01, .http01] : challengeTypes
    }

    /// The name of the account's key on the token.
    var keyLabel: String { "acme-\(self.name)" }

    private static func isAdmitted(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
