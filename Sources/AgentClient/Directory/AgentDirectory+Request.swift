// The request under way: made durable before it leaves, taken up again after an interruption.

import AtomicFiles
import Foundation
import PKIX

/// A request under way with its key, in a generation of its own.
struct PendingRequest: Sendable {
    let generation: Int
    let key: AgentKey
    var record: RequestRecord
    /// Whether the agent may have no other key than this one by now.
    var mayBeBound: Bool
}

extension AgentDirectory {
    /// The interrupted request, if there is one that can be taken up.
    func pendingRequest() throws -> PendingRequest? {
        let number = try self.currentGeneration() + 1
        let path = self.generationPath(number)
        guard
            let content = try? AtomicFile.read("\(path)/request.json", limit: Budget.enrolmentFileBytes),
            let record = try? JSONDecoder().decode(RequestRecord.self, from: Data(content)), record.version == 1,
            let key = try? AgentKey(pem: self.text("key.pem", in: path), source: "\(path)/key.pem")
        else { return nil }
        let mayBeBound = try record.mayBeBound ?? (number > 1 && key.publicKey != self.installed().key.publicKey)
        return PendingRequest(generation: number, key: key, record: record, mayBeBound: mayBeBound)
    }

    /// Makes key and request durable, the key first: a request never leaves for a key that could be lost.
    func begin(
        _ record: RequestRecord,
        key: AgentKey,
        afterStep: (EnrolmentStep) throws -> Void
    ) throws -> PendingRequest {
        let number = try self.currentGeneration() + 1
        // What cannot be read may be a key that the agent is bound to.
        if try self.pendingRequest() == nil { try self.setAside(number) }
        try self.discard(number)
        let path = self.generationPath(number)
        try AtomicFile.createDirectory(path, mode: 0o755)
        try AtomicFile.write(key.pem.utf8, to: "\(path)/key.pem", mode: 0o600)
        try afterStep(.keyWritten)
        try AtomicFile.write(try record.fileContent(), to: "\(path)/request.json", mode: 0o600)
        try afterStep(.requestWritten)
        return PendingRequest(generation: number, key: key, record: record, mayBeBound: false)
    }

    /// Keeps a request that nobody will end, with its key, under another name; nothing when there is none.
    func setAside(_ number: Int) throws {
        let path = self.generationPath(number)
        guard number > 1, SystemFiles.exists("\(path)/request.json") else { return }
        let taken = try SystemFiles.names(in: self.path).compactMap { name in
            name.hasPrefix("kept-") ? Int(name.dropFirst("kept-".count)) : nil
        }
        try SystemFiles.setAside(path, as: "\(self.path)/kept-\((taken.max() ?? 0) + 1)", in: self.path)
    }

    /// Writes another record beside the key of a request.
    func rewrite(_ request: inout PendingRequest, _ record: RequestRecord) throws {
        let path = "\(self.generationPath(request.generation))/request.json"
        try AtomicFile.write(try record.fileContent(), to: path, mode: 0o600)
        request.record = record
        request.mayBeBound = record.mayBeBound == true
    }

    /// Drops a request under way, with its key.
    func discard(_ number: Int) throws {
        // The request goes first: what is left of an interrupted removal is no request.
        try SystemFiles.remove("\(self.generationPath(number))/request.json")
        try SystemFiles.removeDirectory(self.generationPath(number))
    }

    /// Completes a generation, and switches to it.
    func install(
        _ path: CertificationPath,
        for request: PendingRequest,
        plan: EnrolmentPlan,
        afterStep: (EnrolmentStep) throws -> Void
    ) throws {
        let directory = self.generationPath(request.generation)
        try AtomicFile.write(path.certificate.pem.utf8, to: "\(directory)/certificate.pem", mode: 0o644)
        try afterStep(.certificateWritten)
        let chain = path.issuers.map(\.pem).joined()
        try AtomicFile.write(chain.utf8, to: "\(directory)/chain.pem", mode: 0o644)
        try AtomicFile.write(plan.roots.pem.utf8, to: "\(directory)/root.pem", mode: 0o644)
        try afterStep(.chainWritten)
        try AtomicFile.write(try AgentRecord(plan).fileContent(), to: "\(directory)/agent.json", mode: 0o644)
        try afterStep(.recordWritten)
        try self.activate(request.generation)
        try afterStep(.switched)
        try self.tidy()
    }

    func text(_ name: String, in path: String) throws -> String {
        String(decoding: try AtomicFile.read("\(path)/\(name)", limit: Budget.enrolmentFileBytes), as: UTF8.self)
    }
}
