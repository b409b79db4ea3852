// Changes at Cloudflare: read the values concerned, make the difference in one transaction, read again if it came too late.

extension CloudflareProvider {
    /// Makes the changes; those of one batch together or not at all.
    public func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        var plan = PlannedChanges(changes, in: zone, types: Self.types)
        guard !plan.open.isEmpty else { return plan.final }
        do {
            let identifier = try await self.identifier(of: zone)
            for _ in 0..<ProviderBudget.rounds where !plan.open.isEmpty {
                let operations = try await self.difference(&plan, in: identifier, zone)
                await self.make(operations, &plan, in: identifier)
            }
            // Cloudflare and we still differ on what is there: one by one, "already exists" and "does not exist" mean done.
            for operation in try await self.difference(&plan, in: identifier, zone) {
                await self.make(operation, &plan, in: identifier)
            }
        } catch {
            plan.settle(plan.open, .failed(error))
        }
        return plan.final
    }

    /// What remains to be done, in Cloudflare's order; changes that need nothing are settled.
    private func difference(
        _ plan: inout PlannedChanges,
        in identifier: String,
        _ zone: DomainName
    ) async throws(ProviderFailure) -> [CloudflareOperation] {
        var operations: [CloudflareOperation] = []
        for group in plan.groups {
            let existing = try await self.stored(in: identifier, zone, group.key.name, group.key.type, .max)
            var difference = CloudflareDifference(existing, key: group.key)
            for index in group.indices { difference.make(plan.changes[index], index: index) }
            operations += difference.operations
            plan.settle(Set(group.indices).subtracting(difference.operations.flatMap(\.indices)), .done)
        }
        return operations.enumerated()
            .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element)
    }

    /// Makes operations in transactions of the largest size; what came too late stays open.
    private func make(
        _ operations: [CloudflareOperation],
        _ plan: inout PlannedChanges,
        in identifier: String
    ) async {
        for start in stride(from: 0, to: operations.count, by: CloudflareBatch.limit) {
            let chunk = operations[start..<min(start + CloudflareBatch.limit, operations.count)]
            let indices = chunk.flatMap(\.indices)
            do {
                switch try await self.client.make(CloudflareBatch(chunk), in: identifier) {
                case .made: plan.settle(indices, .done)
                case .stale: continue
                }
            } catch {
                plan.settle(indices, .failed(error))
                // Whatever shuts this one out shuts out the next.
                if error.isTransient || error.kind == .unauthorized { return plan.settle(plan.open, .failed(error)) }
            }
        }
    }

    private func make(_ operation: CloudflareOperation, _ plan: inout PlannedChanges, in identifier: String) async {
        do {
            let outcome = try await self.client.make(CloudflareBatch([operation]), in: identifier)
            if case .stale(let failure) = outcome, case .patch = operation.kind {
                plan.settle(operation.indices, .failed(ProviderFailure(.unavailable, failure.reason)))
            } else {
                plan.settle(operation.indices, .done)
            }
        } catch {
            plan.settle(operation.indices, .failed(error))
        }
    }
}
