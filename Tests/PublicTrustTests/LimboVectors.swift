// The vectors of x509-limbo (C2SP, Apache-2.0), adapted as data: Vectors/x509-limbo.json says how.

import Foundation
import PKIX
import PublicTrust

/// The file.
struct LimboVectors: Decodable {
    /// A case.
    struct Case: Decodable, Sendable, CustomStringConvertible {
        struct Identity: Decodable {
            let kind: String
            let value: String
        }

        let id: String
        let expected: String
        let purpose: String
        let roots: [Int]
        let intermediates: [Int]
        let peer: Int
        let identity: Identity?
        let time: String?
        let crls: [Int]?

        var description: String { self.id }
        var isExpectedToPass: Bool { self.expected == "SUCCESS" }
    }

    let documents: [String]
    let cases: [Case]

    static let all: LimboVectors = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/x509-limbo.json")
        return try! JSONDecoder().decode(LimboVectors.self, from: Data(contentsOf: file))
    }()

    func der(_ index: Int) -> [UInt8] { Array(Data(base64Encoded: self.documents[index])!) }

    func der(_ indexes: [Int]) -> [[UInt8]] { indexes.map(self.der) }
}

extension LimboVectors.Case {
    /// Cases without a time are judged when they were made.
    var instant: CertificateTime {
        guard let time else { return CertificateTime(secondsSinceEpoch: 1_782_750_000) }
        let seconds = String(time.prefix(19)) + "Z"
        return CertificateTime(try! Date(seconds, strategy: .iso8601))
    }

    /// The identity as the caller has it; nil for one that cannot be asked for here.
    var reference: Result<ReferenceIdentity?, any Error> {
        guard let identity else { return .success(nil) }
        return Result {
            switch identity.kind {
            case "DNS": .host(try HostName(identity.value))
            case "IP": .address(IPText.octets(identity.value)!)
            default: throw TrustError(.noPath, "the kind \(identity.kind)")
            }
        }
    }
}

/// Addresses of vectors.
enum IPText {
    static func octets(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        return inet_pton(AF_INET6, text, &six) == 1 ? withUnsafeBytes(of: six) { Array($0) } : nil
    }
}
