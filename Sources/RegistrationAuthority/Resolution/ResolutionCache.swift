// Answers for as long as they may be believed, and one look for all who ask the same at once.
//
// True at all times: at most so many answers and octets are kept; an answer is given out only before its end; one whose host
// has changed is not given out any more, nor kept when the look that it comes from began before the change; of all who ask
// the same at once one looks, and the others get what it finds.

import FoundationEssentials
import Synchronization

/// A bounded cache of answers to questions for agents; any number of tasks may ask.
public final class ResolutionCache: Sendable {
    typealias Outcome = Result<SignedDocument, RegistrationError>

    /// What a look has found, and how long that may be kept.
    struct Finding: Sendable {
        let outcome: Outcome
        let expiresAt: Date
    }

    fileprivate struct State {
        var findings: [String: [ResolutionQuery: Finding]] = [:]
        var looks: [String: [ResolutionQuery: Look]] = [:]
        var count = 0
        var octets = 0
        var underWay = 0
    }

    private enum Step {
        case known(Outcome)
        case wait(Look)
        case look(Look)
        case full
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let octets: Int
    private let looks: Int

    /// Creates an empty cache with the bounds of ``Budget``.
    public convenience init() {
        self.init(
            capacity: Budget.resolutionsKept,
            octets: Budget.resolutionBytes,
            looks: Budget.resolutionsUnderWay
        )
    }

    init(capacity: Int, octets: Int, looks: Int) {
        self.capacity = capacity
        self.octets = octets
        self.looks = looks
    }

    /// How many answers are kept.
    var count: Int { self.state.withLock { $0.count } }

    /// Forgets what was found about a host, and what is being found.
    public func forget(host: String) {
        self.state.withLock { state in
            state.looks[host] = nil
            for finding in (state.findings.removeValue(forKey: host) ?? [:]).values { state.left(finding) }
        }
    }

    /// The answer to a question: a kept one, one that is being looked for, or a new one.
    ///
    /// - Parameters:
    ///   - now: the clock.
    ///   - admit: called before a look begins, of whose costs the caller is to be charged; what it throws is thrown.
    ///   - look: looks; what it throws is thrown to all who wait, and not kept.
    func answer(
        to query: ResolutionQuery,
        now: @Sendable () -> Date,
        admit: () async throws -> Void,
        look: () async throws -> Finding
    ) async throws -> SignedDocument {
        for _ in 0..<Budget.resolutionAttempts {
            switch self.next(query, at: now()) {
            case .known(let outcome): return try outcome.get()
            case .wait(let other):
                if let outcome = await other.outcome() { return try outcome.get() }
            case .look(let own): return try await self.lead(own, query, now: now, admit: admit, look: look)
            case .full: throw Self.overload
            }
        }
        throw Self.overload
    }

    private static var overload: RegistrationError {
        RegistrationError(.overloaded, "too many names are being looked up; try again in a second", retryAfter: 1)
    }

    private func next(_ query: ResolutionQuery, at instant: Date) -> Step {
        self.state.withLock { state in
            let host = query.host.description
            if let finding = state.findings[host]?[query] {
                if finding.expiresAt > instant { return .known(finding.outcome) }
                state.findings[host]?[query] = nil
                state.left(finding)
            }
            if let other = state.looks[host]?[query] { return .wait(other) }
            guard state.underWay < self.looks else { return .full }
            let own = Look()
            state.looks[host, default: [:]][query] = own
            state.underWay += 1
            return .look(own)
        }
    }

    private func lead(
        _ own: Look,
        _ query: ResolutionQuery,
        now: @Sendable () -> Date,
        admit: () async throws -> Void,
        look: () async throws -> Finding
    ) async throws -> SignedDocument {
        var shared: Result<SignedDocument, any Error>?
        var finding: Finding?
        defer {
            self.end(own, query, finding, at: now())
            own.end(shared)
        }
        // Who is not admitted, and who goes away, leaves the look to one of those who wait.
        try await admit()
        do {
            let found = try await look()
            try Task.checkCancellation()
            finding = found
            shared = found.outcome.mapError { $0 }
            return try found.outcome.get()
        } catch let error as CancellationError {
            throw error
        } catch {
            if !Task.isCancelled { shared = .failure(error) }
            throw error
        }
    }

    private func end(_ own: Look, _ query: ResolutionQuery, _ finding: Finding?, at instant: Date) {
        self.state.withLock { state in
            state.underWay -= 1
            let host = query.host.description
            // Not there any more: the host has changed since the look began.
            guard state.looks[host]?[query] === own else { return }
            state.looks[host]?[query] = nil
            if state.looks[host]?.isEmpty == true { state.looks[host] = nil }
            guard let finding, finding.expiresAt > instant else { return }
            state.findings[host, default: [:]][query] = finding
            state.count += 1
            state.octets += finding.size
            if state.count > self.capacity || state.octets > self.octets {
                state.makeRoom(at: instant, capacity: self.capacity, octets: self.octets)
            }
        }
    }
}

extension ResolutionCache.State {
    fileprivate mutating func left(_ finding: ResolutionCache.Finding) {
        self.count -= 1
        self.octets -= finding.size
    }

    /// Drops what is over, then what will be soonest, until an eighth of the room is free.
    fileprivate mutating func makeRoom(at instant: Date, capacity: Int, octets: Int) {
        let all = self.findings.flatMap { host, findings in
            findings.map { (host: host, query: $0.key, finding: $0.value) }
        }
        for entry in all.sorted(by: { $0.finding.expiresAt < $1.finding.expiresAt }) {
            let isOver = entry.finding.expiresAt <= instant
            guard isOver || self.count > capacity - capacity / 8 || self.octets > octets - octets / 8 else { return }
            self.findings[entry.host]?[entry.query] = nil
            if self.findings[entry.host]?.isEmpty == true { self.findings[entry.host] = nil }
            self.left(entry.finding)
        }
    }
}

extension ResolutionCache.Finding {
    /// What it holds in memory, in octets.
    fileprivate var size: Int {
        switch self.outcome {
        case .success(let document): document.size
        case .failure(let error): error.reason.utf8.count
        }
    }
}
