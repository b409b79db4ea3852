import PKIX
import Testing

@testable import ValidationService

@Suite("The one form of OCSP request")
struct CertIDScanTests {
    /// What the scan reads, as a CertID.
    private func scanned(_ bytes: [UInt8]) -> OCSPCertID? {
        guard let scan = CertIDScan(bytes.span) else { return nil }
        return OCSPCertID(
            hash: scan.form.hash,
            hasNullParameters: scan.form.hasNullParameters,
            issuerNameHash: Array(bytes[scan.nameHash]),
            issuerKeyHash: Array(bytes[scan.keyHash]),
            serialNumber: Array(bytes[scan.serialNumber])
        )
    }

    @Test("Every form and length of serial number is found", arguments: OCSPHash.allCases, [true, false])
    func forms(hash: OCSPHash, null: Bool) {
        for count in 1...21 {
            let serial = [0x40] + [UInt8](repeating: 7, count: count - 1)
            #expect(self.scanned(Fixture.request(serial, hash, null: null)) == Fixture.certID(serial, hash, null: null))
        }
    }

    @Test("Whatever is changed, the scan reads nothing that the strict reader reads otherwise")
    func mutations() {
        for hash in OCSPHash.allCases {
            let valid = Fixture.request([0x40, 1, 2], hash)
            for index in valid.indices {
                for octet in UInt8.min...UInt8.max {
                    var bytes = valid
                    bytes[index] = octet
                    guard let certID = self.scanned(bytes) else { continue }
                    let strict = try? OCSPRequest(derEncoded: bytes)
                    #expect(strict?.items == [.certID(certID)] && strict?.nonce == nil, "octet \(index) = \(octet)")
                }
            }
            for count in 0..<valid.count { #expect(self.scanned(Array(valid[..<count])) == nil) }
            #expect(self.scanned(valid + [0]) == nil)
        }
    }

    @Test("A key gives back what it was made of, and no two serial numbers share one")
    func keys() {
        var keys: Set<StatusKey> = []
        for count in 1...21 {
            for fill: UInt8 in [0, 1, 0xFF] {
                let serial = (0..<count).map { UInt8($0) &* fill }
                for form in StatusKey.Form.all {
                    let key = StatusKey(issuer: 3, form: form, serialNumber: serial.span)!
                    #expect((key.issuer, key.serialNumber) == (3, serial))
                    #expect(key.form == form)
                    #expect((0..<1_024).contains(key.spread))
                    keys.insert(key)
                }
            }
        }
        // With one octet, 0, three fills give the same serial number.
        #expect(keys.count == (21 * 3 - 2) * 4)
        let form = StatusKey.Form(hash: .sha1, hasNullParameters: true)
        #expect(StatusKey(issuer: 0, form: form, serialNumber: [UInt8](repeating: 1, count: 22).span) == nil)
        #expect(StatusKey(issuer: 0, form: form, serialNumber: [UInt8]().span) == nil)
    }
}
