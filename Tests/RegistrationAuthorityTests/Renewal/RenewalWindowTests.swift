// Renewal windows: where they lie, and that they are spread.

import Foundation
import Testing

@testable import RegistrationAuthority

@Suite("Renewal windows")
struct RenewalWindowTests {
    private let begin = Date(timeIntervalSince1970: 1_795_262_400)

    private func window(_ id: Int, life: Double) -> RenewalWindow {
        RenewalWindow(notBefore: self.begin, notAfter: self.begin + life, id: Array("\(id)".utf8))
    }

    @Test("A window lies around two thirds of the life, long before its end", arguments: [3_600.0, 86_400, 7_776_000])
    func place(life: Double) {
        for id in 0..<500 {
            let window = self.window(id, life: life)
            #expect(window.start < window.end)
            #expect(window.start.timeIntervalSince(self.begin) / life >= 0.583)
            #expect(window.end.timeIntervalSince(self.begin) / life <= 0.7501)
            #expect(window == self.window(id, life: life))
        }
    }

    @Test("Windows of certificates that were issued together are spread evenly, with two thirds in the middle")
    func spread() {
        let life = 12_000_000.0
        let starts = (0..<4_000).map { self.window($0, life: life).start.timeIntervalSince(self.begin) - 7_000_000 }
        var buckets = [Int](repeating: 0, count: 10)
        for start in starts { buckets[min(9, Int(start / 100_000))] += 1 }
        #expect(buckets.allSatisfy { (300...500).contains($0) }, "\(buckets)")
        let middle = starts.reduce(0, +) / 4_000 + 7_000_000 + 500_000
        #expect(abs(middle / life - 2.0 / 3) < 0.005)
    }

    @Test("However short a life, a window has a length", arguments: [-5.0, 0, 1, 11, 60])
    func short(life: Double) {
        let window = self.window(1, life: life)
        #expect(window.start < window.end)
    }

    @Test("After a revocation the window has passed; when to ask again fits the life")
    func information() {
        let end = self.begin + 90 * 86_400
        let revoked = RenewalInformation(notBefore: self.begin, notAfter: end, isRevoked: true, id: [1])
        #expect(revoked.window.end == self.begin + 1 && revoked.window.start == self.begin)
        #expect(revoked.retryAfter == 21_600)
        let short = RenewalInformation(notBefore: self.begin, notAfter: self.begin + 86_400, isRevoked: false, id: [1])
        #expect(short.retryAfter == 2_160)
        let brief = RenewalInformation(notBefore: self.begin, notAfter: self.begin + 600, isRevoked: false, id: [1])
        #expect(brief.retryAfter == 60)
    }
}
