// base64url without padding (RFC 4648 §5), strict: one text for each value.

import FoundationEssentials

/// Encodes and decodes base64url.
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        let text = Data(bytes).base64EncodedString()
        return String(text.compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// Nil unless ``encode(_:)`` gives exactly these characters.
    static func decode(_ characters: some Collection<UInt8>) -> [UInt8]? {
        var standard: [UInt8] = []
        for character in characters {
            switch character {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            default: standard.append(character)
            }
        }
        while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
        guard let bytes = Data(base64Encoded: Data(standard)).map({ Array($0) }) else { return nil }
        // RFC 4648 §3.5: "Implementations […] MAY reject the encoded data if the pad bits have not been set to zero";
        // the comparison does, and refuses the standard alphabet as well.
        return self.encode(bytes).utf8.elementsEqual(characters) ? bytes : nil
    }
}
