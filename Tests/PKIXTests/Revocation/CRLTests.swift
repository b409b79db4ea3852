import Crypto
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("CRLs")
struct CRLTests {
    static let lists: [CRLFixture] = {
        let empty = CRLFixture()
        let full = CRLFixture(entries: CRLFixture.entries())
        var shard = full
        shard.head.scope = .shard(uri: CRLFixture.uri)
        shard.head.freshest = ["http://ca.example.com/crl/a.crl", "http://ca.example.com/crl/b.crl"]
        var delta = CRLFixture(entries: [CRLFixture.entry(at: OCSPFixture.now, reason: nil, isRemoval: true)])
        delta.head.deltaBase = 0
        var late = full
        late.head.thisUpdate = CertificateTime(secondsSinceEpoch: 2_524_608_000)
        late.head.nextUpdate = late.head.thisUpdate + TBSFixture.day
        late.head.number = .max
        late.entries[0].revokedAt = late.head.thisUpdate
        return [empty, full, shard, delta, late]
    }()

    @Test("what is written is read", arguments: lists)
    func roundTrip(_ list: CRLFixture) throws {
        let bytes = try list.signed()
        let parsed = try ParsedCRL(derEncoded: bytes)
        #expect(parsed.issuer == list.head.issuer)
        #expect(parsed.issuerBytes == DERBytes.encoding(of: list.head.issuer))
        #expect(parsed.thisUpdate == list.head.thisUpdate)
        #expect(parsed.nextUpdate == list.head.nextUpdate)
        #expect(parsed.number == list.head.number)
        #expect(parsed.deltaBase == list.head.deltaBase)
        #expect(parsed.authorityKeyIdentifier == list.head.authorityKeyIdentifier)
        #expect(parsed.distributionPoint == (list.head.scope == .full ? nil : [CRLFixture.uri]))
        #expect(parsed.freshest == list.head.freshest)
        #expect(parsed.scheme == .ecdsaSHA256)
        #expect(Array(parsed.entries) == list.entries)
        #expect(parsed.entries.count == list.entries.count)
        let encoding = try list.encoding()
        #expect(Array(parsed.signedBytes) == encoding.prefix + list.entryBytes + encoding.suffix)
        #expect(encoding.signedLength == parsed.signedBytes.count)
    }

    @Test("an entry is found by its serial number")
    func lookup() throws {
        let parsed = try ParsedCRL(derEncoded: CRLFixture(entries: CRLFixture.entries()).signed())
        #expect(parsed.entries.entry(of: OCSPFixture.serialNumber(1)) == CRLFixture.entries()[1])
        #expect(parsed.entries.entry(of: OCSPFixture.serialNumber(0xEE)) == nil)
    }

    @Test("an entry says beforehand how long it is", arguments: [Int64(0), -1_000_000_000, 4_000_000_000])
    func encodedCount(_ seconds: Int64) throws {
        for bytes in [[1], [0x80], OCSPFixture.serialNumber.bytes, [UInt8](repeating: 0xFF, count: 20)] {
            for reason in [nil, RevocationReason.unspecified, .keyCompromise] {
                for date in [nil, CertificateTime(secondsSinceEpoch: seconds)] {
                    let entry = CRLEntry(
                        serialNumber: try SerialNumber(bytes: bytes),
                        revokedAt: CertificateTime(secondsSinceEpoch: seconds),
                        reason: reason,
                        invalidityDate: date
                    )
                    var encoded: [UInt8] = []
                    entry.serialize(appendingTo: &encoded)
                    #expect(encoded.count == entry.encodedCount)
                    #expect(encoded.count < 0x80)
                }
            }
        }
    }

    @Test("an entry has the octets that it has by hand")
    func entryOctets() throws {
        var encoded: [UInt8] = []
        CRLEntry(
            serialNumber: try SerialNumber(bytes: [0x80]),
            revokedAt: TBSFixture.start,
            reason: .keyCompromise,
            invalidityDate: TBSFixture.start
        ).serialize(appendingTo: &encoded)
        let reason = DERBytes.sequence(DERBytes.identifier([2, 5, 29, 21]), DERBytes.node(0x04, [0x0A, 0x01, 0x01]))
        let date = DERBytes.sequence(
            DERBytes.identifier([2, 5, 29, 24]),
            DERBytes.node(0x04, DERBytes.node(0x18, Array("20261121000000Z".utf8)))
        )
        let expected = DERBytes.sequence(
            DERBytes.node(0x02, [0x00, 0x80]),
            DERBytes.node(0x17, Array("261121000000Z".utf8)),
            DERBytes.sequence(reason, date)
        )
        #expect(encoded == expected)
    }

    @Test("times are written as swift-asn1 writes them")
    func times() throws {
        var generator = SeededGenerator(seed: 0x71)
        for _ in 0..<2_000 {
            let time = CertificateTime(secondsSinceEpoch: .random(in: -630_000_000...4_100_000_000, using: &generator))
            var list = CRLFixture()
            list.head.thisUpdate = time
            list.head.nextUpdate = time
            let encoded = CRLFixture.time(time)
            #expect(try list.encoding().prefix.suffix(2 * encoded.count).elementsEqual(encoded + encoded))
        }
    }

    @Test("lengths of a list of a million entries are right without the entries")
    func largeLengths() throws {
        let length = 1_000_000 * CRLFixture.entries()[1].encodedCount
        let encoding = try CRLEncoding(head: CRLFixture().head, entriesLength: length)
        let outer = encoding.outer(signature: [1, 2, 3])
        // 30 84 and four octets of length.
        let signed = encoding.prefix[2..<6].reduce(0) { $0 << 8 | Int($1) }
        #expect(encoding.prefix[..<2] == [0x30, 0x84])
        #expect(signed == encoding.signedLength - 6)
        #expect(outer.prefix.dropFirst(2).reduce(0) { $0 << 8 | Int($1) } == encoding.signedLength + outer.suffix.count)
        let list = encoding.prefix.suffix(6)
        #expect(list.first == 0x30)
        #expect(list.dropFirst(2).reduce(0) { $0 << 8 | Int($1) } == length)
    }

    @Test("a negative number or length is refused")
    func refusals() throws {
        var head = CRLFixture().head
        #expect(code { () throws(PKIXError) in _ = try CRLEncoding(head: head, entriesLength: -1) } == .malformed)
        head.number = -1
        #expect(code { () throws(PKIXError) in _ = try CRLEncoding(head: head, entriesLength: 0) } == .malformed)
    }

    @Test("a list cut at any octet is refused, and changed octets never crash", arguments: lists)
    func mutations(_ list: CRLFixture) throws {
        let bytes = try list.signed()
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            #expect(code { () throws(PKIXError) in _ = try ParsedCRL(derEncoded: cut) } == .malformed)
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var mutated = bytes
                mutated[index] ^= 1 << UInt8(bit)
                if let parsed = try? ParsedCRL(derEncoded: mutated) {
                    #expect(Array(parsed.entries).count == parsed.entries.count)
                }
            }
        }
    }
}
