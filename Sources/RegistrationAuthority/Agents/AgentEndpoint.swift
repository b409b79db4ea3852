// Where and how an agent is spoken to (ANS API, `AgentEndpoint`).

public import JSON
import PKIX

/// An endpoint of an agent.
///
/// True of every value: the host of `agentURL` is the agent's; URLs are `https`, or `http` on loopback where that was admitted.
public struct AgentEndpoint: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// What is spoken there.
    public let agentProtocol: AgentProtocol
    /// Where it is spoken.
    public let agentURL: AgentURL
    /// Where the agent's card or server card lies.
    public let metaDataURL: AgentURL?
    /// SHA-256 of that card.
    public let metaDataDigest: [UInt8]?
    /// Where people read about it.
    public let documentationURL: AgentURL?
    /// What it offers.
    public let functions: [AgentFunction]
    /// How messages travel.
    public let transports: [AgentTransport]

    /// Reads and checks an endpoint of the agent at a host.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidEndpoint` or `.endpointHostMismatch`; the reason begins with the path.
    init(
        _ value: JSONValue,
        path: String,
        of host: AgentHost,
        _ requirements: RegistrationRequirements
    ) throws(RegistrationError) {
        let members = try MemberReader(value, path: path, missing: .invalidEndpoint, invalid: .invalidEndpoint)
        self.agentProtocol = try Self.agentProtocol(members)
        self.agentURL = try Self.agentURL(members, of: host, requirements)
        self.metaDataURL = try Self.otherURL("metaDataUrl", members, requirements)
        self.metaDataDigest = try Self.digest(members)
        guard self.metaDataDigest == nil || self.metaDataURL != nil else {
            throw members.error("metaDataHash", "it is the hash of what lies at metaDataUrl, which is missing")
        }
        self.documentationURL = try Self.otherURL("documentationUrl", members, requirements)
        self.functions = try Self.functions(members)
        self.transports = try Self.transports(members)
    }

    /// `SHA256:` and the digest in lower-case hexadecimal.
    public var metaDataHash: String? { self.metaDataDigest.map { "SHA256:" + $0.hexadecimal } }

    /// The endpoint as the API has it.
    public var json: JSONValue {
        var members = [
            JSONMember(name: "protocol", value: .string(self.agentProtocol.rawValue)),
            JSONMember(name: "agentUrl", value: .string(self.agentURL.description)),
        ]
        let optional = [
            ("metaDataUrl", self.metaDataURL?.description), ("metaDataHash", self.metaDataHash),
            ("documentationUrl", self.documentationURL?.description),
        ]
        for case (let name, let text?) in optional { members.append(JSONMember(name: name, value: .string(text))) }
        let lists = [
            ("functions", self.functions.map(\.json)), ("transports", self.transports.map { .string($0.rawValue) }),
        ]
        for (name, list) in lists where !list.isEmpty { members.append(JSONMember(name: name, value: .array(list))) }
        return .object(members)
    }
}

extension AgentEndpoint {
    private static func agentProtocol(_ members: MemberReader) throws(RegistrationError) -> AgentProtocol {
        let name = try members.requiredText("protocol", atMost: Budget.functionNameCharacters)
        guard let known = AgentProtocol(name: name) else {
            let names = AgentProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw members.error("protocol", "'\(name.quotedForDetail)' is none of \(names)")
        }
        return known
    }

    private static func url(_ name: String, _ members: MemberReader) throws(RegistrationError) -> AgentURL? {
        guard let text = try members.text(name, atMost: Budget.agentURLBytes) else { return nil }
        do throws(RegistrationError) {
            return try AgentURL(text)
        } catch {
            throw members.error(name, error.reason, code: error.code)
        }
    }

    private static func agentURL(
        _ members: MemberReader,
        of host: AgentHost,
        _ requirements: RegistrationRequirements
    ) throws(RegistrationError) -> AgentURL {
        guard let url = try self.url("agentUrl", members) else { throw members.error("agentUrl", "it is missing") }
        guard url.host == host.description else {
            throw members.error(
                "agentUrl",
                "its host is '\(url.host)'; it must be the agentHost '\(host)'",
                code: .endpointHostMismatch
            )
        }
        try self.checkScheme(url, "agentUrl", members, requirements)
        return url
    }

    /// A URL that may lie elsewhere; what is fetched from it is guarded again where it is fetched.
    private static func otherURL(
        _ name: String,
        _ members: MemberReader,
        _ requirements: RegistrationRequirements
    ) throws(RegistrationError) -> AgentURL? {
        guard let url = try self.url(name, members) else { return nil }
        try self.checkScheme(url, name, members, requirements)
        if requirements.admitsLoopbackHTTP, url.isLoopback { return url }
        guard !url.isLoopback, !url.hasAddress, url.host.contains(".") else {
            throw members.error(name, "its host '\(url.host)' is no public host name")
        }
        return url
    }

    private static func checkScheme(
        _ url: AgentURL,
        _ name: String,
        _ members: MemberReader,
        _ requirements: RegistrationRequirements
    ) throws(RegistrationError) {
        guard url.scheme == .https || (requirements.admitsLoopbackHTTP && url.isLoopback) else {
            throw members.error(name, "it is an http URL; https is needed")
        }
    }

    private static func digest(_ members: MemberReader) throws(RegistrationError) -> [UInt8]? {
        let prefix = "SHA256:"
        guard let text = try members.text("metaDataHash", atMost: prefix.count + 64) else { return nil }
        guard text.hasPrefix(prefix), let digest = [UInt8](hexadecimal: text.dropFirst(prefix.count)),
            digest.count == 32, prefix + digest.hexadecimal == text
        else {
            throw members.error("metaDataHash", "'SHA256:' and 64 lower-case hexadecimal digits are needed")
        }
        return digest
    }

    private static func functions(_ members: MemberReader) throws(RegistrationError) -> [AgentFunction] {
        var functions: [AgentFunction] = []
        let values = try members.list("functions", atMost: Budget.endpointFunctions) ?? []
        for (index, value) in values.enumerated() {
            let function = try AgentFunction(value, path: members.path(of: "functions[\(index)]"))
            guard !functions.contains(where: { $0.id == function.id }) else {
                throw members.error("functions[\(index)].id", "'\(function.id.quotedForDetail)' stands twice")
            }
            functions.append(function)
        }
        return functions
    }

    private static func transports(_ members: MemberReader) throws(RegistrationError) -> [AgentTransport] {
        var transports: [AgentTransport] = []
        let names = try members.texts(
            "transports",
            atMost: Budget.listedChoices,
            each: Budget.functionNameCharacters
        )
        for (index, name) in (names ?? []).enumerated() {
            guard let transport = AgentTransport(name: name) else {
                let known = AgentTransport.allCases.map(\.rawValue).joined(separator: ", ")
                throw members.error("transports[\(index)]", "'\(name.quotedForDetail)' is none of \(known)")
            }
            if !transports.contains(transport) { transports.append(transport) }
        }
        return transports
    }
}
