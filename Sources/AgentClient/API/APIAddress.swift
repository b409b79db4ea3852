// Where the management API is: https://HOST:PORT, or http:// on a loopback address only.

import Foundation
import PKIX

/// The address of a management API.
public struct APIAddress: Hashable, Sendable, CustomStringConvertible {
    /// Scheme, host and port, without a final slash.
    public let description: String
    /// Whether the connection is protected by TLS.
    public let isSecure: Bool

    /// Reads an address.
    ///
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration`; the reason names the rule that is broken.
    public init(_ text: String) throws(AgentClientError) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host?.trimmingCharacters(in: ["[", "]"]).lowercased(), !host.isEmpty
        else {
            throw Self.error(text, "is no address; write for example https://ca.example.com:8443")
        }
        guard parts.user == nil, parts.password == nil else {
            throw Self.error("", "must not hold a user or password; give the token in a file or in SIGNET_TOKEN")
        }
        guard parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil else {
            throw Self.error(text, "must end after host and port")
        }
        guard let name = AlternativeName(hostOrAddress: host) else { throw Self.error(text, "has an invalid host") }
        guard scheme == "https" || scheme == "http" else { throw Self.error(text, "must begin with https://") }
        // A bearer token in clear over a network would be anybody's (RFC 6750 §5.3).
        guard scheme == "https" || Self.isLoopback(name) else {
            throw Self.error(
                text,
                "would send the token in clear; http:// is admitted to loopback addresses only, write https://"
            )
        }
        let port = parts.port.map { ":\($0)" } ?? ""
        self.description = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host)\(port)"
        self.isSecure = scheme == "https"
    }

    /// Host and port as a request names them (RFC 9110 §7.2).
    var authority: String { String(self.description.drop { $0 != "/" }.dropFirst(2)) }

    private static func isLoopback(_ name: AlternativeName) -> Bool {
        switch name {
        case .dns(let host): host.description == "localhost"
        case .ip(let bytes): bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
        default: false
        }
    }

    private static func error(_ text: String, _ rule: String) -> AgentClientError {
        AgentClientError(.invalidConfiguration, "the API address \(text.isEmpty ? "" : "'\(text)' ")\(rule)")
    }
}
