import PKIX
import Testing

@testable import CertificateAuthority

extension PublishedCRL {
    /// A CRL of which only its place in time matters.
    static func sample(
        _ kind: CRLKind = .complete,
        number: Int64 = 1,
        at thisUpdate: CertificateTime,
        position: Int64 = 0
    ) -> PublishedCRL {
        PublishedCRL(
            partition: CRLPartition(issuer: "agents"),
            kind: kind,
            number: number,
            baseNumber: kind == .delta ? 1 : nil,
            thisUpdate: thisUpdate,
            nextUpdate: thisUpdate + 86_400,
            position: position,
            entries: 0,
            size: 100,
            sha256: []
        )
    }
}

@Suite("When which CRL is made")
struct CRLScheduleTests {
    private let start = CertificateTime(secondsSinceEpoch: 1_796_000_000)
    private let policy = CRLPolicy()
    private let deltas = CRLPolicy(hasDeltas: true)

    private func schedule(_ policy: CRLPolicy, position: Int64 = 0) -> CRLSchedule {
        CRLSchedule(policy, complete: .sample(at: self.start, position: position), delta: nil)
    }

    @Test("without any CRL a complete one is due, with deltas or without", arguments: [false, true])
    func first(_ hasDeltas: Bool) {
        let policy = CRLPolicy(hasDeltas: hasDeltas)
        #expect(CRLSchedule(policy, complete: nil, delta: nil).due(at: self.start) == .complete)
        // A delta without the complete CRL that it completes is worth nothing.
        let lost = CRLSchedule(policy, complete: nil, delta: .sample(.delta, number: 2, at: self.start))
        #expect(lost.due(at: self.start) == .complete)
    }

    @Test("when nothing changes the next one is due at the interval, not a second earlier")
    func interval() {
        let schedule = self.schedule(self.policy)
        #expect(schedule.due(at: self.start) == nil)
        #expect(schedule.due(at: self.start + 3_599) == nil)
        #expect(schedule.due(at: self.start + 3_600) == .complete)
        #expect(schedule.due(at: self.start + 1_000_000) == .complete)
    }

    @Test("a change that the CRL does not have makes one due at once; one that it has does not")
    func change() {
        var schedule = self.schedule(self.policy, position: 7)
        schedule.changed(at: 7)
        #expect(schedule.due(at: self.start + 1) == nil)
        schedule.changed(at: 8)
        #expect(schedule.due(at: self.start) == .complete)
        schedule.published(.sample(number: 2, at: self.start + 1, position: 8), seconds: 0, lastPosition: 8)
        #expect(schedule.position == 8)
        #expect(schedule.due(at: self.start + 3_600) == nil)
        #expect(schedule.due(at: self.start + 3_601) == .complete)
    }

    @Test("a change that came while the CRL was made makes the next one due")
    func changedMeanwhile() {
        var schedule = self.schedule(self.policy)
        schedule.changed(at: 9)
        schedule.published(.sample(number: 2, at: self.start + 1, position: 8), seconds: 0, lastPosition: 9)
        #expect(schedule.due(at: self.start + 1) == .complete)
    }

    @Test("with deltas a complete CRL is followed by a delta in the next second, and changes make deltas alone")
    func delta() {
        var schedule = self.schedule(self.deltas)
        // In the same second it would have to bear the same number.
        schedule.changed(at: 1)
        #expect(schedule.due(at: self.start) == nil)
        #expect(schedule.due(at: self.start + 1) == .delta)
        schedule.published(.sample(.delta, number: 2, at: self.start + 1, position: 1), seconds: 0, lastPosition: 1)
        #expect(schedule.due(at: self.start + 100) == nil)
        schedule.changed(at: 2)
        #expect(schedule.due(at: self.start + 100) == .delta)
        schedule.published(.sample(.delta, number: 3, at: self.start + 100, position: 2), seconds: 0, lastPosition: 2)
        #expect(schedule.due(at: self.start + 3_599) == nil)
        #expect(schedule.due(at: self.start + 3_600) == .complete)
        let complete = PublishedCRL.sample(number: 4, at: self.start + 3_600, position: 2)
        schedule.published(complete, seconds: 0, lastPosition: 2)
        // The delta before it no longer belongs to it.
        #expect(schedule.due(at: self.start + 3_600) == nil)
        #expect(schedule.due(at: self.start + 3_601) == .delta)
    }

    @Test("a complete CRL that is due goes before a delta that is")
    func completeFirst() {
        var schedule = self.schedule(self.deltas)
        schedule.changed(at: 1)
        #expect(schedule.due(at: self.start + 3_600) == .complete)
    }

    @Test("after a restart a delta that is newer than the complete CRL stands, an older one does not")
    func restart() {
        let complete = PublishedCRL.sample(number: 5, at: self.start, position: 3)
        let newer = PublishedCRL.sample(.delta, number: 6, at: self.start + 5, position: 4)
        var schedule = CRLSchedule(self.deltas, complete: complete, delta: newer)
        #expect(schedule.position == 4)
        schedule.changed(at: 4)
        #expect(schedule.due(at: self.start + 10) == nil)
        schedule.changed(at: 5)
        #expect(schedule.due(at: self.start + 10) == .delta)
        let older = PublishedCRL.sample(.delta, number: 4, at: self.start, position: 2)
        #expect(CRLSchedule(self.deltas, complete: complete, delta: older).due(at: self.start + 1) == .delta)
    }

    @Test("failures are tried again after 1, 2, 4 … seconds, a minute at most; a success forgets them")
    func failures() {
        var schedule = self.schedule(self.policy)
        schedule.changed(at: 1)
        var now = self.start
        for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60] as [Int64] {
            #expect(schedule.due(at: now) == .complete)
            schedule.failed(at: now)
            #expect(schedule.due(at: now + (pause - 1)) == nil)
            now = now + pause
        }
        #expect(schedule.due(at: now) == .complete)
        // What failed has changed nothing.
        #expect(schedule.complete?.number == 1 && schedule.position == 0)
        schedule.published(.sample(number: 12, at: now, position: 1), seconds: 0, lastPosition: 1)
        schedule.changed(at: 2)
        #expect(schedule.due(at: now) == .complete)
        schedule.failed(at: now)
        #expect(schedule.due(at: now) == nil && schedule.due(at: now + 1) == .complete)
    }

    @Test("a CRL that takes long leaves three times as long for other work", arguments: [0, 1, 2, 30] as [Int64])
    func slow(_ seconds: Int64) {
        var schedule = self.schedule(self.policy)
        schedule.published(.sample(number: 2, at: self.start, position: 1), seconds: seconds, lastPosition: 1)
        schedule.changed(at: 2)
        let pause = seconds > 1 ? 4 * seconds : 0
        if pause > 0 { #expect(schedule.due(at: self.start + (pause - 1)) == nil) }
        #expect(schedule.due(at: self.start + pause) == .complete)
    }
}
