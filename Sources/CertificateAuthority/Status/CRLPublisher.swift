// Makes CRLs on a schedule and after changes, and says which files are in force.

import AtomicFiles
import Foundation
public import Logging
import Metrics
import PKIX
public import ServiceLifecycle
import Signing

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
    private let published: @Sendable (CRLFile) async throws -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - directory: where the files are.
    ///   - published: serves each CRL that is in force, also those that were when the service starts; when it fails, the
    ///     CRL is made anew.
    public init(
        authority: IssuingAuthority,
        revocations: any RevocationStore,
        crls: any CRLStore,
        directory: String,
        policy: CRLPolicy,
        published: @escaping @Sendable (CRLFile) async throws -> Void,
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
            if issuer.shards > 1 {
                partitions += (0..<issuer.shards).map { CRLPartition(issuer: issuer.name, shard: $0) }
            }
            partitions.append(CRLPartition(issuer: issuer.name))
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
            // Also the root's, which a ceremony made, and those of CAs that are no more.
            let file = CRLFile(crl, in: self.directory)
            guard try await Token.blocking({ file.isComplete }) else {
                self.logger.error("a published CRL is not in its file", metadata: ["path": "\(file.path)"])
                continue
            }
            do {
                try await self.published(file)
            } catch {
                self.logger.error("a CRL cannot be served", metadata: ["path": "\(file.path)", "error": "\(error)"])
                continue
            }
            self.report(crl)
            files[crl.partition, default: [:]][crl.kind] = crl
        }
        // Certificates name the shard of their day also when the hierarchy has fewer now: theirs is made on.
        let former = Set(known.map(\.partition).filter { self.productions[$0.issuer] != nil }).subtracting(
            self.partitions
        )
        let all = former.sorted { "\($0)" < "\($1)" } + self.partitions
        return Dictionary(
            uniqueKeysWithValues: all.enumerated().map { index, partition in
                let found = files[partition]
                let schedule = CRLSchedule(
                    self.policy,
                    complete: found?[.complete],
                    delta: found?[.delta],
                    spread: self.policy.interval / 4 * Int64(index) / Int64(all.count)
                )
                return (partition, schedule)
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
        // Shards first: they are small, and what a certificate names.
        var renewed: Set<String> = []
        let partitions = schedules.keys.sorted { ($0.shard ?? .max, $0.issuer) < ($1.shard ?? .max, $1.issuer) }
        for partition in partitions where !Task.isCancelled {
            guard var schedule = schedules[partition], let production = self.productions[partition.issuer],
                let kind = schedule.due(at: CertificateTime(self.environment.now()))
            else { continue }
            let began = self.environment.now()
            do {
                let replaced = kind == .complete ? schedule.complete : schedule.delta
                let file = try await production.make(kind, of: partition, after: schedule)
                try await self.published(file)
                file.removeSuperseded(since: replaced, in: self.directory)
                let seconds = self.environment.now().timeIntervalSince(began)
                schedule.published(file.crl, seconds: Int64(seconds), lastPosition: lastPosition)
                if kind == .complete { renewed.insert(partition.issuer) }
                self.report(file.crl)
                self.log(file.crl, seconds: seconds)
            } catch {
                schedule.failed(at: CertificateTime(self.environment.now()))
                Counter(label: "signet_crl_failures_total", dimensions: [("issuer", partition.issuer)]).increment()
                self.logger.error(
                    "a CRL could not be made; the last one stays in force",
                    metadata: ["crl": "\(partition)", "error": "\(error)"]
                )
            }
            schedules[partition] = schedule
        }
        for issuer in renewed { await self.dropExpired(of: issuer, schedules) }
    }

    /// Entries that have stood on one CRL of every partition after their certificates' expiry.
    private func dropExpired(of issuer: String, _ schedules: [CRLPartition: CRLSchedule]) async {
        let times = schedules.filter { $0.key.issuer == issuer }.map(\.value.complete?.thisUpdate)
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

    private func report(_ crl: PublishedCRL) {
        let dimensions = [("crl", "\(crl.partition)"), ("kind", crl.kind == .delta ? "delta" : "complete")]
        Gauge(label: "signet_crl_entries", dimensions: dimensions).record(crl.entries)
        Gauge(label: "signet_crl_bytes", dimensions: dimensions).record(crl.size)
        Gauge(label: "signet_crl_this_update_seconds", dimensions: dimensions).record(crl.thisUpdate.secondsSinceEpoch)
        Gauge(label: "signet_crl_next_update_seconds", dimensions: dimensions).record(crl.nextUpdate.secondsSinceEpoch)
    }

    private func log(_ crl: PublishedCRL, seconds: TimeInterval) {
        let dimensions = [("crl", "\(crl.partition)"), ("kind", crl.kind == .delta ? "delta" : "complete")]
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
