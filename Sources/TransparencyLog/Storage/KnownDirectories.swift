// Directories of a log's files: made once, remembered.

import AtomicFiles
import Synchronization

/// Remembers which directories exist, so that a batch does not sync them again.
final class KnownDirectories: Sendable {
    private let known = Mutex<Set<String>>([])

    /// Makes the directories above a file.
    func prepare(_ path: String, below root: String, mode: UInt32) throws(FileError) {
        var directory = root
        for part in path.split(separator: "/").dropLast() {
            directory += "/\(part)"
            let (name, isKnown) = (directory, self.known.withLock { $0.contains(directory) })
            guard !isKnown else { continue }
            try AtomicFile.createDirectory(name, mode: mode)
            self.known.withLock { _ = $0.insert(name) }
        }
    }

    func forget(_ directory: String) {
        self.known.withLock { _ = $0.remove(directory) }
    }
}
