// The one form of OCSP request that nearly every client sends (RFC 9919: one Request, no extensions, unsigned), found by
// comparing octets. Whatever is not exactly this form is left to PKIX's reader, which decides alone what is malformed.
//
//     30 n  30 n-2  30 n-4  30 n-6                   OCSPRequest, tbsRequest, requestList, Request
//       30 n-8                                       reqCert
//         30 7|9 06 05 2B 0E 03 02 1A [05 00]        SHA-1, or
//         30 11|13 06 09 60 86 48 01 65 03 04 02 01 [05 00]   SHA-256
//         04 20|32 …  04 20|32 …                     issuerNameHash, issuerKeyHash
//         02 1…21 …                                  serialNumber
//
// All of it has at most 118 octets, so every length is one octet.

import PKIX

/// The parts of a CertID, as offsets.
struct CertIDScan {
    /// Hash algorithm and parameters.
    let form: StatusKey.Form
    /// The offsets of the issuer's hashes.
    let nameHash: Range<Int>
    let keyHash: Range<Int>
    /// The offsets of the serial number's content.
    let serialNumber: Range<Int>

    /// Reads a request in the one form; `nil` for every other.
    @inline(__always)
    init?(_ bytes: Span<UInt8>) {
        let count = bytes.count
        // 12 octets of headers, the shortest algorithm and hashes, and a serial number of one octet; 2 + 127 at most.
        guard count >= 66, count <= 129 else { return nil }
        var offset = 0
        while offset < 10 {
            guard bytes[offset] == 0x30, Int(bytes[offset + 1]) == count - offset - 2 else { return nil }
            offset += 2
        }
        guard let (form, hashes) = Self.algorithm(bytes) else { return nil }
        let length = form.hash.byteCount
        // Both hashes, the INTEGER's header and one octet must be there; `count` is checked before each access.
        let serialHeader = hashes + 2 * (2 + length)
        guard count > serialHeader + 2,
            bytes[hashes] == 0x04, Int(bytes[hashes + 1]) == length,
            bytes[hashes + 2 + length] == 0x04, Int(bytes[hashes + 3 + length]) == length,
            bytes[serialHeader] == 0x02, Int(bytes[serialHeader + 1]) == count - serialHeader - 2,
            count - serialHeader - 2 <= StatusKey.serialNumberBytes
        else { return nil }
        // X.690 §8.3.2: the first nine bits are not all alike.
        if count > serialHeader + 3 {
            let (high, next) = (bytes[serialHeader + 2], bytes[serialHeader + 3])
            guard !(high == 0 && next < 0x80), !(high == 0xFF && next >= 0x80) else { return nil }
        }
        self.form = form
        self.nameHash = (hashes + 2)..<(hashes + 2 + length)
        self.keyHash = (hashes + 4 + length)..<(hashes + 4 + 2 * length)
        self.serialNumber = (serialHeader + 2)..<count
    }

    /// The algorithm, and where the hashes begin.
    @inline(__always)
    private static func algorithm(_ bytes: Span<UInt8>) -> (StatusKey.Form, Int)? {
        // At least 66 octets are there; the longest of these ends at the 25th.
        guard bytes[10] == 0x30 else { return nil }
        return Self.parameters(of: .sha1, Self.sha1, bytes) ?? Self.parameters(of: .sha256, Self.sha256, bytes)
    }

    @inline(__always)
    private static func parameters(
        of hash: OCSPHash,
        _ identifier: [UInt8],
        _ bytes: Span<UInt8>
    ) -> (StatusKey.Form, Int)? {
        let end = 12 + identifier.count
        guard bytes.holds(identifier, at: 12..<end) else { return nil }
        let length = Int(bytes[11])
        if length == identifier.count { return (StatusKey.Form(hash: hash, hasNullParameters: false), end) }
        guard length == identifier.count + 2, bytes[end] == 0x05, bytes[end + 1] == 0x00 else { return nil }
        return (StatusKey.Form(hash: hash, hasNullParameters: true), end + 2)
    }

    /// id-sha1 and id-sha256 as OBJECT IDENTIFIER, with identifier and length octets.
    private static let sha1: [UInt8] = [0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A]
    private static let sha256: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
}
