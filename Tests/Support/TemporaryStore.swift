// A store on disk that is gone with its last user.

import Foundation
public import Persistence

/// An empty store in a directory of its own.
public final class TemporaryStore: Sendable {
    /// The store.
    public let store: SQLiteStore
    private let directory: URL

    /// Creates it.
    public init() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "signet-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.directory = directory
        self.store = try SQLiteStore(path: directory.appending(path: "signet.db").path, clock: ContinuousClock())
    }

    deinit { try? FileManager.default.removeItem(at: self.directory) }
}
