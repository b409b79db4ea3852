import DNS
import PKIX
import Testing

@testable import Verification

@Suite("TLSA records (RFC 6698, RFC 7671)")
struct TLSATests {
    /// Usage, selector, matching type.
    static let kinds: [(UInt8, UInt8, UInt8)] = (0...3).flatMap { usage in
        (0...1).flatMap { selector in (0...2).map { (UInt8(usage), UInt8(selector), UInt8($0)) } }
    }

    static func verdict(_ records: [TLSARecord], _ bench: AgentBench) throws -> TLSAVerdict {
        TLSAMatching(
            leaf: try EncodedCertificate(der: bench.server),
            above: [try EncodedCertificate(der: bench.publicRoot.certificate.der)]
        ).verdict(records)
    }

    @Test("every kind agrees with what it is of, and with nothing else", arguments: Self.kinds.indices)
    func agreement(_ index: Int) throws {
        let (usage, selector, matching) = Self.kinds[index]
        let bench = try AgentBench()
        let record = try bench.association(usage, selector, matching)
        #expect(try Self.verdict([record], bench) == .matched(record))
        // Of the CA where it should be of the service, and the reverse.
        let wrong = try bench.association(
            usage,
            selector,
            matching,
            of: usage % 2 == 0 ? bench.server : bench.publicRoot.certificate.der
        )
        #expect(try Self.verdict([wrong], bench) == .mismatched(usable: 1))
        // During a rollover one of several is enough.
        #expect(try Self.verdict([wrong, record], bench) == .matched(record))
    }

    @Test("what is unknown or has another length cannot be used, and alone is as if there were none")
    func unusable() throws {
        let bench = try AgentBench()
        let good = try bench.association(3, 1, 1)
        let bad = [
            TLSARecord(usage: 4, selector: 1, matchingType: 1, association: good.association),
            TLSARecord(usage: 255, selector: 1, matchingType: 1, association: good.association),
            TLSARecord(usage: 3, selector: 2, matchingType: 1, association: good.association),
            TLSARecord(usage: 3, selector: 1, matchingType: 3, association: good.association),
            TLSARecord(usage: 3, selector: 1, matchingType: 1, association: Array(good.association.dropLast())),
            TLSARecord(usage: 3, selector: 1, matchingType: 2, association: good.association),
            TLSARecord(usage: 3, selector: 1, matchingType: 0, association: [1, 2, 3]),
            TLSARecord(usage: 3, selector: 1, matchingType: 1, association: []),
        ]
        for record in bad { #expect(!TLSAMatching.isUsable(record)) }
        #expect(try Self.verdict(bad, bench) == .unusable)
        #expect(try Self.verdict([], bench) == .unusable)
        #expect(try Self.verdict(bad + [good], bench) == .matched(good))
    }

    @Test("of two digests the stronger counts")
    func agility() throws {
        let bench = try AgentBench()
        let weak = try bench.association(3, 1, 1)
        let strong = TLSARecord(usage: 3, selector: 1, matchingType: 2, association: [UInt8](repeating: 1, count: 64))
        #expect(try Self.verdict([weak, strong], bench) == .mismatched(usable: 1))
        let other = TLSARecord(usage: 3, selector: 0, matchingType: 2, association: [UInt8](repeating: 1, count: 64))
        #expect(try Self.verdict([weak, other], bench) == .matched(weak))
    }

    @Test("the key's octets are those of the certificate")
    func keyInfo() throws {
        let bench = try AgentBench()
        let identity = try EncodedCertificate(der: bench.identity)
        #expect(identity.publicKeyInfo == bench.identityKeyInfo)
        #expect(try EncodedCertificate(der: bench.server).publicKeyHash == bench.serverKeyHash)
    }
}
