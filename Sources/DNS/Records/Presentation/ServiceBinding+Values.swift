// Values of the parameters of SVCB and HTTPS (RFC 9460 §7, §8, appendix A.1); nil for octets that do not have the form.

extension ServiceBinding {
    /// The keys of `mandatory`.
    static func keys(_ value: [UInt8]) -> [UInt16]? {
        guard !value.isEmpty, value.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: value.count, by: 2).map { UInt16(value[$0]) << 8 | UInt16(value[$0 + 1]) }
    }

    /// The protocols of `alpn`.
    static func protocols(_ value: [UInt8]) -> [[UInt8]]? {
        var reader = WireReader(value)
        var protocols: [[UInt8]] = []
        while reader.remaining > 0 {
            guard let name = try? reader.characterString(), !name.isEmpty else { return nil }
            protocols.append(name)
        }
        return protocols.isEmpty ? nil : protocols
    }

    /// The addresses of a hint.
    static func addresses(_ value: [UInt8], octets: Int) -> [String]? {
        guard !value.isEmpty, value.count.isMultiple(of: octets) else { return nil }
        return stride(from: 0, to: value.count, by: octets).compactMap { start in
            IPAddresses.text(Array(value[start..<start + octets]))
        }
    }

    /// A comma-separated list, in which a backslash stands before a comma or backslash of an item (appendix A.1).
    static func list(_ items: [[UInt8]]) -> [UInt8] {
        let special = [UInt8(ascii: ","), UInt8(ascii: "\\")]
        return Array(
            items.map { item in item.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] } }
                .joined(separator: [UInt8(ascii: ",")])
        )
    }

    /// The items of such a list.
    static func items(_ list: [UInt8]) -> [[UInt8]] {
        var items: [[UInt8]] = [[]]
        var isEscaped = false
        for octet in list {
            if !isEscaped, octet == UInt8(ascii: "\\") {
                isEscaped = true
            } else if !isEscaped, octet == UInt8(ascii: ",") {
                items.append([])
            } else {
                items[items.count - 1].append(octet)
                isEscaped = false
            }
        }
        return items
    }
}
