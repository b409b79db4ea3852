// What an answer is found by: issuer, form of the CertID, serial number; in 32 octets, without a pointer.

import PKIX

/// The key of a cached answer.
///
/// Two CertIDs of one certificate that differ in hash or parameters have answers of their own, for the answer repeats the
/// CertID. Keys of one certificate lie in one part of the cache: ``partition(of:)`` leaves the form out.
struct StatusKey: Hashable, Sendable {
    /// The issuer's index, the form, and the length of the serial number.
    private let head: UInt64
    // Octets 0 to 7, 8 to 15 and 16 to 23 of the serial number's content, each packed from the low end. With the length in
    // `head`, which says how many octets each holds, two serial numbers never have the same three words.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64

    /// How a CertID is written: hash algorithm and whether its parameters are NULL.
    struct Form: Hashable, Sendable {
        let hash: OCSPHash
        let hasNullParameters: Bool

        /// Every form that is answered.
        static let all = OCSPHash.allCases.flatMap {
            [Form(hash: $0, hasNullParameters: false), Form(hash: $0, hasNullParameters: true)]
        }

        fileprivate var code: UInt64 { UInt64(self.hash.rawValue) << 1 | (self.hasNullParameters ? 1 : 0) }
    }

    /// The longest content of a serial number: 20 octets and one for the sign.
    static let serialNumberBytes = PKIX.Budget.serialNumberBytes + 1

    /// Creates a key; `nil` when the serial number is empty or longer than ``serialNumberBytes``.
    @inline(__always)
    init?(issuer: Int, form: Form, serialNumber: Span<UInt8>) {
        let count = serialNumber.count
        guard count > 0, count <= Self.serialNumberBytes else { return nil }
        self.head = UInt64(truncatingIfNeeded: issuer) << 16 | form.code << 8 | UInt64(count)
        self.first = Self.word(serialNumber, 0, min(8, count))
        self.second = Self.word(serialNumber, 8, min(16, count))
        self.third = Self.word(serialNumber, 16, count)
    }

    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        var word: UInt64 = 0
        var index = start
        while index < end {
            word = word << 8 | UInt64(bytes[index])
            index += 1
        }
        return word
    }

    /// The issuer's index.
    var issuer: Int { Int(self.head >> 16) }

    /// The form of the CertID.
    var form: Form {
        let code = UInt8(truncatingIfNeeded: self.head >> 8)
        return Form(hash: OCSPHash(rawValue: code >> 1) ?? .sha1, hasNullParameters: code & 1 == 1)
    }

    /// The content octets of the serial number.
    var serialNumber: [UInt8] {
        let count = Int(self.head & 0xFF)
        return (0..<count).map { index in
            let word = index < 8 ? self.first : index < 16 ? self.second : self.third
            let last = min((index / 8 + 1) * 8, count) - 1
            return UInt8(truncatingIfNeeded: word >> UInt64(8 * (last - index)))
        }
    }

    /// Which of some parts of the cache holds the key; `count` is a power of two.
    @inline(__always)
    func partition(of count: Int) -> Int {
        // Fibonacci hashing: the golden ratio spreads serial numbers that were counted up as well as random ones. Only
        // serial numbers of certificates that we issued enter, so no stranger chooses them.
        let mixed = (self.first ^ self.second ^ self.third ^ self.head >> 16) &* 0x9E37_79B9_7F4A_7C15
        return Int(mixed >> 32) & (count - 1)
    }

    /// A number below 1,024 for each key, evenly spread.
    var spread: Int64 {
        let mixed = (self.first &+ self.second &* 3 &+ self.third &* 7 &+ self.head) &* 0xD6E8_FEB8_6659_FD93
        return Int64(mixed >> 54)
    }
}
