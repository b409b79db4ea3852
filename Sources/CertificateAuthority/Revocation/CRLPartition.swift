// What a CRL covers. The shard of a certificate is fixed at issuance: its CRLDP names the shard's address.

import Crypto
public import PKIX

/// The certificates that one CRL answers for: all of an issuer, or one shard of them.
public struct CRLPartition: Hashable, Sendable {
    /// The name of the issuing CA.
    public let issuer: String
    /// The shard; `nil` for all certificates of the issuer.
    public let shard: Int?

    /// Names a partition.
    public init(issuer: String, shard: Int? = nil) {
        self.issuer = issuer
        self.shard = shard
    }

    /// The shard that a certificate is put in: the first eight octets of SHA-256 of the serial number's octets, modulo
    /// the number of shards.
    public static func shard(of serialNumber: SerialNumber, among shards: Int) -> Int {
        guard shards > 1 else { return 0 }
        let prefix = SHA256.hash(data: serialNumber.bytes).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(prefix % UInt64(shards))
    }
}

extension CRLPartition: CustomStringConvertible {
    /// The issuer's name, with a slash and the shard where there is one.
    public var description: String { self.shard.map { "\(self.issuer)/\($0)" } ?? self.issuer }
}

extension CRLPartition {
    /// What the partition's CRL of a kind is called in addresses, without a suffix: `agents`, `agents/7`, `agents/7-delta`.
    public func name(of kind: CRLKind) -> String {
        switch kind {
        case .complete: self.description
        case .delta: "\(self.issuer)/\(self.shard.map { "\($0)-" } ?? "")delta"
        }
    }
}

/// Whether a CRL lists everything or what has changed.
public enum CRLKind: Int, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// Every revocation in force.
    case complete = 0
    /// What has changed since a complete CRL (RFC 5280 §5.2.4).
    case delta = 1
}
