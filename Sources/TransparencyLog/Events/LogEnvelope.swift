// Entries of the log: an event, who tells of it, and both signatures, in the envelope of the Agent Name Service.
//
// The golden rule: leaf hash = SHA-256(0x00 ‖ JCS(envelope)), with the members payload, schemaVersion and signature and no
// others. A `status` that surrounds it on the wire is not part of it.

public import JOSE
public import JSON

/// An entry: the envelope around an event.
public struct LogEnvelope: Hashable, Sendable {
    /// The only schema that is written.
    public static let schemaVersion = "V2"

    private static let limits = JSONLimits(depth: Budget.eventDepth, members: Budget.eventMembers)

    /// The entry's identifier: a UUID of version 7.
    public let logID: String
    /// What happened.
    public let event: JSONValue
    /// Which key of the producer signed it.
    public let keyID: String
    /// The producer's signature over the canonical event: a detached JWS.
    public let producerSignature: String
    /// The log's signature over the canonical payload, a detached JWS; nil without one.
    public let signature: String?
    /// The version of the schema.
    public let schemaVersion: String

    /// Creates an envelope.
    public init(
        logID: String,
        event: JSONValue,
        keyID: String,
        producerSignature: String,
        signature: String?,
        schemaVersion: String = Self.schemaVersion
    ) {
        self.logID = logID
        self.event = event
        self.keyID = keyID
        self.producerSignature = producerSignature
        self.signature = signature
        self.schemaVersion = schemaVersion
    }

    /// Signs an event as its producer, and attests the payload as the log.
    ///
    /// - Parameters:
    ///   - key: the producer's key; its `kid`, or else its thumbprint, names it.
    ///   - log: the log's key for JWS with what signs by it; nil leaves the attestation away.
    /// - Throws: ``LogError`` with `.invalidEntry`, ``JOSEError``, or what the signer throws.
    public static func sign(
        _ event: JSONValue,
        logID: String,
        key: JSONWebKey,
        log: (key: JSONWebKey, signer: JWSSigner)? = nil,
        signer: JWSSigner
    ) async throws -> LogEnvelope {
        func envelope(_ producerSignature: String, _ signature: String?) -> LogEnvelope {
            LogEnvelope(
                logID: logID,
                event: event,
                keyID: key.keyID ?? key.thumbprint,
                producerSignature: producerSignature,
                signature: signature
            )
        }
        let produced = envelope(try await Self.sign(event, key, signer), nil)
        guard let log else { return produced }
        return envelope(produced.producerSignature, try await Self.sign(produced.payload, log.key, log.signer))
    }

    private static func sign(_ value: JSONValue, _ key: JSONWebKey, _ signer: JWSSigner) async throws -> String {
        guard let algorithm = JWSAlgorithm.preferred(for: key.publicKey) else {
            throw LogError(.invalidEntry, "the key '\(key.keyID ?? key.thumbprint)' signs no JWS")
        }
        let header = JWSHeader(algorithm: algorithm, keyID: key.keyID ?? key.thumbprint)
        return try await JSONWebSignature.sign(
            try Self.canonical(value),
            header: header,
            key: key.publicKey,
            signer: signer
        ).detached
    }

    /// Verifies the log's signature over the payload.
    ///
    /// - Throws: ``LogError`` with `.invalidEntry` when there is none, or ``JOSEError``.
    public func verifyLog(_ key: JSONWebKey) throws {
        guard let signature = self.signature else { throw LogError(.invalidEntry, "the envelope has no 'signature'") }
        let signed = try JSONWebSignature(detached: signature, payload: try Self.canonical(self.payload))
        _ = try signed.verified(with: key)
    }

    /// Verifies the producer's signature.
    ///
    /// - Throws: ``LogError`` or ``JOSEError``.
    public func verifyProducer(_ key: JSONWebKey) throws {
        let signed = try JSONWebSignature(detached: self.producerSignature, payload: try Self.canonical(self.event))
        _ = try signed.verified(with: key)
    }

    /// The payload: identifier, event and producer's signature.
    public var payload: JSONValue {
        let producer: JSONValue = [
            "event": self.event, "keyId": .string(self.keyID), "signature": .string(self.producerSignature),
        ]
        return ["logId": .string(self.logID), "producer": producer]
    }

    /// The envelope.
    public var value: JSONValue {
        .object(present: [
            "payload": self.payload, "schemaVersion": .string(self.schemaVersion),
            "signature": self.signature.map { .string($0) },
        ])
    }

    /// The entry: the canonical envelope.
    ///
    /// - Throws: ``LogError`` with `.invalidEntry` when it has no canonical form, or is too long for the log.
    public func entry() throws(LogError) -> [UInt8] {
        let bytes = try Self.canonical(self.value)
        guard bytes.count <= Budget.entryBytes else {
            throw LogError(
                .invalidEntry,
                "the event has \(bytes.count) octets with its envelope; the log takes \(Budget.entryBytes)"
            )
        }
        return bytes
    }

    /// The type of the event, if it is a known one.
    public var eventType: LogEventType? { self.event["eventType"]?.text.flatMap { LogEventType(rawValue: $0) } }

    /// Reads an entry, or a badge from the wire, whose further members are left away.
    ///
    /// - Throws: ``LogError`` with `.invalidEntry`.
    public init(_ bytes: [UInt8]) throws(LogError) {
        let value: JSONValue
        do { value = try JSONReader.read(bytes, within: Self.limits) } catch {
            throw LogError(.invalidEntry, "the entry is no JSON: \(error.reason)")
        }
        let producer = value["payload"]?["producer"]
        guard let logID = value["payload"]?["logId"]?.text, let event = producer?["event"],
            let keyID = producer?["keyId"]?.text, let producerSignature = producer?["signature"]?.text,
            let version = value["schemaVersion"]?.text
        else {
            throw LogError(.invalidEntry, "the entry is no envelope of an event with 'payload' and 'schemaVersion'")
        }
        self.init(
            logID: logID,
            event: event,
            keyID: keyID,
            producerSignature: producerSignature,
            signature: value["signature"]?.text,
            schemaVersion: version
        )
    }

    private static func canonical(_ value: JSONValue) throws(LogError) -> [UInt8] {
        do { return try value.canonical } catch {
            throw LogError(.invalidEntry, "the event has no canonical form: \(error.reason)")
        }
    }
}
