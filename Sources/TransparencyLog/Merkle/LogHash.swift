// The hashes of a Merkle tree (RFC 6962 §2.1, RFC 9162 §2.1.1): SHA-256, leaves and nodes told apart by their first octet.

import Crypto
import PKIX

/// A SHA-256 hash: of a leaf, a node, a root.
public struct LogHash: Hashable, Sendable, CustomStringConvertible {
    /// Octets of a hash.
    public static let byteCount = 32

    // Four words in place of an array: a tile's 256 hashes are one allocation, not 257.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// A hash of 32 octets; nil for any other number of them.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    private init(_ digest: SHA256Digest) {
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        digest.withUnsafeBytes { source in withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: source) } }
        self.words = words
    }

    /// Reads the base64 that checkpoints and proofs have; nil when it is none of 32 octets.
    public init?(base64 text: some StringProtocol) {
        guard text.utf8.count == 44, let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }

    /// The hash of an entry.
    public static func leaf(_ entry: some Collection<UInt8>) -> LogHash {
        // RFC 6962 §2.1: "MTH({d(0)}) = SHA-256(0x00 || d(0))".
        var hash = SHA256()
        hash.update(data: [0x00])
        if entry.withContiguousStorageIfAvailable({ hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
            hash.update(data: Array(entry))
        }
        return LogHash(hash.finalize())
    }

    /// The hash of two subtrees.
    public static func node(_ left: LogHash, _ right: LogHash) -> LogHash {
        // RFC 6962 §2.1: "MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))".
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Self.byteCount, alignment: 1) { input in
            input[0] = 0x01
            input.storeBytes(of: left.words, toByteOffset: 1, as: (UInt64, UInt64, UInt64, UInt64).self)
            input.storeBytes(of: right.words, toByteOffset: 33, as: (UInt64, UInt64, UInt64, UInt64).self)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(input))
            return LogHash(hash.finalize())
        }
    }

    /// Zeros, which are the hash of nothing known.
    static let zero = LogHash(words: (0, 0, 0, 0))

    /// The root of the tree without entries: the hash of nothing.
    public static let emptyTree = LogHash(SHA256.hash(data: [UInt8]()))

    /// The 32 octets.
    public var bytes: [UInt8] { withUnsafeBytes(of: self.words) { Array($0) } }

    /// In standard base64, as checkpoints have it.
    ///
    /// Written by hand, for a proof has dozens of them: 32 octets are ten groups of three, and two.
    public var base64: String {
        withUnsafeBytes(of: self.words) { octets in
            String(unsafeUninitializedCapacity: 44) { text in
                func write(_ bits: UInt32, from first: Int) {
                    for place in 0..<4 {
                        text[first + place] = Self.base64Digits[Int(bits >> (18 - 6 * UInt32(place))) & 0x3F]
                    }
                }
                for group in 0..<10 {
                    let start = 3 * group
                    let bits = UInt32(octets[start]) << 16 | UInt32(octets[start + 1]) << 8 | UInt32(octets[start + 2])
                    write(bits, from: 4 * group)
                }
                write(UInt32(octets[30]) << 16 | UInt32(octets[31]) << 8, from: 40)
                text[43] = UInt8(ascii: "=")
                return 44
            }
        }
    }

    private static let base64Digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// In lower-case hexadecimal.
    public var hexadecimal: String { self.bytes.hexadecimal }

    /// In lower-case hexadecimal.
    public var description: String { self.hexadecimal }

    func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: self.words) { bytes.append(contentsOf: $0) }
    }

    /// Equal octets.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.words == rhs.words
    }

    /// Hashes the octets; that they are a cryptographic hash's makes one word enough.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.words.0)
    }
}
