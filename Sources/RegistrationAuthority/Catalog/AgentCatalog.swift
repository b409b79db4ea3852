// A catalogue of the agents at a host: what its operator publishes at /.well-known/ai-catalog.json, and what we serve there.

import Crypto
import FoundationEssentials
public import JSON
import PKIX

/// A catalogue on its way to whoever asks for it.
///
/// Its entity tag is known before it is signed: who has the catalogue already costs no signature.
public struct AgentCatalog: Sendable {
    /// The catalogue, without the registry's signature.
    public let value: JSONValue
    /// The entity tag, with its quotation marks: over the content and the registry's certificate; weak where the registry
    /// signs, as each signature of ECDSA is another.
    public let entityTag: String
    private let credential: RegistryCredential?

    /// `typ` of the signatures of catalogues.
    static let signatureType = "ai-catalog+jws"

    /// The catalogue of a host: entries in the order of their identifiers and versions.
    init(
        host: String,
        registrations: [Registration],
        credential: RegistryCredential?
    ) throws(JSONError) {
        let entries = registrations.compactMap { registration -> (String, AgentVersion, JSONValue)? in
            guard let entry = try? CatalogEntry.entry(of: registration) else { return nil }
            return (entry["identifier"]?.text ?? "", registration.description.version, entry)
        }
        self.value = [
            "specVersion": CatalogEntry.specVersion,
            "host": ["identifier": .string(host), "displayName": .string(host)],
            "entries": .array(entries.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)),
        ]
        self.credential = credential
        let hash = Array(SHA256.hash(data: try self.value.canonical + (credential?.fingerprint ?? [])))
        self.entityTag = (credential == nil ? "" : "W/") + "\"\(hash.hexadecimal)\""
    }

    /// The catalogue in JSON, with the member `signature` where the registry signs: a detached JWS over its canonical form
    /// without that member.
    ///
    /// - Throws: what the registry's key throws.
    public func octets() async throws -> [UInt8] {
        try await SignedDocument(
            self.value,
            type: Self.signatureType,
            credential: self.credential,
            validUntil: .distantFuture
        ).octets
    }
}

/// Makes catalogues of the agents that are registered.
public struct AgentCatalogService: Sendable {
    private let registrations: RegistrationService
    private let signing: (any CardSigning)?

    /// Creates the service.
    ///
    /// - Parameter signing: the registry's key; nil for catalogues without a signature.
    public init(registrations: RegistrationService, signing: (any CardSigning)? = nil) {
        self.registrations = registrations
        self.signing = signing
    }

    /// The catalogue entry of an agent that the caller may see.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`, `.notCatalogEligible`.
    public func entry(of id: AgentID, for principal: Principal) async throws -> JSONValue {
        try CatalogEntry.entry(of: try await self.registrations.registration(id, for: principal))
    }

    /// The catalogue of the host of an agent that the caller may see.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`.
    public func catalog(of id: AgentID, for principal: Principal) async throws -> AgentCatalog {
        let registration = try await self.registrations.registration(id, for: principal)
        // Of the one owner: another's agents at a shared host are none of the caller's business.
        let live = try await self.live(at: registration.host).filter { $0.owner == registration.owner }
        return try self.catalog(of: registration.host, live)
    }

    /// The catalogue of a host with agents that are live.
    ///
    /// - Throws: ``RegistrationError``: `.invalidAgentName`, `.agentNotFound`.
    public func catalog(at host: String) async throws -> AgentCatalog {
        let host = try AgentHost(canonicalizing: host).description
        let live = try await self.live(at: host)
        guard !live.isEmpty else { throw RegistrationError(.agentNotFound, "no active agent is at \(host)") }
        return try self.catalog(of: host, live)
    }

    private func live(at host: String) async throws -> [Registration] {
        try await self.registrations.store.registrations(
            RegistrationQuery(host: host, statuses: [.active], limit: Budget.registrationsOfHost)
        )
    }

    private func catalog(of host: String, _ registrations: [Registration]) throws -> AgentCatalog {
        try AgentCatalog(host: host, registrations: registrations, credential: self.signing?.credential)
    }
}
