// A TileStorage in memory that keeps its promises, and dies where it is told to.

import FoundationEssentials
import Synchronization

@testable import TransparencyLog

struct Outage: Error {}

/// Counts operations and fails at one of them: before it takes effect, or after.
final class FaultPlan: Sendable {
    private struct State {
        var count = 0
        var failing: Int?
        var takesEffect = false
        var error: any Error & Sendable = Outage()
    }

    private let state = Mutex(State())

    /// Operations so far.
    var count: Int { self.state.withLock { $0.count } }

    func fail(at operation: Int?, takesEffect: Bool = false, error: any Error & Sendable = Outage()) {
        self.state.withLock { state in
            state = State(count: 0, failing: operation, takesEffect: takesEffect, error: error)
        }
    }

    func perform<Value>(_ effect: () throws -> Value) throws -> Value {
        let (isFailing, takesEffect, error) = self.state.withLock { state in
            defer { state.count += 1 }
            // Once dead it stays dead until it is told otherwise.
            return (
                state.failing.map { state.count >= $0 } ?? false, state.takesEffect && state.count == state.failing,
                state.error
            )
        }
        guard isFailing else { return try effect() }
        if takesEffect { _ = try effect() }
        throw error
    }
}

final class MemoryStorage: TileStorage {
    let faults: FaultPlan
    let tiles = Mutex<[TileCoordinate: [UInt8]]>([:])
    let published = Mutex<[UInt8]?>(nil)
    /// Every checkpoint that a reader could have seen.
    let seen = Mutex<[[UInt8]]>([])
    /// Tiles that are not read as they were written.
    let garbled = Mutex<Set<TileCoordinate>>([])

    init(faults: FaultPlan = FaultPlan()) {
        self.faults = faults
    }

    func read(_ tile: TileCoordinate) async throws -> [UInt8]? {
        var bytes = try self.faults.perform { self.tiles.withLock { $0[tile] } }
        if self.garbled.withLock({ $0.contains(tile) }) { bytes?[0] ^= 1 }
        return bytes
    }

    func write(_ contents: [TileContent]) async throws {
        for content in contents {
            try self.faults.perform {
                try self.tiles.withLock { tiles in
                    if content.tile.isFull, let present = tiles[content.tile], present != content.bytes {
                        throw LogError(.conflict, "\(content.tile)")
                    }
                    tiles[content.tile] = content.bytes
                }
            }
        }
    }

    func checkpoint() async throws -> [UInt8]? {
        try self.faults.perform { self.published.withLock { $0 } }
    }

    func publish(checkpoint: [UInt8]) async throws {
        try self.faults.perform {
            self.published.withLock { $0 = checkpoint }
            self.seen.withLock { $0.append(checkpoint) }
        }
    }

    func obsoleteTiles(fullSince instant: Date, limit: Int) async throws -> [TileCoordinate] {
        self.tiles.withLock { tiles in
            Array(tiles.keys.filter { !$0.isFull && tiles[$0.full] != nil }.prefix(limit))
        }
    }

    func remove(_ tiles: [TileCoordinate]) async throws {
        self.tiles.withLock { present in for tile in tiles where !tile.isFull { present[tile] = nil } }
    }
}
