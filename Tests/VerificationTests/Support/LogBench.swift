// A log as the verifier sees it: entries that were proven, or why there are none.

import Crypto
import Foundation
import JSON
import PKIX
import X509

@testable import Verification

/// What the log says of the bench's agent.
struct LogBench: LogInclusionChecking {
    static let name = "log.example/signet"

    var certificate: [ProvenEntry]
    var last: ProvenEntry?
    var failure: LogFailure?

    var origin: String { Self.name }

    /// A log that has everything of an agent.
    init(_ bench: AgentBench) throws {
        self.certificate = [Self.entry(7, try bench.certificateEntry("CERTIFICATE_ISSUED"))]
        self.last = Self.entry(8, bench.agentEntry("AGENT_REGISTERED"))
    }

    static func entry(_ index: Int, _ content: JSONValue) -> ProvenEntry {
        let octets = content.serialized
        return ProvenEntry(
            index: index,
            content: octets,
            leafHash: Array(SHA256.hash(data: [0] + octets)),
            treeSize: 9,
            rootHash: [UInt8](repeating: 5, count: 32)
        )
    }

    func entries(ofCertificate serialNumber: SerialNumber) async throws(LogFailure) -> [ProvenEntry] {
        if let failure { throw failure }
        return self.certificate
    }

    func lastEntry(ofAgent id: String) async throws(LogFailure) -> ProvenEntry? {
        if let failure { throw failure }
        return self.last
    }
}

extension AgentBench {
    /// An entry about the identity certificate, or about what is given.
    func certificateEntry(
        _ type: String,
        fingerprint: [UInt8]? = nil,
        serialNumber: String? = nil,
        reason: String? = nil
    ) throws -> JSONValue {
        let leaf = try EncodedCertificate(der: self.identity)
        let serial = try PKIX.SerialNumber(bytes: Array(leaf.fields.serialNumber.bytes))
        return .object(present: [
            "schemaVersion": "signet-certificate-v1", "eventType": .string(type),
            "certificate": [
                "fingerprint": .string("SHA256:\((fingerprint ?? leaf.fingerprint).hexadecimal)"),
                "serialNumber": .string(serialNumber ?? serial.description),
            ],
            "revocation": reason.map { ["reason": .string($0), "revokedAt": "2026-01-01T00:00:00Z"] },
        ])
    }

    /// An event of the agent in its envelope.
    func agentEntry(_ type: String, id: String = "agent-1", name: String = Self.name) -> JSONValue {
        let fingerprint = Array(SHA256.hash(data: self.identity)).hexadecimal
        let event: JSONValue = [
            "eventType": .string(type), "ansId": .string(id), "ansName": .string(name),
            "attestations": ["identityCerts": [["fingerprint": .string("SHA256:\(fingerprint)")]]],
        ]
        return ["payload": ["producer": ["event": event]], "schemaVersion": "V2"]
    }
}
