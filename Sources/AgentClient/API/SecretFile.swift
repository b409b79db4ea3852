// Files with secrets: read only when nobody else can.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reading of files that hold secrets.
enum SecretFile {
    /// Reads a file whose permissions give nothing to group and others.
    ///
    /// The permissions are those of the opened file, so that it cannot be exchanged between the check and the reading.
    ///
    /// - Throws: ``AgentClientError`` with `.exposedSecret`, naming the command that repairs it, or
    ///   `.invalidConfiguration`.
    static func load(_ path: String, what: String, limit: Int) throws(AgentClientError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw self.failure("cannot read \(what) \(path)") }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw self.failure("cannot read \(what) \(path)") }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw AgentClientError(.invalidConfiguration, "\(what) \(path) is not a regular file")
        }
        guard information.st_mode & 0o077 == 0 else {
            throw AgentClientError(
                .exposedSecret,
                "\(what) \(path) can be read by others (mode \(String(information.st_mode & 0o777, radix: 8)));"
                    + " run: chmod 600 \(path)"
            )
        }
        guard information.st_size <= limit else {
            throw AgentClientError(.invalidConfiguration, "\(what) \(path) has more than \(limit) octets")
        }
        return try self.content(of: descriptor, count: Int(information.st_size), what: "\(what) \(path)")
    }

    private static func content(
        of descriptor: Int32,
        count: Int,
        what: String
    ) throws(AgentClientError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: max(count, 1))
        while content.count < count {
            let received = read(descriptor, &buffer, count - content.count)
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else { throw self.failure("cannot read \(what)") }
            guard received > 0 else { break }
            content += buffer[..<received]
        }
        return content
    }

    private static func failure(_ what: String) -> AgentClientError {
        AgentClientError(.invalidConfiguration, "\(what): \(String(cString: strerror(errno)))")
    }
}
