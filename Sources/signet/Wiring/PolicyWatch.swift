// The policy's file is read at the start, on SIGHUP, and when it changes; a broken one leaves the old one in force.

import AtomicFiles
import AuditLog
import Foundation
import Logging
import Metrics
import PKIX
import RegistrationAuthority
import ServiceLifecycle
import UnixSignals

/// Reads policies.
enum PolicyFile {
    /// The policy in a file.
    ///
    /// - Throws: ``ConfigurationError``; the reason names file, line and rule.
    static func read(_ path: String) throws(ConfigurationError) -> PolicySet {
        do {
            return try PolicySet(octets: try AtomicFile.read(path, limit: PKIX.Budget.definitionBytes), file: path)
        } catch let error as RegistrationError {
            throw ConfigurationError(error.reason)
        } catch {
            throw ConfigurationError("\(error)")
        }
    }
}

/// Keeps the rules as the policy's file says.
struct PolicyWatch: Service {
    private static let interval = Duration.seconds(1)

    let path: String
    let rules: RegistrationRules
    let audit: any AuditStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.watch() }
                group.addTask { await self.listen() }
            }
        }
    }

    private func listen() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { await self.load() }
    }

    private func watch() async {
        var seen = self.stamp
        while (try? await SystemEnvironment.sleep(Self.interval)) != nil {
            let stamp = self.stamp
            if stamp != seen { await self.load() }
            seen = stamp
        }
    }

    /// What tells one content of the file from another without reading it.
    private var stamp: String {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: self.path) else { return "none" }
        let date = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(date) \(attributes[.size] ?? 0) \(attributes[.systemFileNumber] ?? 0)"
    }

    private func load() async {
        do {
            let policy = try PolicyFile.read(self.path)
            guard policy.sha256 != self.rules.policy.sha256 else { return }
            // On record before it decides anything.
            try await self.audit.append([
                AuditEvent(
                    at: SystemEnvironment.now(),
                    actor: "system",
                    action: .loadPolicy,
                    object: "policy:\(policy.policyHash)",
                    policyHash: policy.sha256,
                    details: ["file": self.path, "rules": String(policy.rules.count)]
                )
            ])
            self.rules.replace(policy)
            self.logger.notice("policy in force", metadata: ["sha256": "\(policy.policyHash)"])
        } catch {
            Counter(label: "signet_policy_load_failures_total").increment()
            self.logger.error(
                "the policy cannot be read; the one before stays in force",
                metadata: ["error": "\(error)", "in-force": "\(self.rules.policy.policyHash)"]
            )
        }
    }
}
