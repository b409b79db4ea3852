// Where tiles and the checkpoint are kept: a directory, or an object store behind a cache.

public import FoundationEssentials

/// Reads the published files of one log, from wherever they are; any number of tasks may read at once.
public protocol TileSource: Sendable {
    /// A tile's content; nil when there is none.
    func read(_ tile: TileCoordinate) async throws -> [UInt8]?

    /// The published checkpoint; nil before the first.
    func checkpoint() async throws -> [UInt8]?
}

/// Keeps the published files of one log.
///
/// What it promises:
/// - **Durability.** When ``write(_:)`` or ``publish(checkpoint:)`` returns, the content outlives the loss of power. When it
///   throws, each object has its old content or its new, nobody knows which.
/// - **Atomicity.** A reader finds an object's old content or its new, never a part. Several objects of one call appear in
///   any order.
/// - **Immutability.** A full tile is created once: writing it again with the same content does nothing, with another it
///   throws ``LogError`` with `.conflict`. Only partial tiles and the checkpoint are replaced.
/// - **Order.** What was written before ``publish(checkpoint:)`` was called is durable before the checkpoint can be read.
/// - **Concurrency.** Any number of tasks and processes may read; writing is the business of whoever holds the log's lease.
public protocol TileStorage: TileSource {
    /// Writes tiles: creates full ones, creates or replaces partial ones.
    func write(_ tiles: [TileContent]) async throws

    /// Replaces the published checkpoint.
    func publish(checkpoint: [UInt8]) async throws

    /// Partial tiles beside which the full one has stood since before an instant, at most as many as asked for.
    func obsoleteTiles(fullSince instant: Date, limit: Int) async throws -> [TileCoordinate]

    /// Removes partial tiles; those that are gone already are no error, and full tiles are never removed.
    func remove(_ tiles: [TileCoordinate]) async throws
}
