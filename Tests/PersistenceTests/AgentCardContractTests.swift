import AuditLog
import Foundation
import PKIX
import Persistence
import RegistrationAuthority
import TestSupport
import Testing

private func document(_ name: String, _ version: AgentCardVersion = .v1) throws -> CardDocument {
    let value = version == .v1 ? CardBench.card(name: name) : CardBench.oldCard(name: name)
    return try CardDocument(try AgentCard.validate(value, for: try HostName(CardBench.host)))
}

extension AgentCardStore {
    @discardableResult
    fileprivate func publish(_ document: CardDocument, of agent: AgentID, keeping count: Int = 10) async throws
        -> CardPublication
    {
        try await self.publish(document, of: agent, at: noon.date, keeping: count, audit: event(.publishCard))
    }
}

/// Runs the body with an empty store of the kind and two agents.
private func withCards(
    _ kind: StoreKind,
    _ body: (any AgentCardStore, AgentID, AgentID) async throws -> Void
) async throws {
    let agents = try (1...2).map { try CardBench.registration(version: "\($0).0.0") }
    switch kind {
    case .memory: try await body(MemoryAgentCardStore(), agents[0].id, agents[1].id)
    case .sqlite:
        try await withSQLiteStore { store, _ in
            for agent in agents {
                let creation = try await store.create(
                    agent,
                    dueAt: nil,
                    lease: nil,
                    atMost: nil,
                    audit: event(.registerAgent)
                )
                guard case .created = creation else { throw CancellationError() }
            }
            try await body(store, agents[0].id, agents[1].id)
        }
    }
}

@Suite("Agents' cards in any store")
struct AgentCardContractTests {
    @Test("A card comes back as it was published, by its number and as the one in force", arguments: StoreKind.allCases)
    func publishes(kind: StoreKind) async throws {
        try await withCards(kind) { store, agent, other in
            #expect(try await store.cardsInForce(of: agent).isEmpty)
            let first = try await store.publish(document("A"), of: agent)
            #expect(first.isNew && first.card.number == 1 && first.card.agent == agent)
            #expect(try first.card.document == document("A") && first.card.createdAt == noon.date)
            #expect(try await store.card(1, of: agent) == first.card)
            #expect(try await store.cardsInForce(of: agent) == [first.card])
            #expect(try await store.card(2, of: agent) == nil)
            #expect(try await store.card(1, of: other) == nil)
            #expect(try await store.publish(document("A"), of: other).card.number == 1)
        }
    }

    @Test(
        "The newest card of each A2A version is in force; the same again changes nothing",
        arguments: StoreKind.allCases
    )
    func inForce(kind: StoreKind) async throws {
        try await withCards(kind) { store, agent, _ in
            try await store.publish(document("A"), of: agent)
            let old = try await store.publish(document("A", .v03), of: agent)
            let new = try await store.publish(document("B"), of: agent)
            #expect(try await store.cardsInForce(of: agent) == [new.card, old.card])
            #expect(try await store.publish(document("B"), of: agent) == CardPublication(card: new.card, isNew: false))
            #expect(try await store.publish(document("A", .v03), of: agent).isNew == false)
            // An earlier card is published anew, under a number of its own.
            #expect(try await store.publish(document("A"), of: agent).card.number == 4)
        }
    }

    @Test("Old cards are forgotten, those in force never, and no number is given twice", arguments: StoreKind.allCases)
    func forgets(kind: StoreKind) async throws {
        try await withCards(kind) { store, agent, other in
            try await store.publish(document("other"), of: other)
            let old = try await store.publish(document("old", .v03), of: agent, keeping: 2)
            for number in 2...5 {
                #expect(
                    try await store.publish(document("\(number)"), of: agent, keeping: 2).card.number == Int64(number)
                )
            }
            for (number, isKept) in [(1, true), (2, false), (3, false), (4, true), (5, true)] as [(Int64, Bool)] {
                #expect((try await store.card(number, of: agent) != nil) == isKept, "\(number)")
            }
            #expect(try await store.cardsInForce(of: agent).map(\.number) == [5, old.card.number])
            #expect(try await store.card(1, of: other) != nil)
        }
    }

    @Test("Of publications at once each gets a number of its own", arguments: StoreKind.allCases)
    func concurrent(kind: StoreKind) async throws {
        try await withCards(kind) { store, agent, _ in
            let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for index in 0..<8 {
                    group.addTask { try await store.publish(document("\(index)"), of: agent).card.number }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(numbers == Set(1...8))
        }
    }
}

@Suite("Agents' cards in SQLite")
struct AgentCardSQLiteTests {
    @Test("Card and audit entry are there together; a repetition has no entry, and an unknown agent gets neither")
    func audited() async throws {
        let agent = try CardBench.registration()
        try await withSQLiteStore { store, path in
            _ = try await store.create(agent, dueAt: nil, lease: nil, atMost: nil, audit: event(.registerAgent))
            let first = try await store.publish(document("A"), of: agent.id)
            try await store.publish(document("A"), of: agent.id)
            await #expect(throws: (any Error).self) {
                try await store.publish(try document("B"), of: try CardBench.registration().id)
            }
            #expect(try await store.entries(after: 0, limit: 10).map(\.event.action) == [.registerAgent, .publishCard])
            // Another process reads what is durable.
            let reader = try SQLiteStore(path: path, creating: false, clock: ContinuousClock())
            #expect(try await reader.cardsInForce(of: agent.id) == [first.card])
            await reader.close()
        }
    }
}
