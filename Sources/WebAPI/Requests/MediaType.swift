// The media types of this API.

/// Media types, as header fields have them.
enum MediaType {
    static let json = "application/json"
    /// RFC 9457.
    static let problem = "application/problem+json"
    /// RFC 8555 §9.1: certificates in PEM, the leaf first.
    static let pemChain = "application/pem-certificate-chain"
    /// RFC 7515 §9.2.1: a JWS in the compact serialization.
    static let jose = "application/jose"
    /// A catalogue of agents (AI Catalog, draft of 2026-06-11).
    static let aiCatalog = "application/ai-catalog+json"
    /// RFC 9512.
    static let yaml = "application/yaml"

    /// Whether a Content-Type is JSON in UTF-8.
    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map {
            $0.trimmedOfSpace.lowercased()
        }
        guard parts[0] == json else { return false }
        return parts.dropFirst().allSatisfy {
            !$0.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains($0)
        }
    }
}

extension Substring {
    /// Without the optional white space of header fields (RFC 9110 §5.6.3).
    var trimmedOfSpace: Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = self.drop(while: isSpace)
        return start.lastIndex { !isSpace($0) }.map { start[...$0] } ?? ""
    }
}
