// Calls that block, on threads of their own.

import AtomicFiles
import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Serves calls that block: one after another as they came, or all at once.
struct FileQueue: Sendable {
    private let queue: DispatchQueue

    init(label: String, isConcurrent: Bool = false) {
        self.queue = DispatchQueue(label: label, attributes: isConcurrent ? .concurrent : [])
    }

    /// Runs what blocks.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// A file's content; nil when there is none.
    ///
    /// What is there and cannot be read is an error.
    static func read(_ path: String, limit: Int) throws -> [UInt8]? {
        do throws(FileError) { return try AtomicFile.read(path, limit: limit) } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }
}
