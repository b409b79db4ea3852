import PKIX
import Testing

@Suite("Revocation reasons")
struct RevocationReasonTests {
    @Test("names and numbers are those of RFC 5280 §5.3.1")
    func namesAndNumbers() {
        let expected = [
            "unspecified": 0, "keyCompromise": 1, "cACompromise": 2, "affiliationChanged": 3, "superseded": 4,
            "cessationOfOperation": 5, "certificateHold": 6, "privilegeWithdrawn": 9, "aACompromise": 10,
        ]
        #expect(Dictionary(uniqueKeysWithValues: RevocationReason.allCases.map { ($0.rawValue, $0.code) }) == expected)
    }

    @Test("numbers read back; 7, 8 and unknown ones are none", arguments: -1...12)
    func codes(_ number: Int) {
        let isUsed = (0...10).contains(number) && number != 7 && number != 8
        #expect(RevocationReason(code: number)?.code == (isUsed ? number : nil))
    }
}
