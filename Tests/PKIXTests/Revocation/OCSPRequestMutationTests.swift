import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing

@Suite("Mutated OCSP requests")
struct OCSPRequestMutationTests {
    /// Requests with everything that a request can have: the corpus.
    static let corpus: [[UInt8]] = [
        OCSPRequestFixture().derEncoded(),
        OCSPRequest(items: OCSPFixture.hashes.map { .certID(OCSPFixture.certID($0)) }, nonce: [1, 2, 3]).derEncoded(),
        OCSPRequestFixture.changed {
            $0.count = 3
            $0.setNonce(32)
            $0.requestorName = DERBytes.node(0xA1, DERBytes.node(0x82, Array("a.example".utf8)))
            let algorithm = SignatureScheme.ed25519.algorithmIdentifier
            $0.signature = DERBytes.node(0xA0, DERBytes.sequence(algorithm, DERBytes.bitString([1, 2, 3])))
            let node = OCSPRequestFixture.node([1, 2, 3], [0x05, 0x00])
            $0.singleExtensions = DERBytes.node(0xA0, DERBytes.node(0x30, node))
        },
    ]

    @Test("a request cut at any octet is refused", arguments: corpus)
    func truncated(_ bytes: [UInt8]) {
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            #expect(code { () throws(PKIXError) in _ = try OCSPRequest(derEncoded: cut) } == .malformed, "\(length)")
        }
    }

    @Test("a length that lies is refused, or read as the octets have it", arguments: corpus)
    func everyOctetReplaced(_ bytes: [UInt8]) {
        for index in bytes.indices {
            for octet in [0x00, 0x01, 0x7F, 0x80, 0x81, 0x84, 0xFF] as [UInt8] {
                var mutated = bytes
                mutated[index] = octet
                Self.check(mutated)
            }
        }
    }

    @Test("random mutations never crash; what is taken is DER and written again as it was read")
    func random() {
        var generator = SeededGenerator(seed: 0x0C5B)
        let seconds = ProcessInfo.processInfo.environment["SIGNET_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        var rounds = 0
        repeat {
            for _ in 0..<5_000 {
                let bytes = Self.corpus[Int.random(in: Self.corpus.indices, using: &generator)]
                Self.check(Self.mutate(bytes, using: &generator))
            }
            rounds += 1
        } while ContinuousClock.now < end
        #expect(rounds > 0)
    }

    /// Whatever is taken, swift-asn1 takes, holds the bounds, and survives a round trip.
    private static func check(_ bytes: [UInt8]) {
        guard let request = try? OCSPRequest(derEncoded: bytes) else { return }
        #expect(throws: Never.self) { try DER.parse(bytes) }
        #expect((1...Budget.ocspRequestItems).contains(request.items.count))
        #expect(request.nonce.map { (1...Budget.ocspNonceBytes).contains($0.count) } ?? true)
        let again = try? OCSPRequest(derEncoded: request.derEncoded())
        #expect(again == request, "\(bytes.hexadecimal)")
    }

    /// Flips bits, and now and then takes out, doubles or overwrites a stretch.
    private static func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var mutated = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !mutated.isEmpty {
            let start = Int.random(in: mutated.indices, using: &generator)
            let end = min(start + Int.random(in: 1...8, using: &generator), mutated.count)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: mutated.removeSubrange(start..<end)
            case 1: mutated.insert(contentsOf: mutated[start..<end], at: start)
            case 2:
                let octet = UInt8.random(in: 0...255, using: &generator)
                mutated.replaceSubrange(start..<end, with: repeatElement(octet, count: end - start))
            default: mutated[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        }
        return mutated
    }
}
