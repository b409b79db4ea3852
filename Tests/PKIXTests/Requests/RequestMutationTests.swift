import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Mutated requests")
struct RequestMutationTests {
    static let requests: [FixtureKey] = FixtureKey.subjects

    @Test("a request cut at any octet is refused", arguments: requests)
    func truncated(_ key: FixtureKey) throws {
        let bytes = try RequestFixture(key).derEncoded()
        for length in 0..<bytes.count {
            #expect(code { () throws(PKIXError) in _ = try ParsedCSR(Array(bytes[..<length])) } != nil, "\(length)")
        }
    }

    @Test("a PEM request cut at any octet is refused")
    func truncatedPEM() throws {
        let pem = PEMDocument(type: "CERTIFICATE REQUEST", derBytes: try RequestFixture().derEncoded()).pemString
        let bytes = Array(pem.utf8.prefix(through: try #require(pem.utf8.lastIndex(of: UInt8(ascii: "-")))))
        for length in 0..<bytes.count {
            #expect(code { () throws(PKIXError) in _ = try ParsedCSR(Array(bytes[..<length])) } != nil, "\(length)")
        }
    }

    @Test("every octet of a request is covered by the signature or by the syntax", arguments: requests)
    func everyOctetCounts(_ key: FixtureKey) throws {
        let bytes = try RequestFixture(key).derEncoded()
        for index in bytes.indices {
            var mutated = bytes
            mutated[index] ^= 0x01
            #expect(code { () throws(PKIXError) in _ = try ParsedCSR(mutated) } != nil, "\(index)")
        }
    }

    @Test("random mutations never crash and are never taken", arguments: requests)
    func random(_ key: FixtureKey) throws {
        let names: [GeneralName] = [.dnsName("a.example"), .uniformResourceIdentifier(TBSFixture.ansName)]
        let bytes = try RequestFixture(key, names: names).derEncoded()
        var generator = SeededGenerator(seed: 0xC5A)
        for round in 0..<1_000 {
            let mutated = Self.mutate(bytes, using: &generator)
            guard mutated != bytes else { continue }
            #expect(code { () throws(PKIXError) in _ = try ParsedCSR(mutated) } != nil, "round \(round)")
        }
    }

    /// Flips bits, and now and then takes out, doubles or overwrites a stretch.
    private static func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var mutated = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let start = Int.random(in: mutated.indices, using: &generator)
            let end = min(start + Int.random(in: 1...8, using: &generator), mutated.count)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: mutated.removeSubrange(start..<end)
            case 1: mutated.insert(contentsOf: mutated[start..<end], at: start)
            case 2:
                mutated.replaceSubrange(
                    start..<end,
                    with: repeatElement(UInt8.random(in: 0...255, using: &generator), count: end - start)
                )
            default: mutated[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        }
        return mutated
    }
}
