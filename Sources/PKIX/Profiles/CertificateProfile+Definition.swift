// Reading a profile from its file.

import Crypto
import Foundation
import SwiftASN1
import X509

extension CertificateProfile {
    private static let keys = [
        "profile", "summary", "role", "issuer", "requestedBy", "keys", "lifetime", "maximumLifetime", "backdate",
        "names",
        "commonName", "keyUsage", "extendedKeyUsage", "revocation", "policies", "pathLength", "serverKeyLink",
    ]

    /// Reads a profile.
    ///
    /// - Throws: ``PKIXError`` with `.invalidDefinition`; the reason names file, line and rule.
    public init(text: String, file: String) throws(PKIXError) {
        let definition = try Definition(text: text, file: file)
        try definition.requireKeys(Self.keys)
        self.name = try Self.name(definition)
        self.summary = try definition["summary"]?.text() ?? ""
        self.role = try definition.required("role").choice()
        self.issuer = try definition["issuer"]?.text()
        self.requestedBy = try definition.required("requestedBy").choice()
        self.keys = try Self.admittedKeys(try definition.required("keys"))
        self.lifetime = try definition.required("lifetime").seconds()
        self.maximumLifetime = try definition["maximumLifetime"]?.seconds() ?? self.lifetime
        self.backdate = try definition["backdate"]?.seconds() ?? 60
        self.names = try definition["names"].map(AdmittedNames.init(definition:)) ?? .none
        self.commonName = try definition["commonName"]?.choice() ?? .none
        self.keyUsage = try KeyUsage(definition: try definition.required("keyUsage"))
        self.extendedKeyUsage = try definition["extendedKeyUsage"].map(Self.extendedKeyUsage) ?? []
        self.revocation = try definition.required("revocation").choice()
        self.policies = try definition["policies"].map(Self.policies) ?? []
        self.pathLength = try definition["pathLength"]?.integer(in: 0...8)
        self.serverKeyLink = try definition["serverKeyLink"]?.boolean() ?? false
        self.sha256 = Array(SHA256.hash(data: Data(text.utf8)))
        self.file = file
        try self.checkRules(definition)
    }

    private static func name(_ definition: Definition) throws(PKIXError) -> String {
        let field = try definition.required("profile")
        let name = try field.text()
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else {
            throw field.error("a profile's name has 1 to 64 of a-z, 0-9 and '-'")
        }
        return name
    }

    private static func admittedKeys(_ definition: Definition) throws(PKIXError) -> [AdmittedKey] {
        var keys: [AdmittedKey] = []
        for member in try definition.list() {
            let text = try member.text()
            guard let key = AdmittedKey(text) else {
                throw member.error("'\(text)' is not a kind of key; write for example Ed25519, P-256, RSA-2048+")
            }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw definition.error("at least one kind of key is needed") }
        return keys
    }

    private static func policies(_ definition: Definition) throws(PKIXError) -> [ASN1ObjectIdentifier] {
        var policies: [ASN1ObjectIdentifier] = []
        for member in try definition.list() {
            policies.append(try member.objectIdentifier())
        }
        return policies
    }

    private static func extendedKeyUsage(_ definition: Definition) throws(PKIXError) -> [ExtendedKeyUsage.Usage] {
        let known: [String: ExtendedKeyUsage.Usage] = [
            "serverAuth": .serverAuth, "clientAuth": .clientAuth, "OCSPSigning": .ocspSigning,
        ]
        var usages: [ExtendedKeyUsage.Usage] = []
        for member in try definition.list() {
            let text = try member.text()
            guard let usage = known[text] else {
                throw member.error("'\(text)' is not one of \(known.keys.sorted().joined(separator: ", "))")
            }
            usages.append(usage)
        }
        return usages
    }

    /// Rules that concern more than one field.
    private func checkRules(_ definition: Definition) throws(PKIXError) {
        guard self.lifetime > 0, self.lifetime <= self.maximumLifetime else {
            throw definition.error("lifetime is more than nothing and at most maximumLifetime")
        }
        guard self.role.isCertificationAuthority || self.pathLength == nil else {
            throw definition.error("only a CA has a pathLength (RFC 5280 §4.2.1.9)")
        }
        guard self.role == .agentIdentity || !self.serverKeyLink else {
            throw definition.error("only a certificate of role 'agent-identity' has a serverKeyLink")
        }
        guard (self.role == .root) == (self.issuer == nil && self.requestedBy == .ceremony && self.revocation == .none)
        else {
            throw definition.error(
                "role 'root' has no issuer, is requested by the ceremony, and has no revocation pointers"
            )
        }
        guard self.requestedBy != .api || !self.role.isCertificationAuthority else {
            throw definition.error("a CA certificate is not to be had over the API")
        }
        guard (self.role == .ocspResponder || self.role.isCertificationAuthority) == (self.names == .none) else {
            throw definition.error("role '\(self.role.rawValue)' and the names admitted do not fit")
        }
    }
}

extension AdmittedNames {
    init(definition: Definition) throws(PKIXError) {
        try definition.requireKeys(["dns", "uri", "ip"])
        let dns = definition["dns"]
        try dns?.requireKeys(["minimum", "maximum", "wildcards", "singleLabels"])
        let uri = definition["uri"]
        try uri?.requireKeys(["minimum", "maximum", "schemes"])
        let ip = definition["ip"]
        try ip?.requireKeys(["minimum", "maximum"])
        var schemes: [String] = []
        for scheme in try uri?.required("schemes").list() ?? [] {
            schemes.append(try scheme.text())
        }
        self.init(
            dns: try dns.map(Count.init(definition:)) ?? .none,
            wildcards: try dns?["wildcards"]?.boolean() ?? false,
            singleLabels: try dns?["singleLabels"]?.boolean() ?? false,
            uri: try uri.map(Count.init(definition:)) ?? .none,
            schemes: schemes,
            ip: try ip.map(Count.init(definition:)) ?? .none
        )
    }
}

extension AdmittedNames.Count {
    init(definition: Definition) throws(PKIXError) {
        let bounds = 0...Budget.subjectAlternativeNames
        self.init(
            minimum: try definition["minimum"]?.integer(in: bounds) ?? 0,
            maximum: try definition["maximum"]?.integer(in: bounds) ?? Budget.subjectAlternativeNames
        )
        guard self.minimum <= self.maximum else { throw definition.error("minimum is greater than maximum") }
    }
}

extension KeyUsage {
    init(definition: Definition) throws(PKIXError) {
        var names: Set<String> = []
        let known = ["digitalSignature", "keyEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]
        for member in try definition.list() {
            let name = try member.text()
            guard known.contains(name) else {
                throw member.error("'\(name)' is not one of \(known.joined(separator: ", "))")
            }
            names.insert(name)
        }
        guard !names.isEmpty else { throw definition.error("at least one key usage is needed") }
        self.init(
            digitalSignature: names.contains("digitalSignature"),
            keyEncipherment: names.contains("keyEncipherment"),
            keyAgreement: names.contains("keyAgreement"),
            keyCertSign: names.contains("keyCertSign"),
            cRLSign: names.contains("cRLSign")
        )
    }
}
