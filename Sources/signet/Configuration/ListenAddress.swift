// Where the management API listens: https://HOST:PORT, or http://HOST:PORT on loopback only.

import PKIX

/// An address to listen at.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    let isTLS: Bool
    let host: String
    private(set) var port: Int

    /// - Throws: ``ConfigurationError``.
    init(_ text: String, key: String) throws(ConfigurationError) {
        let form = "\(key): '\(text)' is not of the form https://HOST:PORT (or, on loopback, http://HOST:PORT)"
        guard let separator = text.firstRange(of: "://") else { throw ConfigurationError(form) }
        let scheme = text[..<separator.lowerBound]
        guard scheme == "https" || scheme == "http" else { throw ConfigurationError(form) }
        var authority = text[separator.upperBound...]
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw ConfigurationError(form) }
        var host = String(authority[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, AlternativeName(hostOrAddress: host) != nil else { throw ConfigurationError(form) }
        self.isTLS = scheme == "https"
        self.host = host
        self.port = port
        guard self.isTLS || self.isLoopback else {
            throw ConfigurationError(
                "\(key): plain HTTP is served on loopback addresses only; write https://\(authority)"
            )
        }
    }

    /// The same address with another port: the one that the system chose for port 0.
    func with(port: Int) -> Self {
        var copy = self
        copy.port = port
        return copy
    }

    /// Whether only this machine reaches the address.
    var isLoopback: Bool {
        self.host == "localhost" || self.host == "::1"
            || (IPAddress.bytes(of: self.host)?.first == 127 && !self.host.contains(":"))
    }

    var description: String {
        "\(self.isTLS ? "https" : "http")://\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)"
    }
}

/// A mistake in the configuration, with what to do about it.
///
/// Exit code 2.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
