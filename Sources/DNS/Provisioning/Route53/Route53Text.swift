// Names and texts as Route 53 writes them: an octet that is not plain is `\` and three OCTAL digits, unlike in zone files.

enum Route53Text {
    /// A name with its last dot.
    static func write(_ name: DomainName) -> String {
        if name.labels.isEmpty { return "." }
        return name.labels.map { label in label.map { Self.isPlain($0) ? Self.character($0) : Self.octal($0) }.joined()
        }
        .joined(separator: ".") + "."
    }

    /// Reads a name; nil when it is none.
    static func name(_ text: String) -> DomainName? {
        if text == "." { return .root }
        var octets = Array(text.utf8)[...]
        var labels: [[UInt8]] = [[]]
        while let octet = octets.popFirst() {
            if octet == UInt8(ascii: ".") {
                labels.append([])
            } else {
                guard let meant = Self.unescaped(octet, &octets) else { return nil }
                labels[labels.count - 1].append(meant)
            }
        }
        if labels.last == [] { labels.removeLast() }
        return try? DomainName(labels: labels)
    }

    /// The data as a `Value`.
    static func write(_ data: RecordData) -> String {
        guard case .txt(let strings) = data else { return data.presentation }
        return strings.map { string in
            let text = string.map { octet in
                switch octet {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + Self.character(octet)
                case 0x20...0x7E: Self.character(octet)
                default: Self.octal(octet)
                }
            }
            return "\"" + text.joined() + "\""
        }.joined(separator: " ")
    }

    /// Reads a `Value`; nil when it is not of the type.
    static func data(_ type: RecordType, _ value: String) -> RecordData? {
        guard type == .txt else { return try? RecordData(type: type, presentation: value) }
        var octets = Array(value.utf8)[...]
        var strings: [[UInt8]] = []
        while let octet = octets.popFirst() {
            if octet == 0x20 || octet == 0x09 { continue }
            guard octet == UInt8(ascii: "\""), let string = Self.quoted(&octets) else { return nil }
            strings.append(string)
        }
        return strings.isEmpty ? nil : .txt(strings)
    }

    private static func quoted(_ octets: inout ArraySlice<UInt8>) -> [UInt8]? {
        var string: [UInt8] = []
        while let octet = octets.popFirst() {
            if octet == UInt8(ascii: "\"") { return string }
            guard let meant = Self.unescaped(octet, &octets) else { return nil }
            string.append(meant)
        }
        return nil
    }

    private static func unescaped(_ octet: UInt8, _ rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard octet == UInt8(ascii: "\\") else { return octet }
        let digits = rest.prefix(3)
        let isOctal = digits.count == 3 && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard isOctal else { return rest.popFirst() }
        rest = rest.dropFirst(3)
        return UInt8(exactly: digits.reduce(0) { $0 * 8 + Int($1) - 48 })
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_".utf8.contains(octet)
        }
    }

    private static func character(_ octet: UInt8) -> String { String(Character(Unicode.Scalar(octet))) }

    private static func octal(_ octet: UInt8) -> String {
        "\\\(octet >> 6)\(octet >> 3 & 7)\(octet & 7)"
    }
}
