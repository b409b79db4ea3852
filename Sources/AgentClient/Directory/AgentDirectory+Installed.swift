// What is installed, read from one generation.

import AtomicFiles
import Foundation
import PKIX

/// An installed generation, unchecked.
struct InstalledAgent: Sendable {
    let record: AgentRecord
    let application: AgentApplication
    let key: AgentKey
    let certificate: String
    let chain: String
    let roots: TrustAnchors
}

extension AgentDirectory {
    /// What is installed.
    ///
    /// - Throws: ``AgentClientError`` with `.notEnrolled`, `.damagedEnrolment`, or `.exposedSecret` when others can read
    ///   the key.
    func installed() throws -> InstalledAgent {
        let number = try self.currentGeneration()
        guard number > 0 else {
            throw AgentClientError(
                .notEnrolled,
                "no certificate is installed in \(self.path); get one with: signet agent enroll"
            )
        }
        let path = self.generationPath(number)
        do {
            let record = try Self.record(try self.text("agent.json", in: path), path: path)
            return InstalledAgent(
                record: record,
                application: try record.application(),
                key: try AgentKey(pem: try Self.secret("\(path)/key.pem"), source: "\(path)/key.pem"),
                certificate: try self.text("certificate.pem", in: path),
                chain: try self.text("chain.pem", in: path),
                roots: try TrustAnchors(pem: try self.text("root.pem", in: path), source: "\(path)/root.pem")
            )
        } catch let error as FileError {
            throw AgentClientError(
                .damagedEnrolment,
                "the enrolment is damaged: \(error); enrol again with: signet agent enroll --force"
            )
        }
    }

    private static func secret(_ path: String) throws(AgentClientError) -> String {
        guard AtomicFile.exists(path) else {
            throw AgentClientError(
                .damagedEnrolment,
                "the enrolment is damaged: \(path) is missing; enrol again with: signet agent enroll --force"
            )
        }
        let content = try SecretFile.load(path, what: "the key", limit: Budget.enrolmentFileBytes)
        return String(decoding: content, as: UTF8.self)
    }

    private static func record(_ text: String, path: String) throws(AgentClientError) -> AgentRecord {
        guard let record = try? JSONDecoder().decode(AgentRecord.self, from: Data(text.utf8)), record.version == 1
        else {
            throw AgentClientError(
                .damagedEnrolment,
                "\(path)/agent.json is damaged or of another version of this program"
            )
        }
        return record
    }
}
