// Proxies and libraries that tidy paths turn "//" into "/", and base64 has one "//" in 4,096 pairs. The length that the DER
// says shows how many are missing; they are put back by trial, and a trial counts only if the CertID then names an issuer
// of ours and no other trial does. The client compares the CertID of the answer with its own, so that even a wrong guess
// could not be taken for an answer.

/// Puts slashes back that were lost on the way.
enum LostSlashes {
    /// The request as it was sent; `nil` when no slash is missing, or where is not certain.
    ///
    /// `isOurs` says whether octets are a request for a certificate of one of our issuers.
    static func restored(
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        isOurs: ([UInt8]) -> Bool
    ) -> [UInt8]? {
        let characters = text.octets(range).filter { $0 != UInt8(ascii: "=") }
        guard !characters.contains(UInt8(ascii: "%")) else { return nil }
        let octets = Self.decoded(characters)
        // A length of one octet: the request that RFC 9919 clients send.
        guard octets.count > 2, octets[0] == 0x30, octets[1] < 0x80 else { return nil }
        let missing = ((Int(octets[1]) + 2) * 4 + 2) / 3 - characters.count
        guard (1...Budget.lostSlashes).contains(missing) else { return nil }
        let places = characters.indices.filter { characters[$0] == UInt8(ascii: "/") }
        guard places.count <= Budget.slashPlaces else { return nil }
        var found: Set<[UInt8]> = []
        for first in places.indices {
            // Both in one place, or in two.
            for second in missing == 1 ? first..<(first + 1) : first..<places.count {
                var trial = characters
                if missing == 2 { trial.insert(UInt8(ascii: "/"), at: places[second]) }
                trial.insert(UInt8(ascii: "/"), at: places[first])
                let octets = Self.decoded(trial)
                if isOurs(octets) { found.insert(octets) }
            }
        }
        return found.count == 1 ? found.first : nil
    }

    /// Base64 as far as it goes.
    private static func decoded(_ text: [UInt8]) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: text.count)
        var output = octets.mutableSpan
        // A character alone at the end encodes nothing.
        let usable = text.count % 4 == 1 ? text.count - 1 : text.count
        guard case .octets(let count) = PathDecoder.decode(text.span, 0..<usable, into: &output) else { return [] }
        octets.removeLast(octets.count - count)
        return octets
    }
}
