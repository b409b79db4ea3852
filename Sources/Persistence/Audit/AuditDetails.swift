// Details of an audit event as a JSON object of strings (RFC 8259), its members in ascending order of the key's octets.
//
// Written by hand, for it is on the path of every issuance and an encoder costs more than the rest of the entry.

import AuditLog
import Foundation

enum AuditDetails {
    static func encode(_ details: [String: String]) -> String {
        if details.isEmpty { return "{}" }
        var octets: [UInt8] = []
        for (key, value) in details.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            octets.append(UInt8(ascii: octets.isEmpty ? "{" : ","))
            Self.append(key, to: &octets)
            octets.append(UInt8(ascii: ":"))
            Self.append(value, to: &octets)
        }
        octets.append(UInt8(ascii: "}"))
        return String(decoding: octets, as: UTF8.self)
    }

    static func decode(_ text: String, of sequence: Int64) throws -> [String: String] {
        if text == "{}" { return [:] }
        do {
            return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        } catch {
            throw AuditError(.malformed, at: sequence, "the details of entry \(sequence) are no JSON object of strings")
        }
    }

    /// Appends a text as a JSON string.
    ///
    /// RFC 8259 §7: "All Unicode characters may be placed within the quotation marks, except for the characters that MUST
    /// be escaped: quotation mark, reverse solidus, and the control characters (U+0000 through U+001F)."
    private static func append(_ text: String, to octets: inout [UInt8]) {
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                octets.append(UInt8(ascii: "\\"))
                octets.append(octet)
            case 0..<0x20:
                octets.append(contentsOf: "\\u00\(octet < 0x10 ? "0" : "1")\(String(octet & 0x0F, radix: 16))".utf8)
            default:
                octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }
}
