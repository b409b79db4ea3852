// Where a request goes, as derived components have it (RFC 9421 §2.2.2 to §2.2.7).

import HTTPTypes

/// The parts of a request's target.
struct RequestTarget {
    /// In lower case.
    let scheme: String
    /// In lower case, without the scheme's own port (RFC 9110 §4.2.3).
    let authority: String
    /// The target as HTTP/1.1 has it in the request line, in origin form or `*`.
    let requestTarget: String

    init(_ request: HTTPRequest) throws(HTTPSignatureError) {
        guard let scheme = request.scheme?.lowercased(), let authority = request.authority?.lowercased(),
            let target = request.path, !scheme.isEmpty, !authority.isEmpty
        else {
            throw HTTPSignatureError(.missingComponent, "the request needs a scheme, an authority and a path")
        }
        // An absolute target could name another authority than the one that is signed; HTTP/2 does not have it.
        guard target.hasPrefix("/") || target == "*" || target.isEmpty else {
            throw HTTPSignatureError(.missingComponent, "the request's target must begin with '/'")
        }
        self.scheme = scheme
        self.requestTarget = target
        let port = ["http": ":80", "https": ":443"][scheme]
        self.authority =
            port.map { authority.hasSuffix($0) ? String(authority.dropLast($0.count)) : authority } ?? authority
    }

    /// The absolute URI.
    var uri: String { "\(self.scheme)://\(self.authority)\(self.requestTarget == "*" ? "" : self.requestTarget)" }

    /// RFC 9421 §2.2.6: "an empty path string is normalized as a single slash (/) character".
    var path: String {
        let path = self.requestTarget.prefix { $0 != "?" }
        return path.isEmpty ? "/" : String(path)
    }

    /// RFC 9421 §2.2.7: "including the leading ? character"; and "If the query string is absent from the request message,
    /// the component value is the leading ? character alone".
    var query: String {
        let query = self.requestTarget.drop { $0 != "?" }
        return query.isEmpty ? "?" : String(query)
    }
}
