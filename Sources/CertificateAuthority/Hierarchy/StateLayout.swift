// Where things lie in the state directory (architecture, "Interfaces that scripts rely on").

/// The paths of a state directory.
public struct StateLayout: Hashable, Sendable {
    /// The directory itself.
    public let directory: String

    /// Names a state directory; nothing is created.
    public init(directory: String) {
        self.directory = directory
    }

    /// The configuration.
    public var configuration: String { "\(self.directory)/config.yaml" }
    /// Zones, who hosts them, and resolvers.
    public var dns: String { "\(self.directory)/dns.yaml" }
    /// The registration policy in force.
    public var policy: String { "\(self.directory)/policies/registration.yaml" }
    /// Policies in force.
    public var policies: String { "\(self.directory)/policies" }
    /// The hierarchy and profiles in force.
    public var definitions: String { "\(self.directory)/ca" }
    /// The hierarchy in force.
    public var hierarchy: String { "\(self.definitions)/hierarchy.yaml" }
    /// The profiles in force.
    public var profiles: String { "\(self.definitions)/profiles" }
    /// Certificates.
    public var certificates: String { "\(self.directory)/certificates" }
    /// CRLs, each number in a file of its own; made anew when they are lost.
    public var crls: String { "\(self.directory)/crl" }
    /// PINs, tokens, the TLS key; 0700.
    public var secrets: String { "\(self.directory)/secrets" }
    /// SoftHSM's token directories.
    public var tokens: String { "\(self.directory)/tokens" }
    /// The database.
    public var database: String { "\(self.directory)/signet.db" }
    /// The transparency log.
    public var log: String { "\(self.directory)/log" }
    /// Transcripts of key ceremonies.
    public var transcripts: String { "\(self.directory)/ceremony" }
    /// What keeps a second daemon out.
    public var lock: String { "\(self.directory)/lock" }

    /// The certificate of a CA or responder.
    public func certificate(_ name: String) -> String { "\(self.certificates)/\(name).pem" }
    /// The certificates of all issuing CAs and the root.
    public var chain: String { self.certificate("chain") }
    /// The daemon's TLS key and chain, in one file so that they change together.
    public var serviceCredentials: String { "\(self.secrets)/service-tls.pem" }
    /// The first API token.
    public var adminToken: String { "\(self.secrets)/admin.token" }
    /// The PIN of a token.
    public func pin(_ token: String) -> String { "\(self.secrets)/\(token).pin" }
}
