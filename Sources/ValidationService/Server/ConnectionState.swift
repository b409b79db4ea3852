// What a connection is doing and until when it may, as a value. Time is counted in ticks of its event loop.

/// The state of a connection.
struct ConnectionState {
    /// What it is doing.
    enum Phase: Hashable {
        /// Nothing has come since the last answer, or since the start.
        case idle
        /// Part of a head has come.
        case head
        /// A head has come, and not all of its body.
        case body
        /// An answer is being made; told apart by a number, for it may come when nobody waits for it any more.
        case answering(Int)
        /// A large answer is being taken by the client.
        case sending
        /// The last answer has been written; what comes is dropped.
        case lingering
        /// It is over.
        case closed
    }

    /// What is to be done because time has passed or the peer has ended its side.
    enum Action: Hashable {
        /// Nothing.
        case none
        /// Answer with 408 or 400, and end.
        case refuse(HTTPStatus)
        /// Tell the client to try later.
        case giveUp
        /// Write what is left, and end.
        case finish
        /// Close.
        case close
    }

    /// The limits in ticks.
    struct Limits: Hashable {
        let head: Int
        let body: Int
        let answer: Int
        let write: Int
        let idle: Int
        let linger: Int

        init(_ limits: ConnectionLimits) {
            self.head = limits.ticks(limits.head)
            self.body = limits.ticks(limits.body)
            self.answer = limits.ticks(limits.answer)
            self.write = limits.ticks(limits.write)
            self.idle = limits.ticks(limits.idle)
            self.linger = limits.ticks(limits.linger)
        }
    }

    private let limits: Limits
    private(set) var phase = Phase.idle
    private var deadline: Int
    private var stalledUntil: Int?
    private var answers = 0
    /// Whether the last answer has been given.
    private(set) var isLast = false
    /// Whether the next answer is the last.
    private(set) var isQuiescing = false
    /// Whether the peer has ended its side.
    private(set) var isInputClosed = false

    init(limits: Limits, now: Int) {
        self.limits = limits
        self.deadline = now + limits.head
    }

    /// Whether requests may be taken from what has come.
    var takesRequests: Bool { !self.isLast && (self.phase == .idle || self.phase == .head || self.phase == .body) }

    /// Whether what comes should be read at all.
    var wantsInput: Bool { self.takesRequests || self.phase == .lingering }

    /// Whether what comes belongs to nothing that will be answered.
    var dropsInput: Bool { self.isLast || self.phase == .lingering || self.phase == .closed }

    /// A request was answered; `isLast` when the connection ends with it.
    mutating func answered(isLast: Bool, now: Int) {
        self.phase = .idle
        self.deadline = now + self.limits.idle
        if isLast || self.isQuiescing { self.isLast = true }
    }

    /// What has come ends within a request.
    mutating func awaits(body: Bool, now: Int) {
        let phase = body ? Phase.body : .head
        guard self.phase != phase else { return }
        self.phase = phase
        self.deadline = now + (body ? self.limits.body : self.limits.head)
    }

    /// An answer is being made; returns the number that names it.
    mutating func beganAnswer(now: Int) -> Int {
        self.answers += 1
        self.phase = .answering(self.answers)
        self.deadline = now + self.limits.answer
        return self.answers
    }

    /// A large answer has been handed to the socket, with so many ticks beyond the usual.
    mutating func beganSending(extra: Int, now: Int) {
        self.phase = .sending
        self.deadline = now + self.limits.write + extra
    }

    /// Our side has ended.
    mutating func lingers(now: Int) {
        self.phase = .lingering
        self.deadline = now + self.limits.linger
    }

    /// The connection is over.
    mutating func close() { self.phase = .closed }

    /// The socket takes more, or no more.
    mutating func writability(_ isWritable: Bool, now: Int) {
        self.stalledUntil = isWritable ? nil : (self.stalledUntil ?? now + self.limits.write)
    }

    /// The peer has ended its side: what it has asked is answered, then the connection ends.
    mutating func inputClosed() -> Action {
        self.isInputClosed = true
        switch self.phase {
        case .idle: return .finish
        case .lingering: return .close
        // RFC 9112 §8: a message that is cut off is incomplete.
        case .head, .body: return .refuse(.badRequest)
        case .answering, .sending, .closed: return .none
        }
    }

    /// The server shuts down: the request under way is the last.
    mutating func quiesce() -> Action {
        self.isQuiescing = true
        return self.phase == .idle ? .finish : .none
    }

    /// A tick has passed.
    func tick(_ now: Int) -> Action {
        // A large answer has a deadline of its own, by its size: the socket takes more only when nearly all of it is gone.
        if self.phase != .sending, let stalledUntil, now >= stalledUntil { return .close }
        guard now >= self.deadline else { return .none }
        switch self.phase {
        case .idle, .sending, .lingering: return .close
        case .head, .body: return .refuse(.requestTimeout)
        case .answering: return .giveUp
        case .closed: return .none
        }
    }
}
