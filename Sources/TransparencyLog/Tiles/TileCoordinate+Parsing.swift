// Paths as strangers ask for them: one text for each tile, everything else is none.

extension TileCoordinate {
    /// The tile of a path such as `tile/0/x001/x234/067.p/8`; nil unless ``path`` gives exactly this text.
    public init?(path: some StringProtocol) {
        // The longest: tile/entries/, seven groups of an index of 63 bits, .p/255.
        guard path.utf8.count <= 64 else { return nil }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count >= 3, parts[0] == "tile" else { return nil }
        let kind: TileKind
        if parts[1] == "entries" {
            kind = .entries
        } else {
            guard let level = Decimal.decode(parts[1]) else { return nil }
            kind = .hashes(level: level)
        }
        var width = Self.fullWidth
        if parts.count >= 4, parts[parts.count - 2].hasSuffix(".p") {
            // C2SP: "an integer between 1 and 255".
            guard let partial = Decimal.decode(parts.removeLast()), partial < Self.fullWidth else { return nil }
            width = partial
            parts[parts.count - 1].removeLast(2)
        }
        guard let index = Self.index(of: parts[2...]) else { return nil }
        self.init(kind, index: index, width: width)
        guard self.path.utf8.elementsEqual(path.utf8) else { return nil }
    }

    private static func index(of groups: ArraySlice<String>) -> Int? {
        var index = 0
        for (position, group) in zip(groups.indices, groups) {
            let digits = position == groups.endIndex - 1 ? group[...] : group.dropFirst(group.hasPrefix("x") ? 1 : 0)
            guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let value = Int(digits)
            else { return nil }
            let (product, overflow) = index.multipliedReportingOverflow(by: 1_000)
            let (sum, carry) = product.addingReportingOverflow(value)
            guard !overflow, !carry else { return nil }
            index = sum
        }
        return index
    }
}
