// Who cosigns the log, and what is told of log and witnesses.

import Foundation
import Logging
import TransparencyLog
import WebAPI

extension LogWitnesses {
    /// What asks them; nil where there are none.
    func client(of identity: LogIdentity, logger: Logger) throws -> WitnessClient? {
        guard !self.endpoints.isEmpty else { return nil }
        let patience = self.policy.patience
        return try WitnessClient(
            witnesses: self.endpoints,
            policy: self.policy,
            transport: LogTransport.witness(timeout: patience),
            claims: WitnessClaims(identity: identity) { address in
                try await LogTransport.fetch(
                    address,
                    limit: TransparencyLog.Budget.noteBytes,
                    timeout: patience
                )
            },
            now: SystemEnvironment.now,
            sleep: SystemEnvironment.sleep,
            logger: logger
        )
    }
}

extension LogAssembly {
    /// What `/readyz` says of the log: certificates are issued whatever it is, so it never keeps the daemon from being ready.
    func readiness(_ witnesses: LogWitnesses) -> [ReadinessCheck] {
        let (sequencer, backlog, client) = (self.sequencer, self.backlog, self.witnesses)
        let log = ReadinessCheck(name: "log") {
            let status = sequencer.status
            return switch status.phase {
            case .halted(let error): .impaired(reason: "nothing is published: \(error.reason)")
            case .recovering where status.failures > 0:
                .impaired(reason: "batches in a row that have failed: \(status.failures); they are tried again")
            case .recovering, .running, .standby, .stopped:
                backlog.problem.map { .impaired(reason: $0) } ?? .ready
            }
        }
        guard let client else { return [log] }
        let cosigners = ReadinessCheck(name: "witnesses") {
            let failing = client.statuses.compactMap { status in status.failure.map { "\(status.name): \($0)" } }
            guard !failing.isEmpty else { return .ready }
            let count = witnesses.endpoints.count
            return .impaired(
                reason: "\(failing.count) of \(count) did not cosign, \(witnesses.policy.required) are required: "
                    + failing.joined(separator: "; ")
            )
        }
        return [log, cosigners]
    }
}
