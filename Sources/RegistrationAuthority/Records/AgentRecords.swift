// The DNS records of an agent (ANS-3; DNS-AID draft-02 for SVCB; RFC 6698 and RFC 7671 for TLSA; `_agent` is the project's own).
//
// Order: _ans TXT, HTTPS, SVCB, _ans-badge, TLSA by port, _agent. Of records equal by name, type and value the first stays.

import DNS

/// Computes the records of agents.
public enum AgentRecords {
    /// Seconds that a record may be kept (ANS-3).
    public static let ttl: UInt32 = 3_600

    /// The labels that are put before the host.
    enum Owner {
        static let discovery = "_ans"
        static let badge = "_ans-badge"
        /// What the badge was called before; accepted when reading.
        static let olderBadge = "_ra-badge"
        static let identity = "_agent"
    }

    /// The records of an agent.
    ///
    /// - Parameters:
    ///   - agent: the description.
    ///   - agentID: the registration's id, which the badge names.
    ///   - identityKey: the DER of the agent's SubjectPublicKeyInfo; without it there is no `_agent` record.
    ///   - logBaseURL: where the transparency log answers; a final slash does not matter.
    ///   - serverCertificateDER: a server certificate; without any there are no TLSA records.
    ///   - associations: server certificates by their digests, those that come first first.
    ///   - profiles: the discovery profiles; nil for those of the description.
    ///   - requiresIdentityRecord: whether the `_agent` record must be there; ANS does not know it.
    /// - Throws: ``RegistrationError`` with `.invalidMember` when the server certificate is none, `.invalidAgentName` when an
    ///   owner name is too long.
    public static func compute(
        for agent: AgentDescription,
        agentID: String,
        identityKey: [UInt8]?,
        logBaseURL: String,
        serverCertificateDER: [UInt8]?,
        associations: [CertificateAssociation] = [],
        profiles: [DiscoveryProfile]? = nil,
        requiresIdentityRecord: Bool = false
    ) throws(RegistrationError) -> [ProvisionedRecord] {
        let profiles = profiles ?? agent.discoveryProfiles
        var records: [ProvisionedRecord] = []
        if profiles.contains(.ansTXT) {
            records += try self.texts(of: agent)
            records.append(self.https(of: agent))
        }
        if profiles.contains(.ansDNSAID) {
            // ANS-3: with both profiles on, the TXT records are what is required and SVCB rides along.
            records += self.services(of: agent, required: !profiles.contains(.ansTXT))
        }
        records.append(try self.badge(of: agent, agentID: agentID, logBaseURL: logBaseURL))
        var certificates = associations
        if let certificate = serverCertificateDER { certificates.insert(try self.association(of: certificate), at: 0) }
        records += try self.certificateBindings(of: agent, certificates: certificates)
        if let key = identityKey {
            records.append(try self.identity(of: agent, key: key, required: requiresIdentityRecord))
        }
        return self.withoutDuplicates(records)
    }

    private static func withoutDuplicates(_ records: [ProvisionedRecord]) -> [ProvisionedRecord] {
        var seen: Set<ResourceRecord> = []
        return records.filter { seen.insert($0.record).inserted }
    }

    /// An owner name below the host.
    static func owner(_ labels: [String], of agent: AgentDescription) throws(RegistrationError) -> DomainName {
        do throws(DNSError) {
            return try DomainName(labels: labels.map { Array($0.utf8) } + agent.host.domainName.labels)
        } catch {
            throw RegistrationError(.invalidAgentName, "agentHost: \(error.reason)")
        }
    }

    static func record(
        _ name: DomainName,
        _ data: RecordData,
        _ purpose: RecordPurpose,
        required: Bool
    ) -> ProvisionedRecord {
        ProvisionedRecord(
            record: ResourceRecord(name: name, ttl: self.ttl, data: data),
            purpose: purpose,
            required: required
        )
    }
}

extension AgentRecords {
    private static func texts(of agent: AgentDescription) throws(RegistrationError) -> [ProvisionedRecord] {
        let owner = try self.owner([Owner.discovery], of: agent)
        return agent.endpoints.map { endpoint in
            let text =
                "v=ans1; version=\(agent.version.segment); p=\(endpoint.agentProtocol.textToken); mode=direct; "
                + "url=\(endpoint.agentURL)"
            return self.record(owner, .text(text), .discovery, required: true)
        }
    }

    /// Not required: a CNAME at the host rules it out (RFC 1034 §3.6.2).
    private static func https(of agent: AgentDescription) -> ProvisionedRecord {
        let binding = ServiceBinding(
            priority: 1,
            target: .root,
            parameters: [ServiceKey.alpn: ServiceKey.alpnValue(["h2"])]
        )
        return self.record(agent.host.domainName, .https(binding), .discovery, required: false)
    }

    private static func services(of agent: AgentDescription, required: Bool) -> [ProvisionedRecord] {
        agent.endpoints.map { endpoint in
            self.record(
                agent.host.domainName,
                .svcb(ServiceKey.binding(for: endpoint, at: agent.host)),
                .discovery,
                required: required
            )
        }
    }

    private static func badge(
        of agent: AgentDescription,
        agentID: String,
        logBaseURL: String
    ) throws(RegistrationError) -> ProvisionedRecord {
        let base = logBaseURL.hasSuffix("/") ? String(logBaseURL.dropLast()) : logBaseURL
        let text = "v=ans-badge1; version=\(agent.version.segment); url=\(base)/v1/agents/\(agentID)"
        return self.record(try self.owner([Owner.badge], of: agent), .text(text), .badge, required: true)
    }

    /// `v=agent1; pk=…; fp=…`; the fingerprint is for people to compare, the key is what counts.
    private static func identity(
        of agent: AgentDescription,
        key: [UInt8],
        required: Bool
    ) throws(RegistrationError) -> ProvisionedRecord {
        let text = IdentityRecord(key: key).text
        return self.record(try self.owner([Owner.identity], of: agent), .text(text), .trust, required: required)
    }
}
