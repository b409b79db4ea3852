// Recursive servers as resolv.conf(5) lists them.

extension Resolver {
    /// The servers of a resolv.conf: its `nameserver` lines, in order; lines that name none are passed over.
    ///
    /// - Parameter text: what the file contains.
    public static func servers(inResolvConf text: String) -> [ServerAddress] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, words[0] == "nameserver" else { return nil }
            return IPAddress(String(words[1])).map { ServerAddress($0) }
        }
    }
}
