// What an agent says of itself in a registration, checked (ANS API, `AgentRegistrationRequest` without its PEM members).

public import JSON
public import PKIX

/// A checked description of an agent.
///
/// Whoever holds one holds the proof that its names, limits and URLs are as ANS asks; ``json`` gives it back as it can be read
/// again.
public struct AgentDescription: Hashable, Sendable {
    // Stored as `json`: a change here needs a migration.
    /// The version, without `v`.
    public let version: AgentVersion
    /// The host.
    public let host: AgentHost
    /// The name that version and host make.
    public let ansName: ANSName
    /// What people call it: 1 to 64 characters on one line.
    public let displayName: String
    /// What it does: at most 150 characters.
    public let summary: String?
    /// Where it is spoken to: at least one, each protocol at most once.
    public let endpoints: [AgentEndpoint]
    /// Which records make it findable, in the order of ``DiscoveryProfile``; at least one.
    public let discoveryProfiles: [DiscoveryProfile]

    /// Reads and checks the members of a registration; members that are not known are passed over.
    ///
    /// - Throws: ``RegistrationError``: `.missingMember`, `.invalidMember`, `.invalidAgentName`, `.invalidEndpoint`,
    ///   `.endpointHostMismatch`, `.duplicateProtocol`, `.invalidDiscoveryProfile`, `.invalidRegistration`; the reason begins
    ///   with the member's path.
    public init(_ json: JSONValue, _ requirements: RegistrationRequirements) throws(RegistrationError) {
        let members = try MemberReader(json)
        self.displayName = try members.requiredText("agentDisplayName", atMost: Budget.displayNameCharacters)
        guard !self.displayName.isBlank else { throw members.error("agentDisplayName", "it is blank") }
        self.summary = try members.text("agentDescription", atMost: Budget.agentDescriptionCharacters, .paragraph)
        self.version = try Self.version(members)
        self.host = try AgentHost(try members.requiredText("agentHost", atMost: Budget.nameTextBytes))
        self.ansName = try ANSName(version: self.version, host: self.host)
        self.endpoints = try Self.endpoints(members, of: self.host, requirements)
        self.discoveryProfiles = try Self.profiles(members)
    }

    /// Reads what ``json`` gave.
    ///
    /// - Throws: as ``init(_:_:)``.
    public init(stored json: JSONValue) throws(RegistrationError) {
        try self.init(json, RegistrationRequirements(admitsLoopbackHTTP: true))
    }

    /// The description with the API's names of members, for storage and answers.
    public var json: JSONValue {
        var members = [JSONMember(name: "agentDisplayName", value: .string(self.displayName))]
        if let summary = self.summary { members.append(JSONMember(name: "agentDescription", value: .string(summary))) }
        members += [
            JSONMember(name: "version", value: .string(self.version.description)),
            JSONMember(name: "agentHost", value: .string(self.host.description)),
            JSONMember(name: "endpoints", value: .array(self.endpoints.map(\.json))),
            JSONMember(
                name: "discoveryProfiles",
                value: .array(self.discoveryProfiles.map { .string($0.rawValue) })
            ),
        ]
        return .object(members)
    }
}

extension AgentDescription {
    private static func version(_ members: MemberReader) throws(RegistrationError) -> AgentVersion {
        let text = try members.requiredText("version", atMost: Budget.nameTextBytes)
        do throws(RegistrationError) {
            return try AgentVersion(text)
        } catch {
            throw members.error("version", error.reason, code: error.code)
        }
    }

    private static func endpoints(
        _ members: MemberReader,
        of host: AgentHost,
        _ requirements: RegistrationRequirements
    ) throws(RegistrationError) -> [AgentEndpoint] {
        guard let values = try members.list("endpoints", atMost: Budget.listedChoices) else {
            throw members.error("endpoints", "it is missing", code: .missingMember)
        }
        guard !values.isEmpty else {
            throw members.error("endpoints", "it is empty; at least one is needed", code: .invalidEndpoint)
        }
        var endpoints: [AgentEndpoint] = []
        for (index, value) in values.enumerated() {
            let endpoint = try AgentEndpoint(value, path: "endpoints[\(index)]", of: host, requirements)
            if let first = endpoints.firstIndex(where: { $0.agentProtocol == endpoint.agentProtocol }) {
                throw members.error(
                    "endpoints[\(index)].protocol",
                    "\(endpoint.agentProtocol.rawValue) stands in endpoints[\(first)] already; one endpoint a protocol",
                    code: .duplicateProtocol
                )
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    private static func profiles(_ members: MemberReader) throws(RegistrationError) -> [DiscoveryProfile] {
        let name = "discoveryProfiles"
        let names: [String]?
        do throws(RegistrationError) {
            names = try members.texts(name, atMost: Budget.listedChoices, each: Budget.functionNameCharacters)
        } catch {
            throw RegistrationError(.invalidDiscoveryProfile, error.reason)
        }
        guard let names, !names.isEmpty else { return DiscoveryProfile.defaults }
        var profiles: Set<DiscoveryProfile> = []
        for (index, text) in names.enumerated() {
            guard let profile = DiscoveryProfile(rawValue: text) else {
                let known = DiscoveryProfile.allCases.map(\.rawValue).joined(separator: ", ")
                throw members.error(
                    "\(name)[\(index)]",
                    "'\(text.quotedForDetail)' is none of \(known)",
                    code: .invalidDiscoveryProfile
                )
            }
            profiles.insert(profile)
        }
        return DiscoveryProfile.allCases.filter(profiles.contains)
    }
}
