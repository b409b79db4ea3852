// base58btc (draft-msporny-base58-03), strict: one text for each value.

/// Decodes base58btc.
enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    /// The octets of a text; nil for one with other characters, or longer than ``Budget/base58Characters``, for the work grows
    /// with the square.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count <= Budget.base58Characters else { return nil }
        // The number in base 256, its least octet first.
        var number: [UInt8] = []
        for character in text.utf8 {
            guard var carry = self.alphabet.firstIndex(of: character) else { return nil }
            for index in number.indices {
                carry += Int(number[index]) * 58
                number[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            while carry > 0 {
                number.append(UInt8(carry & 0xFF))
                carry >>= 8
            }
        }
        let zeros = text.utf8.prefix { $0 == UInt8(ascii: "1") }.count
        return [UInt8](repeating: 0, count: zeros) + number.reversed()
    }
}
