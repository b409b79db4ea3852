// What a crash left begun is finished on the normal path, or closed with a record; and what the store would not record.

public import Logging
import Metrics
import PKIX
public import ServiceLifecycle

/// Finishes issuances that an earlier process began, and those of this one whose end the store failed to record.
///
/// Which the former those are is read before the first request is taken, so that nothing under way now is touched; its cost is
/// in proportion to what was in flight. While the token is away it waits and tries again; the daemon serves meanwhile.
public struct IssuanceRecovery: Service {
    private let authority: IssuingAuthority
    private let pending: [BegunIssuance]
    private let pause: @Sendable () async throws -> Void
    private let logger: Logger

    /// Reads what is left over.
    ///
    /// - Parameter pause: waits before another attempt while the token is away.
    public init(
        authority: IssuingAuthority,
        pause: @escaping @Sendable () async throws -> Void,
        logger: Logger
    ) async throws {
        self.authority = authority
        self.pause = pause
        self.logger = logger
        var pending: [BegunIssuance] = []
        var last: Int64 = 0
        while true {
            let batch = try await authority.store.begunIssuances(after: last, limit: Budget.recoveryBatch)
            guard let end = batch.last else { break }
            pending += batch.map(\.issuance)
            last = end.id
        }
        self.pending = pending
    }

    /// How many issuances are left over.
    public var count: Int { self.pending.count }

    /// Finishes or closes each of them, and does the same for what comes, until shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.finishLeftovers() }
                group.addTask { await self.finishStranded() }
            }
        }
        try? await gracefulShutdown()
    }

    /// A token that is away keeps only the issuances of its own issuers waiting.
    private func finishLeftovers() async {
        var waiting = self.pending
        while !waiting.isEmpty, !Task.isCancelled {
            var away: [BegunIssuance] = []
            for issuance in waiting where !Task.isCancelled {
                do {
                    if try await self.recover(issuance) == .tokenAway { away.append(issuance) }
                } catch {
                    self.logger.error(
                        "an issuance left over could not be closed; it will be tried again at the next start",
                        metadata: ["serial": "\(issuance.serialNumber)", "error": "\(error)"]
                    )
                }
            }
            waiting = away
            if !waiting.isEmpty { try? await self.pause() }
        }
    }

    private func finishStranded() async {
        for await stranded in self.authority.pipeline.stranded.stream {
            while !Task.isCancelled {
                do {
                    try await self.authority.pipeline.record(stranded)
                } catch let error as AuthorityError where error.code == .notFound {
                    // The store had recorded it although it could not say so.
                } catch {
                    try? await self.pause()
                    continue
                }
                self.logger.notice(
                    "issuance recorded after the store had failed",
                    metadata: ["serial": "\(stranded.issuance.serialNumber)"]
                )
                break
            }
        }
    }

    private enum Outcome {
        case done
        case tokenAway
    }

    private func recover(_ issuance: BegunIssuance) async throws -> Outcome {
        let pipeline = self.authority.pipeline
        guard let issuer = self.authority.issuers.first(where: { $0.name == issuance.issuer }),
            issuance.notAfter > self.authority.now, issuance.scheme == issuer.scheme
        else {
            let error = AuthorityError(.invalidHierarchy, "issuer '\(issuance.issuer)' cannot sign what was begun")
            await pipeline.abandon(issuance, because: error, details: Self.details)
            return .done
        }
        do {
            let certificate = try await pipeline.sign(
                try self.token(for: issuance, by: issuer),
                by: SigningParty(issuer)
            )
            await self.complete(issuance, certificate)
        } catch {
            let error = AuthorityError(signing: error)
            if [.unavailable, .overloaded].contains(error.code) { return .tokenAway }
            // Not a failure of the token, and nothing was recorded: the certificate cannot be made.
            guard [.lintFailed, .verificationFailed].contains(error.code) else { throw error }
            await pipeline.abandon(issuance, because: error, details: Self.details)
        }
        return .done
    }

    private func complete(_ issuance: BegunIssuance, _ certificate: [UInt8]) async {
        do {
            _ = try await self.authority.pipeline.complete(issuance, certificate: certificate, details: Self.details)
            self.logger.notice("issuance finished after a restart", metadata: ["serial": "\(issuance.serialNumber)"])
        } catch {
            // The pipeline has kept the certificate; to sign again would make a second one of the same number.
            self.logger.error(
                "an issuance left over could not be recorded yet",
                metadata: ["serial": "\(issuance.serialNumber)", "error": "\(error)"]
            )
        }
    }

    private func token(for issuance: BegunIssuance, by issuer: Issuer) throws(AuthorityError) -> IssuanceToken {
        guard let (profile, context) = self.authority.lintContext(ofProfile: issuance.profile) else {
            throw AuthorityError(.lintFailed, "profile '\(issuance.profile)' is not there any more")
        }
        guard profile.sha256 == issuance.profileHash else {
            throw AuthorityError(.lintFailed, "profile '\(issuance.profile)' has changed since the issuance began")
        }
        return try IssuancePipeline.lint(issuance.tbsCertificate, context)
    }

    private static let details = ["recovered": "true"]
}
