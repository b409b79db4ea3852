// Which names a profile takes from a request.

/// The names that a profile admits.
public struct AdmittedNames: Hashable, Sendable {
    /// How many names of a kind are admitted.
    public struct Count: Hashable, Sendable {
        /// The fewest.
        public let minimum: Int
        /// The most.
        public let maximum: Int
        /// None at all.
        public static let none = Count(minimum: 0, maximum: 0)

        /// Creates a count.
        public init(minimum: Int, maximum: Int) {
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    /// Host names, wildcards included.
    public let dns: Count
    /// Whether wildcards are among the host names admitted.
    public let wildcards: Bool
    /// Whether a host name of one label, such as `localhost`, is admitted.
    public let singleLabels: Bool
    /// URIs.
    public let uri: Count
    /// The schemes that URIs may have.
    ///
    /// `ans` means a well-formed ANS name.
    public let schemes: [String]
    /// IP addresses.
    public let ip: Count

    /// Nothing: for CAs and responders.
    public static let none = AdmittedNames(
        dns: .none,
        wildcards: false,
        singleLabels: false,
        uri: .none,
        schemes: [],
        ip: .none
    )

    /// Checks the names of a request.
    ///
    /// - Throws: ``PKIXError``: `.invalidName` for a name that is not admitted, `.tooManyNames`, `.missingName`.
    public func check(_ names: [AlternativeName], profile: String) throws(PKIXError) {
        for name in names {
            try self.check(name, profile: profile)
        }
        let hosts = names.count { if case .dns = $0 { true } else if case .wildcard = $0 { true } else { false } }
        let uris = names.count { if case .uri = $0 { true } else { false } }
        try Self.check(hosts, of: "DNS name", against: self.dns, profile: profile)
        try Self.check(uris, of: "URI", against: self.uri, profile: profile)
        try Self.check(names.count - hosts - uris, of: "IP address", against: self.ip, profile: profile)
        guard !names.isEmpty || self == .none else {
            throw PKIXError(
                .missingName,
                "profile '\(profile)' needs a subject alternative name in the request; it has none"
            )
        }
    }

    private func check(_ name: AlternativeName, profile: String) throws(PKIXError) {
        switch name {
        case .wildcard where !self.wildcards:
            throw PKIXError(.invalidName, "profile '\(profile)' admits no wildcard; the request has \(name)")
        case .dns(let host) where host.labelCount < 2 && !self.singleLabels:
            throw PKIXError(.invalidName, "host name '\(host)' has one label; profile '\(profile)' needs at least two")
        case .uri(let uri):
            guard self.schemes.contains(uri.scheme) else {
                throw PKIXError(
                    .invalidName,
                    "profile '\(profile)' admits URIs of scheme \(self.schemes.joined(separator: ", ")); the request has \(name)"
                )
            }
            if uri.scheme == "ans" { _ = try ANSName(uri.description) }
        case .dns, .wildcard, .ip: break
        }
    }

    private static func check(_ count: Int, of kind: String, against admitted: Count, profile: String) throws(PKIXError)
    {
        guard count <= admitted.maximum else {
            throw PKIXError(
                admitted.maximum == 0 ? .invalidName : .tooManyNames,
                "profile '\(profile)' admits \(admitted.maximum) names of kind \(kind); the request has \(count)"
            )
        }
        guard count >= admitted.minimum else {
            throw PKIXError(
                .missingName,
                "profile '\(profile)' needs \(admitted.minimum) subject alternative name of kind \(kind); the request has \(count)"
            )
        }
    }
}
