import PKIX
import Testing

@testable import ValidationService

@Suite("OCSP requests in paths")
struct PathDecoderTests {
    private func decode(_ text: String, capacity: Int = 256) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: capacity)
        let bytes = Array(text.utf8)
        var output = octets.mutableSpan
        guard case .octets(let count) = PathDecoder.decode(bytes.span, 0..<bytes.count, into: &output) else {
            return nil
        }
        return Array(octets[..<count])
    }

    @Test(
        "Variants of base64 are the same octets",
        arguments: ["+/+/AA==", "+/+/AA", "-_-_AA", "%2B%2f%2B%2FAA%3D%3D", " / /AA==", "%20%2F+_AA%3d=", "/+/+/AA"]
    )
    func variants(text: String) { #expect(self.decode(text) == [0xFB, 0xFF, 0xBF, 0x00]) }

    @Test(
        "What is not base64 is malformed",
        arguments: ["A", "AAAAA", "AA=A", "AA===", "A*==", "%2", "%zz", "AAAA?x=1", "é"]
    )
    func malformed(text: String) { #expect(self.decode(text) == nil) }

    @Test("Nothing is written beyond the room")
    func room() {
        var octets = [UInt8](repeating: 0, count: 3)
        let bytes = Array("AAAAAA".utf8)
        var output = octets.mutableSpan
        #expect(PathDecoder.decode(bytes.span, 0..<6, into: &output) == .tooLong)
    }

    @Test("A slash that a proxy took out is put back, if that gives a request for an issuer of ours")
    func lostSlashes() {
        // 0x0F 0xFF 0xFF anywhere makes "//" or "/" at some alignment; try serial numbers until the text has one "//".
        for filler: UInt8 in 1...60 {
            let request = Fixture.request([0x40, filler, 0xFF, 0xFF, 0xFF, 0x12, 0x34, 0x56])
            let sent = Fixture.base64(request)
            let tidied = sent.replacing("//", with: "/")
            guard tidied != sent, sent.utf8.count - tidied.utf8.count == 1 else { continue }
            let bytes = Array(tidied.utf8)
            var trials = 0
            let restored = LostSlashes.restored(bytes.span, 0..<bytes.count) { octets in
                trials += 1
                return octets == request
            }
            #expect(restored == request)
            #expect(trials <= Budget.slashPlaces * Budget.slashPlaces)
            return
        }
        Issue.record("no serial number with a double slash")
    }
}
