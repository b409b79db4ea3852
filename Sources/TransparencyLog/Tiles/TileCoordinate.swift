// Names of tiles (C2SP tlog-tiles): tile/<L>/<N>[.p/<W>] and tile/entries/<N>[.p/<W>].

/// What a tile holds.
public enum TileKind: Hashable, Sendable {
    /// 256 hashes of a level: 0 has the leaves' hashes, each further one the roots of the tiles below.
    case hashes(level: Int)
    /// 256 entries, each behind its length.
    case entries

    /// The part of the path between `tile/` and the index.
    var name: String {
        switch self {
        case .hashes(let level): String(level)
        case .entries: "entries"
        }
    }

    /// How many leaves each of the tile's 256 parts stands for, as a power of two.
    var shift: Int {
        switch self {
        case .hashes(let level): 8 * level
        case .entries: 0
        }
    }
}

/// The name of a tile, full or partial.
public struct TileCoordinate: Hashable, Sendable, CustomStringConvertible {
    /// The width of a full tile.
    public static let fullWidth = 256
    /// The highest level (C2SP tlog-tiles: "between 0 and 63"); from 8 on no size of 63 bits has tiles.
    public static let highestLevel = 63

    /// What it holds.
    public let kind: TileKind
    /// Its position among the tiles of its kind.
    public let index: Int
    /// How many hashes or entries it has: 1 to 255 for a partial tile, 256 for a full one.
    public let width: Int

    /// Creates a coordinate; nil when level, index or width are out of range.
    public init?(_ kind: TileKind, index: Int, width: Int = Self.fullWidth) {
        guard index >= 0, (1...Self.fullWidth).contains(width) else { return nil }
        if case .hashes(let level) = kind, !(0...Self.highestLevel).contains(level) { return nil }
        self.kind = kind
        self.index = index
        self.width = width
    }

    /// The tile of an index in the tree of a size, as wide as the size makes it; nil when the tree has none.
    public init?(_ kind: TileKind, index: Int, size: Int) {
        guard index >= 0, kind.shift < Int.bitWidth - 1, index <= Int.max / Self.fullWidth - 1 else { return nil }
        let parts = size >> kind.shift
        self.init(kind, index: index, width: min(Self.fullWidth, parts - index * Self.fullWidth))
    }

    /// Whether the tile is full; only full tiles never change.
    public var isFull: Bool { self.width == Self.fullWidth }

    /// The full tile of the same kind and index.
    public var full: TileCoordinate { TileCoordinate(unchecked: self.kind, self.index, Self.fullWidth) }

    /// The path below the log's address, without a slash before.
    public var path: String {
        let partial = self.isFull ? "" : ".p/\(self.width)"
        return "tile/\(self.kind.name)/\(Self.indexPath(self.index))\(partial)"
    }

    /// The path.
    public var description: String { self.path }

    private init(unchecked kind: TileKind, _ index: Int, _ width: Int) {
        self.kind = kind
        self.index = index
        self.width = width
    }

    // "encoded into 3-digit zero-padded path elements. All but the last path element MUST begin with an `x`".
    static func indexPath(_ index: Int) -> String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1_000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1_000
        } while rest > 0
        let head = groups.dropFirst().reversed().map { "x\($0)/" }
        return head.joined() + (groups.first ?? "")
    }
}
