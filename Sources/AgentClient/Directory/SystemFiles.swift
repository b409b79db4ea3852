// What the enrolment directory needs of the file system beyond whole files: links that switch, listings, removal, a lock.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Calls of the operating system that `AtomicFiles` does not have.
enum SystemFiles {
    /// Points a symbolic link at another target in one step: a new link is renamed over it, and the directory synced.
    ///
    /// Whoever follows the link at any moment, also after a crash, comes to the old target or the new.
    static func link(_ path: String, to target: String, in directory: String) throws(AgentClientError) {
        let temporary = "\(path).new"
        unlink(temporary)
        guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else {
            throw self.failure("put in place", path)
        }
        try self.synchronize(directory)
    }

    /// Gives a directory another name, in the same directory.
    static func setAside(_ path: String, as target: String, in directory: String) throws(AgentClientError) {
        guard renameat(AT_FDCWD, path, AT_FDCWD, target) == 0 else { throw self.failure("set aside", path) }
        try self.synchronize(directory)
    }

    /// What a symbolic link names; `nil` when the path is none.
    static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        guard (0..<buffer.count).contains(count) else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the path itself exists, whatever it is and wherever it leads.
    static func exists(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0
    }

    /// The permissions of what the path leads to; `nil` when it is no directory.
    static func directoryMode(_ path: String) -> UInt32? {
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else { return nil }
        return information.st_mode & 0o7777
    }

    /// The names in a directory.
    static func names(in path: String) throws(AgentClientError) -> [String] {
        guard let directory = opendir(path) else { throw self.failure("list", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws(AgentClientError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw self.failure("remove", path) }
    }

    /// Removes a directory of files, if it is there.
    static func removeDirectory(_ path: String) throws(AgentClientError) {
        guard self.exists(path) else { return }
        for name in try self.names(in: path) { try self.remove("\(path)/\(name)") }
        guard rmdir(path) == 0 else { throw self.failure("remove", path) }
    }

    /// Makes the names in a directory durable.
    static func synchronize(_ path: String) throws(AgentClientError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.failure("open directory", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw self.failure("sync directory", path) }
    }

    /// Takes the lock of a file, which goes with the process however it ends; `nil` when another process has it.
    static func lock(_ path: String) throws(AgentClientError) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw self.failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return FileLock(descriptor: descriptor)
    }

    private static func failure(_ operation: String, _ path: String) -> AgentClientError {
        AgentClientError(.fileFailed, "cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}

/// A lock that is held until it is released.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }
}
