// AWS Signature Version 4, for Route 53: the path is encoded once by the caller, the body's digest is not sent.

import Crypto
import Foundation
import OutboundHTTP

/// Signs calls of AWS.
struct SignatureV4: Sendable {
    let credentials: AWSCredentials
    let region: String
    let service: String

    /// What is signed of a call.
    struct Request: Sendable {
        let method: String
        /// Encoded, from its first slash.
        let path: String
        /// Encoded and sorted, without the question mark.
        let query: String
        /// What the field `Host` says.
        let host: String
        /// Nil for a call without a body.
        let contentType: String?
        let body: [UInt8]
    }

    /// The fields to send with a request: date, token and authorization.
    ///
    /// - Parameter instant: Seconds since 1970.
    func fields(for request: Request, at instant: Int64) -> [HTTPField] {
        let time = CivilTime.basic(instant)
        var fields = [HTTPField("X-Amz-Date", time)]
        if let token = self.credentials.sessionToken {
            fields.append(HTTPField("X-Amz-Security-Token", token.revealed))
        }
        let canonical = self.canonicalRequest(request, time: time)
        let scope = "\(time.prefix(8))/\(self.region)/\(self.service)/aws4_request"
        let digest = Self.hexadecimal(SHA256.hash(data: Data(canonical.text.utf8)))
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(digest)"
        let signature = Self.hexadecimal(Self.code(text, under: self.key(date: String(time.prefix(8)))))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(self.credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return fields + [HTTPField("Authorization", authorization)]
    }

    /// The canonical request, and which fields it has.
    func canonicalRequest(_ request: Request, time: String) -> (text: String, signedHeaders: String) {
        let fields: [(name: String, value: String?)] = [
            ("content-type", request.contentType), ("host", request.host), ("x-amz-date", time),
            ("x-amz-security-token", self.credentials.sessionToken?.revealed),
        ]
        let present = fields.compactMap { field in field.value.map { (field.name, $0) } }
        let signedHeaders = present.map(\.0).joined(separator: ";")
        let lines =
            [request.method, request.path, request.query] + present.map { "\($0.0):\($0.1)" }
            + ["", signedHeaders, Self.hexadecimal(SHA256.hash(data: Data(request.body)))]
        return (lines.joined(separator: "\n"), signedHeaders)
    }

    /// Date, region, service and purpose, each under the key before it.
    private func key(date: String) -> SymmetricKey {
        let secret = SymmetricKey(data: Data("AWS4\(self.credentials.secretAccessKey.revealed)".utf8))
        return [date, self.region, self.service, "aws4_request"].reduce(secret) { key, text in
            SymmetricKey(data: Self.code(text, under: key))
        }
    }

    private static func code(_ text: String, under key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }

    private static func hexadecimal(_ octets: some Sequence<UInt8>) -> String { Array(octets).hexadecimal }
}
