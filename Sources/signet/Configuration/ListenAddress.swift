// Where the daemon listens: the management API at https://HOST:PORT, or http://HOST:PORT on loopback only; the public side at
// http://HOST:PORT.

import PKIX

/// An address to listen at.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    let isTLS: Bool
    private(set) var host: String
    private(set) var port: Int

    /// Where the management API listens.
    ///
    /// - Throws: ``ConfigurationError``.
    init(_ text: String, key: String) throws(ConfigurationError) {
        try self.init(text, key: key, form: "https://HOST:PORT (or, on loopback, http://HOST:PORT)")
        guard self.isTLS || self.isLoopback else {
            throw ConfigurationError("\(key): plain HTTP is served on loopback addresses only; write https://…")
        }
    }

    /// Where the public side listens: plain HTTP, since who checks a status cannot check a certificate for it first.
    ///
    /// - Throws: ``ConfigurationError``.
    init(public text: String, key: String) throws(ConfigurationError) {
        let form = "http://HOST:PORT"
        try self.init(text, key: key, form: form)
        guard !self.isTLS else { throw ConfigurationError("\(key): '\(text)' is not of the form \(form)") }
    }

    private init(_ text: String, key: String, form: String) throws(ConfigurationError) {
        let mistake = ConfigurationError("\(key): '\(text)' is not of the form \(form)")
        guard let separator = text.firstRange(of: "://") else { throw mistake }
        let scheme = text[..<separator.lowerBound]
        guard scheme == "https" || scheme == "http" else { throw mistake }
        var authority = text[separator.upperBound...]
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw mistake }
        var host = String(authority[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, AlternativeName(hostOrAddress: host) != nil else { throw mistake }
        self.isTLS = scheme == "https"
        self.host = host
        self.port = port
    }

    /// The same address with another port: the one that the system chose for port 0.
    func with(port: Int) -> Self {
        var copy = self
        copy.port = port
        return copy
    }

    /// The same address as this machine reaches it, when it stands for all of the machine's.
    var onThisMachine: Self {
        var copy = self
        if copy.host == "0.0.0.0" { copy.host = "127.0.0.1" }
        if copy.host == "::" { copy.host = "::1" }
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
