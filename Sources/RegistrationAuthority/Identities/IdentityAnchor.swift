// What a verified identity of ANS is about: an identifier whose kind is told from its form (ANS API, `registerIdentity`).

import JSON
import PKIX

/// An identifier that somebody can prove control of.
///
/// True of every value: it is well formed, and in its one canonical form.
public struct IdentityAnchor: Hashable, Sendable, CustomStringConvertible {
    /// The kind of an identifier.
    public enum Kind: String, Hashable, Sendable {
        /// The DID method `web`: the keys of a document on a web server.
        case web = "did:web"
        /// The DID method `key`: a key that is the identifier.
        case key = "did:key"

        /// What ANS calls the proof of control.
        public var proofMethod: String { self == .web ? "did-web-sig" : "did-key-sig" }
    }

    enum Form: Hashable, Sendable {
        case web(host: HostName, path: [String])
        case key(multibase: String)
    }

    let form: Form

    /// Reads an identifier.
    ///
    /// - Throws: ``RegistrationError``: `.identifierKindUnsupported` for what is of no kind that can be proven here, `.invalidDID`
    ///   for a DID that is not well formed.
    public init(_ text: String) throws(RegistrationError) {
        guard text.utf8.count <= Budget.identifierBytes else {
            throw Self.error("it has \(text.utf8.count) octets; at most \(Budget.identifierBytes) are admitted")
        }
        if text.hasPrefix("did:web:") {
            self.form = try Self.web(text.dropFirst("did:web:".count))
        } else if text.hasPrefix("did:key:") {
            let multibase = String(text.dropFirst("did:key:".count))
            _ = try Multikey(multibase: multibase)
            self.form = .key(multibase: multibase)
        } else {
            throw Self.unsupported(text)
        }
    }

    /// The kind.
    public var kind: Kind {
        switch self.form {
        case .web: .web
        case .key: .key
        }
    }

    /// The canonical identifier.
    public var description: String {
        switch self.form {
        case .web(let host, let path): (["did:web", host.description] + path).joined(separator: ":")
        case .key(let multibase): "did:key:\(multibase)"
        }
    }

    /// Where the DID document lies (did:web, "Read (Resolve)"); nil for a kind without one.
    var documentURL: String? {
        guard case .web(let host, let path) = self.form else { return nil }
        let directory = path.isEmpty ? ".well-known" : path.joined(separator: "/")
        return "https://\(host)/\(directory)/did.json"
    }

    /// The profile of did:web in ANS: no port, no user information, no percent-encoding, so that the URL of the document can be
    /// read off the identifier.
    private static func web(_ rest: Substring) throws(RegistrationError) -> Form {
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard !rest.contains("%") else {
            throw self.error("did:web has no port and no percent-encoding here; documents are fetched at port 443")
        }
        let name = (parts.first ?? "").lowercased()
        // did:web: "the domain name […] MUST NOT include IP addresses".
        guard IPAddress.octets(of: name) == nil, name.contains("."), let host = try? HostName(name) else {
            throw self.error("'\(name.quotedForDetail)' is no host name; write did:web:HOST or did:web:HOST:PATH")
        }
        let path = parts.dropFirst().map(String.init)
        for segment in path {
            let isPlain = segment.utf8.allSatisfy { octet in
                Character(Unicode.Scalar(octet)).isLetter && octet < 0x80
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) || "-._~".utf8.contains(octet)
            }
            guard isPlain, !segment.isEmpty, segment != ".", segment != ".." else {
                throw self.error(
                    "the path of did:web has letters, digits and -._~ alone, and no segment '', '.' or '..'"
                )
            }
        }
        return .web(host: host, path: path)
    }

    private static func error(_ reason: String) -> RegistrationError {
        RegistrationError(.invalidDID, "value: \(reason)")
    }

    private static func unsupported(_ text: String) -> RegistrationError {
        let why: String
        if text.hasPrefix("did:") {
            let method = text.dropFirst(4).prefix { $0 != ":" }
            why = "the DID method '\(String(method).quotedForDetail)' is not supported; did:web and did:key are"
        } else if text.utf8.count == 20, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexOrLetter }) {
            why =
                "an LEI is proven by a vLEI credential, which no verifier here can check; did:web and did:key can be proven"
        } else if (try? HostName(text.lowercased())) != nil, text.contains(".") {
            why =
                "a host name is the anchor of an agent and proven by registering one; did:web:\(text.lowercased()) names its owner"
        } else {
            why = "'\(text.quotedForDetail)' is neither did:web nor did:key"
        }
        return RegistrationError(.identifierKindUnsupported, "value: \(why)")
    }
}

extension Character {
    /// Whether it is a digit or letter of ASCII.
    fileprivate var isHexOrLetter: Bool { self.isASCII && (self.isLetter || self.isNumber) }
}
