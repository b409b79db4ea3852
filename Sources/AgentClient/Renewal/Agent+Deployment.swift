// Whether what is installed was brought to those who use it: noted before it is installed, so that whoever fails or dies in
// between is followed by one that does it.

import AtomicFiles

extension Agent {
    private var markPath: String { "\(self.directory.path)/.deploy-pending" }

    /// Whether something was installed that is yet to be deployed.
    public var isDeploymentPending: Bool { AtomicFile.exists(self.markPath) }

    /// Notes that something is about to be installed.
    ///
    /// - Throws: ``AgentClientError`` with `.fileFailed`.
    public func beginDeployment() throws(AgentClientError) {
        do {
            try AtomicFile.write([], to: self.markPath, mode: 0o600)
        } catch {
            throw AgentClientError(.fileFailed, "\(error)")
        }
    }

    /// Notes that what is installed is deployed.
    ///
    /// - Throws: ``AgentClientError`` with `.fileFailed`.
    public func endDeployment() throws(AgentClientError) {
        try SystemFiles.remove(self.markPath)
        try SystemFiles.synchronize(self.directory.path)
    }
}

extension AgentDirectory {
    /// The directories of agents in a directory, in the order of their names.
    ///
    /// - Throws: ``AgentClientError`` with `.fileFailed`.
    public static func all(in path: String) throws(AgentClientError) -> [AgentDirectory] {
        let parent = AgentDirectory(path).path
        return try SystemFiles.names(in: parent).sorted().map { AgentDirectory("\(parent)/\($0)") }.filter(\.isEnrolled)
    }
}
