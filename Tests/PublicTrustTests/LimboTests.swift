import PKIX
import Testing

@testable import PublicTrust

@Suite("Path validation: vectors of x509-limbo")
struct LimboTests {
    static let cases = LimboVectors.all.cases.filter { $0.crls == nil }

    /// What the rules say of a case; nil when they find nothing.
    static func refusal(_ vector: LimboVectors.Case, rules: [PathRule] = PathRule.all) -> String? {
        do {
            let roots = try TrustRoots(LimboVectors.all.der(vector.roots).map { try EncodedCertificate(der: $0) })
            _ = try ChainValidator(roots: roots, rules: rules).validate(
                LimboVectors.all.der([vector.peer] + vector.intermediates),
                for: vector.purpose == "SERVER" ? .server : .client,
                of: try vector.reference.get(),
                at: vector.instant
            )
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("each case is judged as the vectors expect, or is listed with a reason", arguments: Self.cases)
    func judgement(_ vector: LimboVectors.Case) {
        let refusal = Self.refusal(vector)
        let agrees = (refusal == nil) == vector.isExpectedToPass
        if let reason = LimboDeviations.all[vector.id] {
            #expect(!agrees, "\(vector.id) agrees now; strike it off the list (\(reason))")
        } else {
            #expect(agrees, "\(vector.id) expected \(vector.expected): \(refusal ?? "accepted")")
        }
    }

    @Test("each rule is needed: without it some case is accepted that must not be", arguments: PathRule.all.map(\.name))
    func necessity(_ name: String) {
        let rules = PathRule.all.filter { $0.name != name }
        #expect(rules.count == PathRule.all.count - 1)
        let wronged = Self.cases.first { vector in
            // Those are of bounds, not of rules, and the slowest.
            guard !vector.isExpectedToPass, !vector.id.hasPrefix("pathological"), LimboDeviations.all[vector.id] == nil
            else { return false }
            return Self.refusal(vector, rules: rules) == nil
        }
        #expect(wronged != nil, "nothing shows that rule \(name) is there")
    }

    /// Where libcrypto is alone with its opinion.
    static let libcryptoRefuses = [
        // It looks for one path only, and gives up with that.
        "rfc5280::nc::nc-forbids-alternate-chain-ica", "rfc5280::nc::nc-forbids-same-chain-ica",
        // The second of notAfter is no longer valid for it; RFC 5280 §4.1.2.5: "through notAfter, inclusive".
        "rfc5280::validity::notafter-exact", "rfc5280::validity::notafter-fractional",
    ]

    @Test("what the vectors accept and we do, libcrypto accepts too", arguments: Self.cases.filter(\.isExpectedToPass))
    func secondOpinion(_ vector: LimboVectors.Case) throws {
        guard Self.refusal(vector) == nil, !Self.libcryptoRefuses.contains(vector.id) else { return }
        _ = try CertificationPath(
            of: EncodedCertificate(der: LimboVectors.all.der(vector.peer)),
            through: LimboVectors.all.der(vector.intermediates).map { try EncodedCertificate(der: $0) },
            to: LimboVectors.all.der(vector.roots).map { try EncodedCertificate(der: $0) },
            at: vector.instant
        )
    }

    @Test("CRLs are judged as the vectors expect", arguments: LimboVectors.all.cases.filter { $0.crls != nil })
    func lists(_ vector: LimboVectors.Case) throws {
        let roots = try TrustRoots(LimboVectors.all.der(vector.roots).map { try EncodedCertificate(der: $0) })
        let path = try ChainValidator(roots: roots).validate(
            LimboVectors.all.der([vector.peer] + vector.intermediates),
            for: .server,
            of: try vector.reference.get(),
            at: vector.instant
        )
        let statuses = LimboVectors.all.der(vector.crls ?? []).map { list in
            let inquiry = CRLInquiry(certificate: path.path[0], issuer: path.path[1], addresses: [])
            return (try? inquiry.judge(list, from: "", at: vector.instant).status) ?? .unavailable
        }
        #expect(statuses.contains(.good) == vector.isExpectedToPass, "\(vector.id): \(statuses)")
    }
}
