// Enrolment and renewal: a key, a request, a certificate, installed whole or not at all.

public import Foundation
import PKIX

/// An agent with its directory.
public struct Agent: Sendable {
    /// Where key and certificate are.
    public let directory: AgentDirectory
    /// Called at each step; an error that it throws stops the work there, as a crash would.
    private let afterStep: @Sendable (EnrolmentStep) throws -> Void

    /// Names an agent; nothing is read or made.
    public init(directory: AgentDirectory, afterStep: @escaping @Sendable (EnrolmentStep) throws -> Void = { _ in }) {
        self.directory = directory
        self.afterStep = afterStep
    }

    /// Gets the first certificate, or replaces an enrolment.
    ///
    /// - Parameters:
    ///   - client: a client of ``EnrolmentPlan/api``.
    ///   - key: a key that the agent has already, of the plan's type; a new one when `nil`.
    ///   - force: whether an enrolment may be replaced.
    ///   - token: the idempotency key of a new request; an interrupted request for the same keeps its own.
    /// - Throws: ``AgentClientError``; what was installed before stands.
    public func enroll(
        _ plan: EnrolmentPlan,
        with client: APIClient,
        key: AgentKey? = nil,
        force: Bool,
        token: IdempotencyToken,
        now: () -> Date
    ) async throws -> AgentCertificate {
        try self.requireUnenrolled(force: force)
        try self.directory.prepare()
        return try await self.directory.exclusively {
            try self.requireUnenrolled(force: force)
            let choice = key.map { KeyChoice.given($0) } ?? .new
            return try await self.obtain(plan, choice, with: client, token: token, now: now)
        }
    }

    /// Whether the certificate is due for renewal: at most a third of its life is left, or it does not verify, or a change of the
    /// key has no outcome yet.
    ///
    /// - Throws: ``AgentClientError`` with `.notEnrolled` and others when the enrolment cannot be read.
    public func isRenewalDue(at now: Date) async throws -> Bool {
        if try self.directory.pendingRequest()?.mayBeBound == true { return true }
        let status = try await self.status(at: now)
        return status.state != .valid || status.certificate.isRenewalDue(at: now)
    }

    /// Gets a new certificate for the names of the one that is installed, when that is due.
    ///
    /// - Parameters:
    ///   - plan: as ``renewalPlan(api:roots:tokenFile:)`` gives it.
    ///   - newKey: whether a new key is made.
    ///   - force: whether a new certificate is got though none is due.
    /// - Returns: the new certificate; `nil` when none was due, perhaps because another process has just renewed.
    /// - Throws: ``AgentClientError``; what was installed before stands.
    public func renew(
        _ plan: EnrolmentPlan,
        with client: APIClient,
        newKey: Bool,
        force: Bool,
        token: IdempotencyToken,
        now: () -> Date
    ) async throws -> AgentCertificate? {
        try self.directory.prepare()
        return try await self.directory.exclusively {
            if !force {
                guard try await self.isRenewalDue(at: now()) else { return nil }
            }
            let choice = newKey ? KeyChoice.new : .installed(try self.directory.installed().key)
            return try await self.obtain(plan, choice, with: client, token: token, now: now)
        }
    }

    /// What a renewal goes by: what the enrolment recorded, but for what is given here.
    ///
    /// - Throws: ``AgentClientError``.
    public func renewalPlan(
        api: APIAddress? = nil,
        roots: TrustAnchors? = nil,
        tokenFile: String? = nil
    ) throws -> EnrolmentPlan {
        let installed = try self.directory.installed()
        return EnrolmentPlan(
            api: try api ?? APIAddress(installed.record.api),
            application: installed.application,
            roots: roots ?? installed.roots,
            tokenFile: tokenFile ?? installed.record.tokenFile
        )
    }

    // MARK: The steps

    private func requireUnenrolled(force: Bool) throws(AgentClientError) {
        guard force || !self.directory.isEnrolled else {
            throw AgentClientError(
                .alreadyEnrolled,
                "\(self.directory.path) is enrolled already; renew it with: signet agent renew,"
                    + " or replace key and certificate with: signet agent enroll --force"
            )
        }
    }

    private func obtain(
        _ plan: EnrolmentPlan,
        _ choice: KeyChoice,
        with client: APIClient,
        token: IdempotencyToken,
        now: () -> Date
    ) async throws -> AgentCertificate {
        if let pending = try self.directory.pendingRequest(), pending.mayBeBound {
            if try self.isFor(pending, plan, choice) {
                return try await self.finish(pending, plan, with: client, token: token, now: now)
            }
            try self.directory.setAside(pending.generation)
        }
        if let pending = try self.resumable(plan, keeping: choice.key) {
            try self.afterStep(.resumed)
            if let resumed = try await self.resume(pending, plan, with: client, now: now) { return resumed }
        }
        var pending = try self.begin(plan, keeping: choice.key, token: token)
        do {
            return try await self.complete(&pending, plan, with: client, now: now)
        } catch let error as AgentClientError where error.code == .unacceptableCertificate && !pending.mayBeBound {
            // The same idempotency key would bring the same certificate for ever.
            try self.directory.discard(pending.generation)
            throw error
        }
    }

    /// Whether a change of keys that has no outcome yet is of what is asked for; an enrolment may be forced to be of another.
    private func isFor(_ pending: PendingRequest, _ plan: EnrolmentPlan, _ choice: KeyChoice) throws -> Bool {
        if case .given(let key) = choice, key.publicKey != pending.key.publicKey { return false }
        return pending.record.agent.isOfTheSameAgent(as: AgentRecord(plan))
    }

    /// Ends a change of keys whose outcome is not known: the agent may have no other key than this one, so that nothing else is
    /// asked for before, and the key goes only when the authority says that it is not the agent's.
    private func finish(
        _ pending: PendingRequest,
        _ plan: EnrolmentPlan,
        with client: APIClient,
        token: IdempotencyToken,
        now: () -> Date
    ) async throws -> AgentCertificate {
        try self.afterStep(.resumed)
        // The same again: with another lifetime it would be another request.
        var (pending, plan) = (pending, plan)
        plan.application = try pending.record.agent.application()
        do {
            if let resumed = try await self.resume(pending, plan, with: client, now: now) { return resumed }
            // What the same request brings is of no use; another certificate for the same key is.
            let request = try AgentRequest(key: pending.key, names: plan.application.names)
            var record = RequestRecord(agent: pending.record.agent, csr: request.pem, idempotencyKey: token)
            record.mayBeBound = true
            try self.directory.rewrite(&pending, record)
            return try await self.complete(&pending, plan, with: client, now: now)
        } catch let error as AgentClientError where error.isDefinite {
            let advice =
                "a change of the agent's key had no outcome before; to give it up and enrol anew: signet agent enroll --force"
                + " with another --name or --key (the key in question is kept in \(self.directory.path))"
            throw AgentClientError(error.code, "\(error.reason); \(advice)", problem: error.problem)
        }
    }

    /// An interrupted request for the same, and for the key in force exactly when that is kept.
    private func resumable(_ plan: EnrolmentPlan, keeping key: AgentKey?) throws -> PendingRequest? {
        guard let pending = try self.directory.pendingRequest(),
            pending.record.agent.asksTheSame(as: AgentRecord(plan))
        else { return nil }
        if let key { return pending.key.publicKey == key.publicKey ? pending : nil }
        let installed = try? self.directory.installed()
        return pending.key.publicKey == installed?.key.publicKey ? nil : pending
    }

    /// The certificate of an interrupted request; `nil` when it has come to nothing and must be made anew.
    private func resume(
        _ pending: PendingRequest,
        _ plan: EnrolmentPlan,
        with client: APIClient,
        now: () -> Date
    ) async throws -> AgentCertificate? {
        var pending = pending
        do {
            let path = try await self.request(&pending, plan, with: client, now: now)
            // The interruption may have lasted: what was issued then need not be worth installing now.
            let facts = try self.facts(of: path, plan)
            return facts.isRenewalDue(at: now()) ? nil : try self.install(path, for: pending, plan)
        } catch let error as AgentClientError
            where error.code == .unacceptableCertificate || error.problem?.code == "IDEMPOTENCY_KEY_REUSED"
        {
            return nil
        }
    }

    private func begin(
        _ plan: EnrolmentPlan,
        keeping key: AgentKey?,
        token: IdempotencyToken
    ) throws -> PendingRequest {
        if key == nil { try self.afterStep(.makingKey(plan.application.keyType)) }
        let key = try key ?? AgentKey.generate(plan.application.keyType)
        let request = try AgentRequest(key: key, names: plan.application.names)
        let record = RequestRecord(agent: AgentRecord(plan), csr: request.pem, idempotencyKey: token)
        return try self.directory.begin(record, key: key, afterStep: self.afterStep)
    }

    private func complete(
        _ pending: inout PendingRequest,
        _ plan: EnrolmentPlan,
        with client: APIClient,
        now: () -> Date
    ) async throws -> AgentCertificate {
        try self.install(try await self.request(&pending, plan, with: client, now: now), for: pending, plan)
    }

    private func request(
        _ pending: inout PendingRequest,
        _ plan: EnrolmentPlan,
        with client: APIClient,
        now: () -> Date
    ) async throws -> CertificationPath {
        try self.afterStep(.asking)
        let answer = try await self.answer(to: &pending, plan, with: client)
        guard let certificate = answer.certificate else {
            throw AgentClientError(.invalidAnswer, "\(plan.api) answered without a certificate")
        }
        let check = CertificateCheck(
            publicKey: pending.key.publicKey,
            names: plan.application.names,
            roots: plan.roots
        )
        let path = try check.check(
            certificate: certificate,
            chain: (answer.chain ?? []).joined(separator: "\n"),
            at: now()
        )
        try self.afterStep(.received)
        return path
    }

    /// What the authority answers; where another key is to take the place of a registered agent's, that one signs.
    private func answer(
        to pending: inout PendingRequest,
        _ plan: EnrolmentPlan,
        with client: APIClient
    ) async throws -> CertificateDocument {
        let record = pending.record
        let ask = { (signer: AgentKey?) in
            try await client.issue(
                csr: record.csr,
                profile: plan.application.profile,
                lifetime: plan.application.lifetime,
                key: record.idempotencyKey,
                signedBy: signer
            )
        }
        do {
            return try await ask(nil)
        } catch let error as AgentClientError where error.isKeyChangeNotProven {
            guard let present = try self.presentKey(of: plan, pending), present.publicKey != pending.key.publicKey
            else {
                try self.mark(&pending, false)
                let advice =
                    "a registered agent is enrolled with the key that it registered: signet agent enroll --key FILE"
                throw AgentClientError(error.code, "\(error.reason); \(advice)", problem: error.problem)
            }
            // From here on the key may be the agent's only one: nothing may lose it.
            try self.mark(&pending, true)
            do {
                return try await ask(present)
            } catch let error as AgentClientError {
                return try await self.outcome(of: &pending, after: error) { try await ask(nil) }
            }
        }
    }

    /// What became of a signed call that failed: the answer after all, where the authority took the key, else the error.
    ///
    /// A repetition of the call by the former key says nothing, for it is nobody's when the first came through.
    private func outcome(
        of pending: inout PendingRequest,
        after failure: AgentClientError,
        ask: () async throws -> CertificateDocument
    ) async throws -> CertificateDocument {
        do {
            return try await ask()
        } catch let error as AgentClientError {
            // What has not been answered may still come about.
            if error.isKeyChangeNotProven, failure.isDefinite { try self.mark(&pending, false) }
            throw failure
        }
    }

    private func mark(_ pending: inout PendingRequest, _ mayBeBound: Bool) throws {
        guard pending.mayBeBound != mayBeBound else { return }
        var record = pending.record
        record.mayBeBound = mayBeBound
        try self.directory.rewrite(&pending, record)
    }

    /// The key of the same agent that is installed; nil when there is none.
    private func presentKey(of plan: EnrolmentPlan, _ pending: PendingRequest) throws -> AgentKey? {
        do {
            let installed = try self.directory.installed()
            return installed.record.isOfTheSameAgent(as: AgentRecord(plan)) ? installed.key : nil
        } catch let error as AgentClientError
            where error.code == .notEnrolled || (error.code == .damagedEnrolment && !pending.mayBeBound)
        {
            return nil
        }
    }

    private func install(
        _ path: CertificationPath,
        for pending: PendingRequest,
        _ plan: EnrolmentPlan
    ) throws -> AgentCertificate {
        let facts = try self.facts(of: path, plan)
        try self.directory.install(path, for: pending, plan: plan, afterStep: self.afterStep)
        return facts
    }

    private func facts(
        of path: CertificationPath,
        _ plan: EnrolmentPlan
    ) throws(AgentClientError) -> AgentCertificate {
        try AgentCertificate(path.certificate, plan.application, api: plan.api.description)
    }
}

/// Which key a certificate is to be for.
private enum KeyChoice {
    /// One that is made for it.
    case new
    /// The one that is in force.
    case installed(AgentKey)
    /// One that the agent has already.
    case given(AgentKey)

    /// The key, if it is there already.
    var key: AgentKey? {
        switch self {
        case .new: nil
        case .installed(let key), .given(let key): key
        }
    }
}

extension AgentClientError {
    /// Whether the authority has refused, and not merely for now.
    fileprivate var isDefinite: Bool {
        guard let status = self.problem?.status, self.problem?.code != nil else { return false }
        return (400..<500).contains(status) && status != 409 && status != 429
    }

    /// Whether the authority says that the request's key is not the agent's.
    fileprivate var isKeyChangeNotProven: Bool { self.problem?.code == "KEY_CHANGE_NOT_PROVEN" }
}
