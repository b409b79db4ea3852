// A witness's cosignature of a checkpoint (C2SP tlog-cosignature, cosignature/v1): "as of the specified time, the consistent
// tree head with the largest size the cosigner has observed for the log […] has the specified root hash".

/// A cosignature: a time and a signature over it and the note's text.
public struct Cosignature: Hashable, Sendable {
    /// When it was made, in seconds since 1970.
    public let time: Int
    /// Ed25519: 64 octets.
    public let signature: [UInt8]

    /// Reads what stands behind the key id of the line; nil when it is none.
    public init?(blob: [UInt8]) {
        guard blob.count == 8 + 64 else { return nil }
        let time = blob.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // "It MUST NOT exceed 2^63 - 1".
        guard let time = Int(exactly: time) else { return nil }
        self.time = time
        self.signature = Array(blob.dropFirst(8))
    }

    init(time: Int, signature: [UInt8]) {
        self.time = time
        self.signature = signature
    }

    var blob: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self.time >> (56 - 8 * $0)) } + self.signature }

    /// What is signed.
    static func message(_ text: [UInt8], time: Int) -> [UInt8] { Array("cosignature/v1\ntime \(time)\n".utf8) + text }
}
