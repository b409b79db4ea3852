// Answers to CAs' challenges over HTTP (RFC 8555 §8.3).

import NIOCore
import PKIX

/// The path of a challenge's file.
enum ChallengePath {
    private static let prefix = "/.well-known/acme-challenge/"

    /// The token in a path; nil when it is another path, or what follows is no token.
    ///
    /// RFC 8555 §8.3: "It MUST NOT contain any characters outside the base64url alphabet".
    static func token(_ path: String) -> String? {
        guard path.hasPrefix(Self.prefix) else { return nil }
        let token = path.dropFirst(Self.prefix.count)
        guard (1...Budget.tokenBytes).contains(token.utf8.count), token.utf8.allSatisfy(Self.isAdmitted) else {
            return nil
        }
        return String(token)
    }

    private static func isAdmitted(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension Dispatcher {
    /// Has the answer looked up.
    mutating func serveChallenge(_ token: String, _ head: RequestHead, _ persistence: Persistence) -> Outcome {
        switch head.method {
        case .get, .head: .challenge(token)
        case .unknown: self.refuse(.notImplemented, .none, head, persistence)
        default: self.refuse(.methodNotAllowed, .challenge, head, persistence, fields: "Allow: GET, HEAD\r\n")
        }
    }

    /// Writes what was found.
    mutating func writeChallenge(_ outcome: ColdOutcome, _ head: RequestHead, _ persistence: Persistence) {
        switch outcome {
        case .challenge(let content?):
            self.tally.request(.challenge, .ok)
            let fields = """
                Content-Type: application/octet-stream\r
                Content-Length: \(content.utf8.count)\r
                Cache-Control: no-store
                """
            self.writer.writeHead(.ok, fields: fields, persistence)
            if head.wantsBody { self.writer.write(ByteBuffer(string: content)) }
        case .challenge(nil): _ = self.refuse(.notFound, .challenge, head, persistence)
        case .tryLater(let seconds):
            let fields = "Retry-After: \(seconds)\r\n"
            _ = self.refuse(.serviceUnavailable, .challenge, head, persistence, fields: fields)
        case .signed, .cached, .failed: _ = self.refuse(.internalServerError, .challenge, head, persistence)
        }
    }
}
