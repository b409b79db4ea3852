// The calls about certificates.

public import PKIX

extension APIClient {
    /// Asks for a certificate: `POST /v1/certificates`.
    ///
    /// - Parameters:
    ///   - csr: the request in PEM.
    ///   - lifetime: in seconds; the profile's when `nil`.
    ///   - key: the same key with the same request gets the same certificate, however often it is sent.
    ///   - signer: a registered agent's present key, which signs the call in the place of the token; so it may be changed.
    /// - Throws: ``AgentClientError``.
    public func issue(
        csr: String,
        profile: String,
        lifetime: Int64?,
        key: IdempotencyToken,
        signedBy signer: AgentKey? = nil
    ) async throws -> CertificateDocument {
        let document = IssueDocument(profile: profile, csr: csr, lifetime: lifetime)
        var call = try APICall.post("/v1/certificates", document, key: key)
        call.signer = signer
        return try await self.send(call, for: CertificateDocument.self)
    }

    /// One certificate: `GET /v1/certificates/{serial}`.
    ///
    /// - Throws: ``AgentClientError``.
    public func certificate(_ serialNumber: SerialNumber) async throws -> CertificateDocument {
        try await self.send(.get("/v1/certificates/\(serialNumber)"), for: CertificateDocument.self)
    }

    /// One page of a listing: `GET /v1/certificates`.
    ///
    /// - Throws: ``AgentClientError``.
    public func certificates(_ filter: CertificateFilter) async throws -> CertificateListDocument {
        try await self.send(.get("/v1/certificates", query: filter.query), for: CertificateListDocument.self)
    }

    /// Every page of a listing from the filter's cursor on, one after the other: memory holds one at a time.
    ///
    /// - Throws: ``AgentClientError``, also when a server's cursors lead in a circle; and what the body throws.
    public func forEachPage(
        _ filter: CertificateFilter,
        _ body: (CertificateListDocument) throws -> Void
    ) async throws {
        var filter = filter
        for _ in 0..<Budget.pages {
            let page = try await self.certificates(filter)
            try body(page)
            guard let next = page.next else { return }
            guard next != filter.cursor else { break }
            filter.cursor = next
        }
        throw AgentClientError(.invalidAnswer, "the listing of \(self.configuration.address) does not come to an end")
    }

    /// Revokes a certificate: `POST /v1/certificates/{serial}/revoke`.
    ///
    /// To revoke again changes nothing, so that the call is repeated like a reading one.
    ///
    /// - Throws: ``AgentClientError``.
    public func revoke(
        _ serialNumber: SerialNumber,
        reason: RevocationReason,
        invalidityDate: CertificateTime? = nil
    ) async throws -> CertificateDocument {
        let document = RevokeDocument(reason: reason.rawValue, invalidityDate: invalidityDate?.description)
        return try await self.send(
            try APICall.post("/v1/certificates/\(serialNumber)/revoke", document),
            for: CertificateDocument.self
        )
    }

    /// Releases a certificate from hold: `POST /v1/certificates/{serial}/release`.
    ///
    /// - Throws: ``AgentClientError``.
    public func release(_ serialNumber: SerialNumber) async throws -> CertificateDocument {
        try await self.send(
            try APICall.post("/v1/certificates/\(serialNumber)/release", [String: String]()),
            for: CertificateDocument.self
        )
    }

    /// Revokes every certificate of a selection: `POST /v1/revocations`, as often as it takes.
    ///
    /// - Parameter onProgress: is told how many are revoked so far.
    /// - Throws: ``AgentClientError``.
    public func revoke(
        _ selection: CertificateSelection,
        reason: RevocationReason,
        invalidityDate: CertificateTime? = nil,
        onProgress: (Int) -> Void = { _ in }
    ) async throws -> SelectionRevocationDocument {
        let request = RevokeSelectionDocument(selection, reason, invalidityDate)
        var revoked = 0
        for _ in 0..<Budget.revocationRequests {
            var answer = try await self.send(
                try APICall.post("/v1/revocations", request),
                for: SelectionRevocationDocument.self
            )
            revoked += answer.revoked
            answer.revoked = revoked
            if answer.complete { return answer }
            onProgress(revoked)
        }
        throw AgentClientError(
            .invalidAnswer,
            "the revocation at \(self.configuration.address) does not come to an end"
        )
    }
}
