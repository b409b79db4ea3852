// The hierarchy as data: which CAs there are, below which root, with which keys on which tokens (`ca/hierarchy.yaml`).

import Crypto
import Foundation
public import PKIX
public import X509

/// A hierarchy, as its file defines it.
public struct HierarchyDefinition: Sendable {
    /// The hierarchy's name.
    public let name: String
    /// The trust anchor.
    public let root: AuthorityDefinition
    /// The issuing CAs, in order; the first one's certificate is also `issuing.pem`.
    public let issuers: [AuthorityDefinition]
    /// The daemon's own TLS certificate.
    public let service: ServiceDefinition
    /// The transparency log's key.
    public let log: KeyDefinition
    /// SHA-256 of the file, 32 octets.
    public let sha256: [UInt8]
}

/// A certification authority of a hierarchy.
public struct AuthorityDefinition: Sendable {
    /// The name: in addresses, in file names, and the label of the key.
    public let name: String
    /// The subject of its certificate.
    public let subject: DistinguishedName
    /// The profile of its certificate.
    public let profile: String
    /// Its key.
    public let key: KeyDefinition
    /// How it signs; the key's usual scheme when `nil`.
    public let scheme: SignatureScheme?
    /// Its delegated OCSP responder.
    public let responder: ResponderDefinition?
    /// How its CRLs are cut.
    public let crl: CRLDefinition
}

/// How the CRLs of a CA are cut.
public struct CRLDefinition: Hashable, Sendable {
    /// Into how many shards its certificates are put, each with a CRL of its own; 1 for one CRL of all.
    ///
    /// The shard of a certificate is fixed when it is issued: another number is for certificates to come.
    public let shards: Int
}

/// A delegated OCSP responder.
///
/// Its key lies on the token of its CA, under the label `NAME-ocsp`.
public struct ResponderDefinition: Sendable {
    /// The subject of its certificate.
    public let subject: DistinguishedName
    /// The profile of its certificate.
    public let profile: String
    /// Its key.
    public let key: KeyDefinition
}

/// A key on a token.
public struct KeyDefinition: Hashable, Sendable {
    /// The label on the token.
    public let label: String
    /// The key's type.
    public let type: KeyType
    /// The name of the token; the configuration says where it is.
    public let token: String
}

/// The daemon's own TLS certificate.
public struct ServiceDefinition: Sendable {
    /// The profile.
    public let profile: String
    /// The names that callers reach the daemon by.
    public let names: [AlternativeName]
}

extension HierarchyDefinition {
    /// The transparency log's keys: the one of its checkpoints, and one of P-256 for those who verify ECDSA alone: it signs
    /// checkpoints too, receipts, and events as their producer.
    public var logKeys: [KeyDefinition] {
        [self.log, KeyDefinition(label: "\(self.log.label)-es256", type: .p256, token: self.log.token)]
    }

    /// Reads a hierarchy.
    ///
    /// - Throws: `PKIXError` with `.invalidDefinition`; the reason names file, line and rule.
    public init(text: String, file: String) throws(PKIXError) {
        let definition = try Definition(text: text, file: file)
        try definition.requireKeys(["hierarchy", "root", "issuers", "service", "log"])
        self.name = try definition.required("hierarchy").text()
        self.root = try AuthorityDefinition(root: try definition.required("root"))
        var issuers: [AuthorityDefinition] = []
        // Keys and files of the state directory that go by these names already.
        var names: Set<String> = ["root", "chain", "issuing", "log"]
        for issuer in try definition.required("issuers").list() {
            let parsed = try AuthorityDefinition(issuer: issuer)
            guard parsed.name != "root", !issuers.contains(where: { $0.name == parsed.name }) else {
                throw issuer.error("a second CA of name '\(parsed.name)'")
            }
            for name in [parsed.name] + [parsed.responder?.key.label].compactMap(\.self) {
                guard names.insert(name).inserted else {
                    throw issuer.error("the name '\(name)' is that of another key or file; choose another for the CA")
                }
            }
            guard parsed.key.token != self.root.key.token else {
                throw issuer.error("the token '\(parsed.key.token)' is the root's, which the daemon never opens")
            }
            issuers.append(parsed)
        }
        guard !issuers.isEmpty else { throw definition.error("at least one issuer is needed") }
        self.issuers = issuers
        self.service = try ServiceDefinition(try definition.required("service"))
        let log = try definition.required("log")
        try log.requireKeys(["key", "token"])
        self.log = try KeyDefinition(log, label: "log")
        guard self.log.token != self.root.key.token else {
            throw log.error("the token '\(self.log.token)' is the root's, which the daemon never opens")
        }
        self.sha256 = Array(SHA256.hash(data: Data(text.utf8)))
    }

    /// The names of the tokens, the root's first.
    public var tokens: [String] {
        ([self.root.key.token] + self.issuers.map(\.key.token) + [self.log.token]).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }
}

extension AuthorityDefinition {
    fileprivate init(root definition: Definition) throws(PKIXError) {
        try definition.requireKeys(["subject", "profile", "key", "token", "scheme"])
        try self.init(definition, name: "root", responder: nil, crl: CRLDefinition(shards: 1))
    }

    fileprivate init(issuer definition: Definition) throws(PKIXError) {
        try definition.requireKeys(["name", "subject", "profile", "key", "token", "scheme", "responder", "crl"])
        let field = try definition.required("name")
        let name = try field.text()
        guard (1...32).contains(name.utf8.count), (try? HostName(name)) != nil, !name.contains(".") else {
            throw field.error("a CA's name has 1 to 32 of a-z, 0-9 and '-': it stands in addresses and file names")
        }
        let token = try definition.required("token").text()
        try self.init(
            definition,
            name: name,
            responder: try definition["responder"].map { responder throws(PKIXError) in
                try ResponderDefinition(responder, label: "\(name)-ocsp", token: token)
            },
            crl: try CRLDefinition(definition["crl"])
        )
    }

    private init(
        _ definition: Definition,
        name: String,
        responder: ResponderDefinition?,
        crl: CRLDefinition
    ) throws(PKIXError) {
        self.name = name
        self.subject = try definition.required("subject").subject()
        self.profile = try definition.required("profile").text()
        self.key = try KeyDefinition(definition, label: name)
        self.scheme = try definition["scheme"]?.choice()
        guard self.scheme?.fits(self.key.type) != false else {
            throw definition.error("a \(self.key.type) key cannot sign with this scheme")
        }
        self.responder = responder
        self.crl = crl
    }
}

extension CRLDefinition {
    fileprivate init(_ definition: Definition?) throws(PKIXError) {
        try definition?.requireKeys(["shards"])
        self.shards = try definition?["shards"]?.integer(in: 1...Budget.shards) ?? 1
    }
}

extension ResponderDefinition {
    fileprivate init(_ definition: Definition, label: String, token: String) throws(PKIXError) {
        try definition.requireKeys(["subject", "profile", "key"])
        self.subject = try definition.required("subject").subject()
        self.profile = try definition.required("profile").text()
        self.key = KeyDefinition(label: label, type: try definition.required("key").keyType(), token: token)
    }
}

extension KeyDefinition {
    fileprivate init(_ definition: Definition, label: String) throws(PKIXError) {
        self.label = label
        self.type = try definition.required("key").keyType()
        self.token = try definition.required("token").text()
    }
}

extension ServiceDefinition {
    fileprivate init(_ definition: Definition) throws(PKIXError) {
        try definition.requireKeys(["profile", "names"])
        self.profile = try definition.required("profile").text()
        var names: [AlternativeName] = []
        for member in try definition.required("names").list() {
            let text = try member.text()
            guard let name = AlternativeName(hostOrAddress: text) else {
                throw member.error("'\(text)' is neither a host name nor an IP address")
            }
            names.append(name)
        }
        self.names = names
    }
}
