// Signing a message, and verifying its answer (RFC 8945 §5).

/// A message with its signature.
struct SignedMessage: Sendable {
    /// What is sent.
    let octets: [UInt8]
    /// The code, which the answer's covers as well.
    let code: [UInt8]
}

/// What a verified answer's signature says.
enum TSIGVerdict: Hashable {
    /// It is the server's, and fresh.
    case valid
    /// It is the server's, whose clock says something else: seconds since 1970.
    case badTime(serverTime: UInt64)
}

extension TSIGKey {
    /// Signs a message.
    ///
    /// - Parameter time: now, in seconds since 1970.
    func sign(_ message: Message, at time: UInt64) throws(DNSError) -> SignedMessage {
        var signature = TransactionSignature(algorithm: self.algorithm.name, time: time, originalID: message.id)
        let unsigned = try message.wire()
        signature.code = self.algorithm.code(of: unsigned + signature.variables(keyName: self.name), using: self.secret)
        var signed = message
        signed.additionals.append(
            MessageRecord(name: self.name, recordClass: .any, ttl: 0, data: .unknown(.tsig, signature.wire))
        )
        return SignedMessage(octets: try signed.wire(), code: signature.code)
    }

    /// Verifies the answer to a signed message.
    ///
    /// - Parameters:
    ///   - octets: the answer, which `answer` was read from.
    ///   - time: now, in seconds since 1970.
    /// - Throws: ``DNSError`` with `.notAuthentic`.
    func verify(
        _ octets: [UInt8],
        as answer: Message,
        to request: SignedMessage,
        at time: UInt64
    ) throws(DNSError) -> TSIGVerdict {
        let signature = try self.signature(of: answer)
        let unsigned = try Self.unsigned(octets, answer, signature)
        let prefix = [UInt8(request.code.count >> 8), UInt8(request.code.count & 0xFF)] + request.code
        try self.check(signature, over: prefix + unsigned + signature.variables(keyName: self.name))
        if signature.error == TransactionSignature.Failure.time, let serverTime = signature.serverTime {
            return .badTime(serverTime: serverTime)
        }
        try Self.checkTime(signature, at: time)
        return .valid
    }

    /// The signature of an answer, if it names this key and algorithm.
    func signature(of answer: Message) throws(DNSError) -> TransactionSignature {
        guard answer.signatureOffset != nil, let record = answer.additionals.last,
            case .unknown(.tsig, let wire)? = record.data
        else {
            // A server that is starting or failing may not get as far as its keys.
            let code = answer.responseCode == .serverFailure ? DNSError.Code.serverFailure : .notAuthentic
            throw DNSError(code, "the server answered \(answer.responseCode) without a signature (TSIG)")
        }
        // RFC 8945 §4.2: CLASS "MUST be ANY", TTL "MUST be 0"; the code covers these, not what the record says.
        guard record.recordClass == .any, record.ttl == 0 else {
            throw DNSError(.malformedMessage, "the class of a TSIG record is ANY, its TTL 0")
        }
        let signature = try TransactionSignature(wire: wire)
        switch signature.error {
        case TransactionSignature.Failure.signature:
            throw DNSError(.notAuthentic, "the server has another secret for \(self.name) (BADSIG); compare them")
        case TransactionSignature.Failure.key:
            throw DNSError(
                .notAuthentic,
                "the server has no key \(self.name) with \(self.algorithm.rawValue) (BADKEY); compare name and algorithm"
            )
        default: break
        }
        guard record.name == self.name, signature.algorithm == self.algorithm.name else {
            throw DNSError(.notAuthentic, "the answer is signed under another key than \(self.name)")
        }
        return signature
    }

    /// Checks a code.
    func check(_ signature: TransactionSignature, over octets: [UInt8]) throws(DNSError) {
        guard self.algorithm.isValid(signature.code, of: octets, using: self.secret) else {
            throw DNSError(.notAuthentic, "the signature of the answer is not one under key \(self.name)")
        }
    }

    /// The octets that were signed: without the TSIG record, under the original id.
    static func unsigned(
        _ octets: [UInt8],
        _ message: Message,
        _ signature: TransactionSignature?
    ) throws(DNSError) -> [UInt8] {
        guard let signature, let offset = message.signatureOffset, octets.count >= 12, offset <= octets.count else {
            return octets
        }
        var unsigned = Array(octets[..<offset])
        unsigned[0] = UInt8(signature.originalID >> 8)
        unsigned[1] = UInt8(signature.originalID & 0xFF)
        let count = UInt16(unsigned[10]) << 8 | UInt16(unsigned[11])
        guard count > 0 else { throw DNSError(.malformedMessage, "no additional record, yet a signature") }
        unsigned[10] = UInt8((count - 1) >> 8)
        unsigned[11] = UInt8((count - 1) & 0xFF)
        return unsigned
    }

    /// Checks that the signature is fresh.
    static func checkTime(_ signature: TransactionSignature, at time: UInt64) throws(DNSError) {
        // RFC 8945 §5.2.3: "If the server time is outside the time interval […] (Time Signed, plus/minus Fudge)".
        let difference = max(time, signature.time) - min(time, signature.time)
        guard difference <= UInt64(signature.fudge) else {
            throw DNSError(.notAuthentic, "the answer was signed \(difference) seconds from now; set the clocks")
        }
    }
}
