// The entries of a CRL as they are read: encoded, in pages, never as one.

import Crypto
import PKIX

/// The entries, encoded, in pages, with what the check saw of them.
struct CRLBody {
    var pages: [[UInt8]] = []
    var check = CRLEntryCheck()

    mutating func append(_ entries: [CRLEntry]) throws(PKIXError) {
        guard !entries.isEmpty else { return }
        var page: [UInt8] = []
        page.reserveCapacity(entries.reduce(0) { $0 + $1.encodedCount })
        for entry in entries { entry.serialize(appendingTo: &page) }
        try self.check.examine(page)
        self.pages.append(page)
    }
}

extension CRLProduction {
    static func digest(_ parts: [[UInt8]], _ scheme: SignatureScheme) -> [UInt8]? {
        func digest<Function: HashFunction>(_ function: Function.Type) -> [UInt8] {
            var hash = Function()
            for part in parts { hash.update(data: part) }
            return Array(hash.finalize())
        }
        switch scheme {
        case .ed25519: return nil
        case .ecdsaSHA384: return digest(SHA384.self)
        case .ecdsaSHA256, .rsaPKCS1SHA256, .rsaPSSSHA256: return digest(SHA256.self)
        }
    }

    static func sha256(_ parts: [[UInt8]]) -> [UInt8] {
        Self.digest(parts, .ecdsaSHA256) ?? []
    }
}
