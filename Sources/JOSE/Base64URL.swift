// base64url without padding (RFC 7515 §2, RFC 4648 §5), strict: one text for each value.

import FoundationEssentials

/// Encodes and decodes base64url.
public enum Base64URL {
    /// The text of octets.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let standard = Data(bytes).base64EncodedString()
        return String(standard.compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// The octets of a text; nil unless ``encode(_:)`` gives exactly this text.
    ///
    /// RFC 4648 §3.5 lets a decoder "reject an encoding if the pad bits have not been set to zero": otherwise one
    /// signature has several spellings. Padding, white space and the standard alphabet are refused as well.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var standard = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
        guard let bytes = Data(base64Encoded: Data(standard)) else { return nil }
        return self.encode(bytes).utf8.elementsEqual(text.utf8) ? Array(bytes) : nil
    }
}
