// DNS messages (RFC 1035 §4, RFC 2136 §2, RFC 6891 §6).

/// A message.
public struct Message: Hashable, Sendable {
    /// What a message is about.
    public enum Operation: UInt8, Sendable {
        /// A question.
        case query = 0
        /// A zone has changed (RFC 1996).
        case notify = 4
        /// A change of a zone (RFC 2136).
        case update = 5
    }

    /// Extensions (RFC 6891).
    public struct Extensions: Hashable, Sendable {
        /// How large a datagram the sender takes.
        public var payloadSize: UInt16
        /// Whether DNSSEC's records are wanted (DO).
        public var wantsSignatures: Bool

        /// Creates the extensions.
        public init(payloadSize: UInt16 = 1_232, wantsSignatures: Bool = false) {
            self.payloadSize = payloadSize
            self.wantsSignatures = wantsSignatures
        }
    }

    /// Ties an answer to its question.
    public var id: UInt16
    /// QR.
    public var isResponse = false
    /// What it is about.
    public var operation = Operation.query
    /// AA.
    public var isAuthoritative = false
    /// TC: there is more, over TCP.
    public var isTruncated = false
    /// RD.
    public var recursionDesired = false
    /// RA.
    public var recursionAvailable = false
    /// AD: in an answer, that its resolver has validated it; in a question, that we want to know.
    public var isAuthenticated = false
    /// CD.
    public var checkingDisabled = false
    /// What the server says.
    public var responseCode = ResponseCode.noError
    /// Questions; in an update the zone.
    public var questions: [Question] = []
    /// Answers; in an update the prerequisites.
    public var answers: [MessageRecord] = []
    /// Authority; in an update the changes.
    public var authorities: [MessageRecord] = []
    /// Additional records without EDNS.
    public var additionals: [MessageRecord] = []
    /// EDNS.
    public var extensions: Extensions?
    /// Where in the octets read the TSIG record begins.
    var signatureOffset: Int?

    /// An empty message.
    public init(id: UInt16) {
        self.id = id
    }
}
