// Which issuer a CertID names, by its hashes.

import PKIX

/// The issuers that are answered for, in order.
struct IssuerTable: Sendable {
    /// An issuer's hashes by `OCSPHash.rawValue`: the name's, then the key's.
    private struct Entry: Sendable {
        let names: [[UInt8]]
        let keys: [[UInt8]]
    }

    private let entries: [Entry]
    private let paths: [String: Int]

    init(_ issuers: [StatusIssuer]) {
        self.entries = issuers.map { issuer in
            Entry(
                names: OCSPHash.allCases.map { issuer.nameHashes[$0] ?? [] },
                keys: OCSPHash.allCases.map { issuer.keyHashes[$0] ?? [] }
            )
        }
        self.paths = Dictionary(issuers.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The index of the issuer with this name in paths.
    func index(named name: String) -> Int? { self.paths[name] }

    /// The index of the issuer with these hashes.
    @inline(__always)
    func index(_ hash: OCSPHash, _ bytes: Span<UInt8>, name: Range<Int>, key: Range<Int>) -> Int? {
        let algorithm = Int(hash.rawValue)
        for index in self.entries.indices
        where bytes.holds(self.entries[index].keys[algorithm], at: key)
            && bytes.holds(self.entries[index].names[algorithm], at: name)
        {
            return index
        }
        return nil
    }

    /// The index of the issuer that a CertID names.
    func index(of certID: OCSPCertID) -> Int? {
        let algorithm = Int(certID.hash.rawValue)
        return self.entries.firstIndex {
            $0.keys[algorithm] == certID.issuerKeyHash && $0.names[algorithm] == certID.issuerNameHash
        }
    }

    /// The CertID of a key.
    func certID(of key: StatusKey) -> OCSPCertID? {
        guard self.entries.indices.contains(key.issuer) else { return nil }
        let (entry, algorithm) = (self.entries[key.issuer], Int(key.form.hash.rawValue))
        return OCSPCertID(
            hash: key.form.hash,
            hasNullParameters: key.form.hasNullParameters,
            issuerNameHash: entry.names[algorithm],
            issuerKeyHash: entry.keys[algorithm],
            serialNumber: key.serialNumber
        )
    }
}
