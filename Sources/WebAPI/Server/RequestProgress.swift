// How far the requests of a connection are, as a value: no clock, no channel.
//
// HTTP/1.1 reads requests one after another and answers in the same order, perhaps while the next ones come in
// (RFC 9112 §9.3.2); an HTTP/2 stream carries exactly one.

/// The state of what is read and what is answered.
struct RequestProgress: Hashable {
    /// What a peer may take its time for.
    enum Phase: Hashable {
        /// The connection is new and has no request yet.
        case firstHead
        /// The last request is answered.
        case keptAlive
        /// A body is coming in.
        case body
        /// Requests wait for their answers.
        case answer
        /// A refusal has left; input is dropped.
        case draining
    }

    private(set) var isReadingBody = false
    /// Requests whose answers have not left.
    private(set) var underWay = 0
    /// Requests whose answers have not been written to their end; some that are written have not left yet.
    private var unanswered = 0
    private(set) var isDraining = false
    private var hasServed = false

    /// What is waited for now.
    var phase: Phase {
        if self.isDraining { return .draining }
        if self.isReadingBody { return .body }
        if self.underWay > 0 { return .answer }
        return self.hasServed ? .keptAlive : .firstHead
    }

    /// Whether the answer that is written now is to a request whose body is still coming in.
    ///
    /// Answers leave in order, so it is the last one's only when no other is under way.
    var answersEarly: Bool { self.isReadingBody && self.underWay == 1 }

    /// Whether an answer may be written: there is a request for it.
    ///
    /// Hummingbird writes a 400 of its own when input breaks after an answer; nobody asked for that one.
    var expectsAnswer: Bool { !self.isDraining && self.unanswered > 0 }

    mutating func receivedHead() {
        self.isReadingBody = true
        self.unanswered += 1
        self.underWay += 1
    }

    mutating func receivedEnd() { self.isReadingBody = false }

    mutating func wroteAnswer() { self.unanswered -= 1 }

    mutating func answerLeft() {
        self.underWay -= 1
        self.hasServed = true
    }

    mutating func drain() { self.isDraining = true }
}
