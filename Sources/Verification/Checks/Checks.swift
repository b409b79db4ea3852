// The checks that need nothing but what is at hand: registration, chains, names, link.

import JSON
import PKIX
import PublicTrust
import X509

/// Checks of an agent.
enum Checks {
    static func registration(_ agentCase: AgentCase) -> VerificationCheck {
        guard let facts = agentCase.facts else {
            return VerificationCheck(.registration, .failed, agentCase.unknownBecause ?? "the agent is not known")
        }
        let evidence = Self.evidence([
            "agentId": .string(facts.agentID), "ansName": .string(facts.name.description),
            "status": .string(facts.standing.rawValue),
        ])
        switch facts.standing {
        case .active: return VerificationCheck(.registration, .passed, "the agent is registered and active", evidence)
        case .deprecated:
            return VerificationCheck(.registration, .passed, "the agent is registered and deprecated", evidence)
        case .pending:
            return VerificationCheck(.registration, .failed, "the agent's registration is not complete", evidence)
        case .revoked: return VerificationCheck(.registration, .failed, "the agent's registration is revoked", evidence)
        }
    }

    /// A path to roots; nil when there is no certificate.
    static func path(
        _ chain: [[UInt8]],
        _ validator: ChainValidator,
        _ purpose: CertificatePurpose,
        _ identity: ReferenceIdentity?,
        at time: CertificateTime
    ) -> Result<TrustedPath, TrustError>? {
        guard !chain.isEmpty else { return nil }
        do throws(TrustError) {
            return .success(try validator.validate(chain, for: purpose, of: identity, at: time))
        } catch {
            return .failure(error)
        }
    }

    static func chain(
        _ name: VerificationCheck.Name,
        _ path: Result<TrustedPath, TrustError>?,
        lacking: String
    ) -> VerificationCheck {
        switch path {
        case nil: return VerificationCheck(name, .failed, lacking)
        case .failure(let error):
            let rule = error.rule.map { Self.evidence(["rule": .string($0), "code": .string(error.code.rawValue)]) }
            return VerificationCheck(
                name,
                .failed,
                error.reason,
                rule ?? Self.evidence(["code": .string(error.code.rawValue)])
            )
        case .success(let path):
            let evidence = Self.evidence([
                "path": .array(path.certificates.map { .string($0.fields.subject.description.quoted) }),
                "trustRootSHA256": .string(path.anchor.fingerprint.hexadecimal),
                "notAfter": .string(CertificateTime(path.leaf.fields.notValidAfter).description),
                "rules": .array(path.rules.map { .string($0) }),
            ])
            return VerificationCheck(name, .passed, "a path leads to a trust root and breaks no rule", evidence)
        }
    }

    /// The URI name of the identity is the registered ANS name, and its host is one that the public certificate is for.
    static func names(_ agentCase: AgentCase) -> VerificationCheck {
        guard let identity = agentCase.identityLeaf, let server = agentCase.serverLeaf else {
            return VerificationCheck(.names, .failed, "there are not two certificates whose names could agree")
        }
        guard let name = identity.ansName else {
            return VerificationCheck(.names, .failed, "the identity certificate does not have one ANS name")
        }
        let presented = (try? server.fields.extensions.subjectAlternativeNames)?.map { "\($0)".quoted } ?? []
        let evidence = Self.evidence([
            "ansName": .string(name.description), "serverNames": .array(presented.prefix(20).map { .string($0) }),
        ])
        if let known = agentCase.facts?.name, known != name {
            return VerificationCheck(
                .names,
                .failed,
                "the identity certificate is \(name)'s, the registration \(known)'s",
                evidence
            )
        }
        if let host = agentCase.host, host != name.host {
            return VerificationCheck(.names, .failed, "the agent is at \(name.host), not at \(host)", evidence)
        }
        guard Self.covers(server, name.host) else {
            return VerificationCheck(.names, .failed, "the public certificate is not for \(name.host)", evidence)
        }
        return VerificationCheck(.names, .passed, "the ANS name's host is the public certificate's", evidence)
    }

    private static func covers(_ server: EncodedCertificate, _ host: HostName) -> Bool {
        let names = ((try? server.fields.extensions.subjectAlternativeNames) ?? nil) ?? SubjectAlternativeNames([])
        return names.contains { name in
            guard case .dnsName(let text) = name,
                let presented = try? AlternativeName(.dnsName(text.lowercased()))
            else { return false }
            return presented.covers(.dns(host))
        }
    }

    /// The link in the identity certificate, or the record of which pairs are valid here.
    static func link(_ agentCase: AgentCase) -> VerificationCheck {
        guard let identity = agentCase.identityLeaf, let hash = agentCase.serverLeaf?.publicKeyHash else {
            return VerificationCheck(.link, .failed, "there are not two certificates that could be linked")
        }
        let decoded = DecodedExtensions(Array(identity.fields.extensions))
        guard !decoded.undecodable.contains(ExtensionIdentifier.serverKeyLink) else {
            return VerificationCheck(.link, .failed, "the link in the identity certificate cannot be decoded")
        }
        let evidence = Self.evidence(["serverKeySHA256": .string(hash.hexadecimal)])
        if let link = decoded.serverKeyLink {
            return link.keyHash == hash
                ? VerificationCheck(
                    .link,
                    .passed,
                    "the identity certificate names the public certificate's key",
                    evidence
                )
                : VerificationCheck(.link, .failed, "the identity certificate names another key", evidence)
        }
        guard let known = agentCase.facts?.serverKeyHashes, !known.isEmpty else {
            return VerificationCheck(.link, .skipped, "neither certificate nor registration links the two", evidence)
        }
        return known.contains(hash)
            ? VerificationCheck(.link, .passed, "the registration has the public certificate's key", evidence)
            : VerificationCheck(
                .link,
                .failed,
                "the registration has other keys than the public certificate's",
                evidence
            )
    }

    static func evidence(_ members: KeyValuePairs<String, JSONValue>) -> [JSONMember] {
        members.map { JSONMember(name: $0, value: $1) }
    }
}
