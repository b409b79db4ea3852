// Makes CRLs on a schedule and after changes, and says which files are in force.

import AtomicFiles
import Foundation
public import Logging
import Metrics
import PKIX
public import ServiceLifecycle

/// Keeps the CRLs of every issuer, and of each shard, fresh.
///
/// One CRL is made at a time. A failure keeps the last CRL in force, which outlives the interval, and is tried again.
public struct CRLPublisher: Service {
    private let productions: [String: CRLProduction]
    private let partitions: [CRLPartition]
    private let revocations: any RevocationStore
    private let crls: any CRLStore
    private let directory: String
    private let policy: CRLPolicy
    private let environment: AuthorityEnvironment
    private let published: @Sendable (CRLFile) async -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - directory: where the files are.
    ///   - published: hears of each CRL that is in force, also of those that were when the service starts.
    public init(
        authority: IssuingAuthority,
        revocations: any RevocationStore,
        crls: any CRLStore,
        directory: String,
        policy: CRLPolicy,
        published: @escaping @Sendable (CRLFile) async -> Void,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        var productions: [String: CRLProduction] = [:]
        var partitions: [CRLPartition] = []
        for issuer in authority.issuers {
            productions[issuer.name] = CRLProduction(
                issuer: issuer,
                revocations: revocations,
                crls: crls,
                directory: directory,
                policy: policy,
                now: authority.environment.now
            )
            partitions.append(CRLPartition(issuer: issuer.name))
            guard issuer.shards > 1 else { continue }
            partitions += (0..<issuer.shards).map { CRLPartition(issuer: issuer.name, shard: $0) }
        }
        self.productions = productions
        self.partitions = partitions
        self.revocations = revocations
        self.crls = crls
        self.directory = directory
        self.policy = policy
        self.environment = authority.environment
        self.published = published
        self.sleep = sleep
        self.logger = logger
    }

    /// Publishes until shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var schedules: [CRLPartition: CRLSchedule]?
            var position: Int64 = 0
            repeat {
                do {
                    if schedules == nil {
                        let loaded = try await self.load()
                        position = loaded.values.map(\.position).min() ?? 0
                        schedules = loaded
                    }
                    if var current = schedules {
                        position = try await self.takeChanges(after: position, into: &current)
                        await self.publishDue(&current, lastPosition: position)
                        schedules = current
                    }
                } catch {
                    self.logger.error("CRLs could not be looked after", metadata: ["error": "\(error)"])
                }
            } while await self.pause()
        }
    }

    private func pause() async -> Bool {
        (try? await self.sleep(self.policy.batching)) != nil && !Task.isCancelled
    }

    /// What is published and still lies in its file.
    private func load() async throws -> [CRLPartition: CRLSchedule] {
        for issuer in self.productions.keys {
            // What the last process was writing when it was killed.
            for form in ["crl", "crl.pem"] {
                AtomicFileWriter.removeRemains(of: "\(self.directory)/\(issuer).*.\(form)")
            }
        }
        let known = try await self.crls.publishedCRLs()
        var files: [CRLPartition: [CRLKind: PublishedCRL]] = [:]
        for crl in known {
            // Also the root's, which a ceremony made, and those of CAs and shards that are no more.
            let file = CRLFile(crl, in: self.directory)
            guard file.isComplete else { continue }
            await self.published(file)
            files[crl.partition, default: [:]][crl.kind] = crl
        }
        return Dictionary(
            uniqueKeysWithValues: self.partitions.map { partition in
                let found = files[partition]
                return (
                    partition, CRLSchedule(self.policy, complete: found?[.complete], delta: found?[.delta])
                )
            }
        )
    }

    private func takeChanges(
        after position: Int64,
        into schedules: inout [CRLPartition: CRLSchedule]
    ) async throws -> Int64 {
        var position = position
        while true {
            let changes = try await self.revocations.changes(after: position, limit: Budget.crlPage)
            for change in changes {
                schedules[CRLPartition(issuer: change.issuer)]?.changed(at: change.position)
                schedules[CRLPartition(issuer: change.issuer, shard: change.shard)]?.changed(at: change.position)
            }
            guard let last = changes.last else { return position }
            position = last.position
        }
    }

    private func publishDue(_ schedules: inout [CRLPartition: CRLSchedule], lastPosition: Int64) async {
        for partition in self.partitions where !Task.isCancelled {
            guard var schedule = schedules[partition], let production = self.productions[partition.issuer],
                let kind = schedule.due(at: CertificateTime(self.environment.now()))
            else { continue }
            let began = self.environment.now()
            do {
                let replaced = kind == .complete ? schedule.complete : schedule.delta
                let file = try await production.make(kind, of: partition, after: schedule)
                await self.published(file)
                file.removeSuperseded(since: replaced, in: self.directory)
                let seconds = self.environment.now().timeIntervalSince(began)
                schedule.published(file.crl, seconds: Int64(seconds), lastPosition: lastPosition)
                self.report(file.crl, seconds: seconds)
            } catch {
                schedule.failed(at: CertificateTime(self.environment.now()))
                Counter(label: "signet_crl_failures_total", dimensions: [("issuer", partition.issuer)]).increment()
                self.logger.error(
                    "a CRL could not be made; the last one stays in force",
                    metadata: ["crl": "\(partition)", "error": "\(error)"]
                )
            }
            schedules[partition] = schedule
            await self.dropExpired(of: partition.issuer, schedules)
        }
    }

    /// Entries that have stood on one CRL of every partition after their certificates' expiry.
    private func dropExpired(of issuer: String, _ schedules: [CRLPartition: CRLSchedule]) async {
        let times = self.partitions.filter { $0.issuer == issuer }.map { schedules[$0]?.complete?.thisUpdate }
        let complete = times.compactMap(\.self)
        guard complete.count == times.count, let oldest = complete.min() else { return }
        do {
            while try await self.revocations.dropExpired(of: issuer, before: oldest, limit: Budget.crlPage)
                == Budget.crlPage
            {}
        } catch {
            self.logger.warning("expired entries could not be dropped", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ crl: PublishedCRL, seconds: TimeInterval) {
        let dimensions = [("crl", "\(crl.partition)"), ("kind", crl.kind == .delta ? "delta" : "complete")]
        Gauge(label: "signet_crl_entries", dimensions: dimensions).record(crl.entries)
        Gauge(label: "signet_crl_bytes", dimensions: dimensions).record(crl.size)
        Gauge(label: "signet_crl_this_update_seconds", dimensions: dimensions).record(crl.thisUpdate.secondsSinceEpoch)
        Gauge(label: "signet_crl_next_update_seconds", dimensions: dimensions).record(crl.nextUpdate.secondsSinceEpoch)
        Gauge(label: "signet_crl_production_seconds", dimensions: dimensions).record(seconds)
        self.logger.info(
            "CRL published",
            metadata: [
                "crl": "\(crl.partition)", "number": "\(crl.number)", "entries": "\(crl.entries)",
                "seconds": "\(seconds)",
            ]
        )
    }
}
