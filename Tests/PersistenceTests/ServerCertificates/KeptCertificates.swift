// What the contract tests of public certificates keep.

import Foundation
import PKIX
import ServerCertificates

/// The instant at which these tests begin.
let firstDay = Date(timeIntervalSince1970: 1_795_262_400)

/// A certificate of no CA, whose octets are told from others by the number; its days are counted from ``firstDay``.
func keptCertificate(
    _ number: UInt8,
    agent: String = "agent-1",
    reference: String,
    from: Int64 = 0,
    to: Int64 = 90,
    source: ServerCertificate.Source = .authority("ca-1")
) -> KeptCertificate {
    KeptCertificate(
        agent: agent,
        host: "a.agents.test",
        reference: reference,
        addedAt: firstDay,
        certificate: ServerCertificate(
            certificate: [number, 1],
            chain: [[number, 2], [number, 3, 0xFF]],
            fingerprint: [number],
            publicKeyHash: [number, 4],
            notBefore: CertificateTime(firstDay) + from * 86_400,
            notAfter: CertificateTime(firstDay) + to * 86_400,
            source: source,
            timestamps: 2
        )
    )
}
