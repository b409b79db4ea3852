// The configuration: config.yaml, overridden by SIGNET_… variables, overridden by flags.

import CertificateAuthority
import Configuration
import Logging
import PKIX
import Signing
import SystemPackage
import Telemetry

/// What the daemon and the operator's commands are told.
struct SignetConfiguration: Sendable {
    /// Where a token is.
    struct TokenLocation: Sendable {
        /// Which module, which token, where the PIN is.
        let uri: PKCS11URI
        /// SoftHSM's token directory, when the module is SoftHSM and the state directory holds its tokens.
        let directory: String?
    }

    /// Where the management API listens.
    let api: ListenAddress
    /// Where the public side listens.
    let publicListener: ListenAddress
    /// The public side's address, as certificates carry it.
    let publicURL: String
    /// How OCSP requests are answered.
    let ocsp: OCSPConfiguration
    /// How CRLs are made.
    let crl: CRLPolicy
    /// How owners are told of their agents.
    let webhooks: WebhookConfiguration
    /// Which public CAs there are.
    let acme: ACMEDefinition
    /// Who cosigns the log.
    let witnesses: LogWitnesses
    /// Milliseconds from one batch of the log to the next.
    let logBatching: Int
    /// Which logs this one cosigns, if it is a witness.
    let witness: WitnessDefinition?
    /// How agents are verified.
    let verification: VerificationConfiguration
    /// The tokens, by their names in the hierarchy.
    let tokens: [String: TokenLocation]
    /// Sessions with each token.
    let signingSessions: Int
    /// Signatures that may wait for a session.
    let signingQueue: Int
    /// Connections to the management API at one time.
    let maximumConnections: Int
    /// The least severe level that is logged.
    let logLevel: Logger.Level
    /// How log lines look.
    let logFormat: LogFormat
}

extension SignetConfiguration {
    /// The defaults, as `signet init` writes them.
    static let defaultAPI = "https://127.0.0.1:8443"
    static let defaultPublic = "http://127.0.0.1:8080"
    static let defaultPublicURL = "http://127.0.0.1:8080"

    /// Reads the configuration of a state directory.
    ///
    /// - Parameters:
    ///   - flags: values from the command line, by key.
    ///   - environment: variables; only those with the prefix `SIGNET_` are looked at.
    /// - Throws: ``ConfigurationError`` or `PKIXError`; the reason names file, line and key.
    init(file: String, directory: String, flags: [String: String], environment: [String: String]) async throws {
        let text = try readText(file)
        let definition = try Definition(text: text, file: file)
        let tokenNames = try Self.checkKeys(definition)
        let acme = try definition["acme"].map { try ACMEDefinition($0, directory: directory) } ?? .none
        let witnesses = try definition["log"]?["witnesses"].map { try LogWitnesses($0) } ?? .none
        let witness = try definition["witness"].map { try WitnessDefinition($0) }
        let reader = ConfigReader(providers: [
            InMemoryProvider(
                name: "flags",
                values: Dictionary(
                    uniqueKeysWithValues: flags.map {
                        (
                            AbsoluteConfigKey($0.key.split(separator: ".").map(String.init)),
                            ConfigValue(.string($0.value), isSecret: false)
                        )
                    }
                )
            ),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "signet"),
            try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)),
        ])
        do {
            try self.init(
                reader: reader,
                tokenNames: tokenNames,
                acme: acme,
                witnesses: witnesses,
                witness: witness,
                directory: directory
            )
        } catch let error as ConfigurationError {
            throw ConfigurationError("\(file) (or the environment, or a flag): \(error)")
        }
    }

    private init(
        reader: ConfigReader,
        tokenNames: [String],
        acme: ACMEDefinition,
        witnesses: LogWitnesses,
        witness: WitnessDefinition?,
        directory: String
    ) throws {
        self.acme = acme
        self.witnesses = witnesses
        self.witness = witness
        self.logBatching = try reader.integer("log.batching", default: 100, in: 10...60_000)
        self.api = try ListenAddress(reader.string(forKey: "api", default: Self.defaultAPI), key: "api")
        self.publicListener = try ListenAddress(
            public: reader.string(forKey: "public", default: Self.defaultPublic),
            key: "public"
        )
        self.ocsp = try OCSPConfiguration(reader)
        self.crl = try CRLPolicy(reader)
        self.webhooks = try WebhookConfiguration(reader)
        self.verification = try VerificationConfiguration(reader)
        self.publicURL = reader.string(forKey: "publicURL", default: Self.defaultPublicURL)
        self.signingSessions = try reader.integer("signing.sessions", default: 2, in: 1...64)
        self.signingQueue = try reader.integer("signing.queue", default: 1_024, in: 1...65_536)
        self.maximumConnections = try reader.integer("http.maximumConnections", default: 512, in: 1...65_536)
        self.logLevel = try reader.choice("log.level", default: .info)
        self.logFormat = try reader.choice("log.format", default: .text)
        var tokens: [String: TokenLocation] = [:]
        for name in tokenNames {
            tokens[name] = try TokenLocation(
                reader.scoped(to: ConfigKey(["tokens", name])),
                name: name,
                directory: directory
            )
        }
        self.tokens = tokens
    }

    /// Refuses keys that nothing reads, and returns the names of the tokens.
    private static func checkKeys(_ definition: Definition) throws(PKIXError) -> [String] {
        try definition.requireKeys([
            "api", "public", "publicURL", "tokens", "ocsp", "crl", "webhooks", "acme", "verification", "signing",
            "http",
            "log", "witness",
        ])
        try definition["signing"]?.requireKeys(["sessions", "queue"])
        try definition["http"]?.requireKeys(["maximumConnections"])
        try definition["log"]?.requireKeys(["level", "format", "batching", "witnesses"])
        try definition["ocsp"]?.requireKeys(OCSPConfiguration.keys)
        try definition["crl"]?.requireKeys(CRLPolicy.keys)
        try definition["verification"]?.requireKeys(VerificationConfiguration.keys)
        try definition["webhooks"]?.requireKeys(WebhookConfiguration.keys)
        let tokens = try definition.required("tokens")
        let names = tokens.keys
        for name in names {
            try tokens.required(name).requireKeys(["uri", "directory"])
        }
        return names
    }
}

extension SignetConfiguration.TokenLocation {
    fileprivate init(_ reader: ConfigReader, name: String, directory: String) throws {
        guard let text = reader.string(forKey: "uri") else {
            throw ConfigurationError("tokens.\(name).uri: the PKCS#11 URI of the token is missing")
        }
        var uri: PKCS11URI
        do {
            uri = try PKCS11URI(text)
        } catch {
            throw ConfigurationError("tokens.\(name).uri: \(error.reason)")
        }
        // A PIN file is named relative to the state directory, so that the directory can be moved.
        if let source = uri.pinSource, source.hasPrefix("file:"), !source.hasPrefix("file:/") {
            uri.pinSource = "file:\(directory)/\(source.dropFirst("file:".count))"
        }
        self.uri = uri
        self.directory = reader.string(forKey: "directory").map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }
    }
}
