// Receipts: that an entry is in the log, as one COSE message; in the shape of the Agent Name Service, and in that of
// RFC 9942.

public import FoundationEssentials

/// Makes receipts of inclusion.
public struct LogReceipt: Sendable {
    /// `application/scitt-receipt+cose`: how the Agent Name Service names its receipts.
    public static let mediaType = "application/scitt-receipt+cose"

    // COSE header parameters: RFC 9052 §3.1, RFC 9597 (15), RFC 9942 (395, 396).
    private static let (algorithm, keyID, claims, structure, proofs) = (1, 4, 15, 395, 396)
    // RFC 9942: the verifiable data structure RFC9162_SHA256.
    private static let rfc9162SHA256 = CBORValue.integer(1)

    private let issuer: String
    private let signer: any CheckpointSigner

    /// Prepares receipts.
    ///
    /// - Parameters:
    ///   - issuer: the log's origin.
    ///   - signer: the log's P-256 key.
    public init(issuer: String, signer: any CheckpointSigner) {
        self.issuer = issuer
        self.signer = signer
    }

    /// A receipt as ANS clients read it: the entry is the payload, the proof stands beside the signature.
    ///
    /// - Throws: ``LogError`` with `.invalidProof` when the proof is not the entry's, or with `.signingFailed`.
    public func ans(of entry: [UInt8], _ inclusion: LogInclusion, at instant: Date) async throws -> [UInt8] {
        try self.check(entry, inclusion)
        let proof = CBORValue.map([
            -1: .integer(inclusion.size), -2: .integer(inclusion.index), -3: Self.path(inclusion),
            -4: .bytes(inclusion.root.bytes),
        ])
        return try await COSESign1.sign(
            entry,
            protected: self.header(at: instant),
            unprotected: .map([Self.proofs: proof]),
            with: self.signer
        )
    }

    /// A receipt of RFC 9942: the signature is over the root, which the verifier computes from the entry and the proof.
    ///
    /// - Throws: ``LogError`` with `.invalidProof` when the proof is not the entry's, or with `.signingFailed`.
    public func rfc9942(of entry: [UInt8], _ inclusion: LogInclusion, at instant: Date) async throws -> [UInt8] {
        try self.check(entry, inclusion)
        // RFC 9942 §5.2: inclusion-proof = bstr .cbor [tree-size, leaf-index, inclusion-path]; -1 is a list of them.
        let proof = CBORValue.array([.integer(inclusion.size), .integer(inclusion.index), Self.path(inclusion)])
        return try await COSESign1.sign(
            inclusion.root.bytes,
            protected: self.header(at: instant),
            unprotected: .map([Self.proofs: .map([-1: .array([.bytes(proof.encoded)])])]),
            isDetached: true,
            with: self.signer
        )
    }

    private func header(at instant: Date) -> CBORValue {
        let claims = CBORValue.map([1: .text(self.issuer), 6: .integer(Int(instant.timeIntervalSince1970))])
        return .map([
            Self.algorithm: COSESign1.es256, Self.keyID: .bytes(self.signer.key.idBytes), Self.claims: claims,
            Self.structure: Self.rfc9162SHA256,
        ])
    }

    private func check(_ entry: [UInt8], _ inclusion: LogInclusion) throws(LogError) {
        guard LogHash.leaf(entry) == inclusion.leafHash, inclusion.isValid else {
            throw LogError(.invalidProof, "the proof is not one of this entry")
        }
    }

    private static func path(_ inclusion: LogInclusion) -> CBORValue { .array(inclusion.path.map { .bytes($0.bytes) }) }
}
