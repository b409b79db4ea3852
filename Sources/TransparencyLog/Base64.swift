// Standard base64 (RFC 4648 §4), strict: one text for each value, as notes and proofs demand.

import FoundationEssentials

enum Base64 {
    static func encode(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    /// The octets of a text; nil unless ``encode(_:)`` gives exactly this text.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let bytes = Data(base64Encoded: Data(text.utf8)) else { return nil }
        return bytes.base64EncodedString().utf8.elementsEqual(text.utf8) ? Array(bytes) : nil
    }
}

/// A decimal number as C2SP writes it: ASCII digits, no leading zero, no sign.
enum Decimal {
    static func decode(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 19, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        guard text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") else { return nil }
        return Int(text)
    }
}
