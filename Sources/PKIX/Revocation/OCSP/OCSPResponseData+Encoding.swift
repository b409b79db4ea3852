// The DER of ResponseData (RFC 6960 §4.2.1), appended to one buffer: a cold answer waits for it.

extension OCSPResponseData {
    /// The DER of the `ResponseData`: what the responder signs.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when there is no answer, or a time is outside of the years 0 to 9999.
    public func derEncoded() throws(PKIXError) -> [UInt8] {
        guard !self.responses.isEmpty else { throw PKIXError(.malformed, "an OCSP response without an answer") }
        guard self.hasWritableTimes else {
            throw PKIXError(.malformed, "an OCSP response with a time that GeneralizedTime cannot write")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128 + 192 * self.responses.count)
        bytes.appendElement(DERTag.sequence) { bytes in
            bytes.appendElement(DERTag.constructed(2)) { $0.appendElement(DERTag.octetString, self.responderKeyHash) }
            bytes.appendGeneralizedTime(self.producedAt)
            bytes.appendElement(DERTag.sequence) { bytes in
                let cutoff = self.archiveCutoff.map { RevocationExtension.archiveCutoff($0).encodedList }
                for response in self.responses { response.serialize(appendingTo: &bytes, extensions: cutoff) }
            }
            let extensions = self.extensions
            guard !extensions.isEmpty else { return }
            bytes.appendElement(DERTag.constructed(1), RevocationExtension.encodedList(extensions))
        }
        return bytes
    }

    private var extensions: [RevocationExtension] {
        var extensions: [RevocationExtension] = []
        if let nonce { extensions.append(.nonce(nonce)) }
        if self.extendedRevoke { extensions.append(.extendedRevoke) }
        return extensions
    }

    private var hasWritableTimes: Bool {
        self.producedAt.isWritable && self.archiveCutoff?.isWritable ?? true
            && self.responses.allSatisfy(\.hasWritableTimes)
    }
}

extension OCSPSingleResponse {
    fileprivate var hasWritableTimes: Bool {
        guard self.thisUpdate.isWritable, self.nextUpdate.isWritable else { return false }
        if case .revoked(let time, _) = self.status { return time.isWritable }
        return true
    }

    fileprivate func serialize(appendingTo bytes: inout [UInt8], extensions: [UInt8]?) {
        bytes.appendElement(DERTag.sequence) { bytes in
            self.item.serialize(appendingTo: &bytes)
            self.status.serialize(appendingTo: &bytes)
            bytes.appendGeneralizedTime(self.thisUpdate)
            bytes.appendElement(DERTag.constructed(0)) { $0.appendGeneralizedTime(self.nextUpdate) }
            if let extensions { bytes.appendElement(DERTag.constructed(1), extensions) }
        }
    }
}

extension OCSPCertificateStatus {
    /// ```
    /// CertStatus ::= CHOICE {
    ///     good        [0]     IMPLICIT NULL,
    ///     revoked     [1]     IMPLICIT RevokedInfo,
    ///     unknown     [2]     IMPLICIT UnknownInfo }
    ///
    /// RevokedInfo ::= SEQUENCE {
    ///     revocationTime              GeneralizedTime,
    ///     revocationReason    [0]     EXPLICIT CRLReason OPTIONAL }
    /// ```
    fileprivate func serialize(appendingTo bytes: inout [UInt8]) {
        switch self {
        case .good: bytes.appendHeader(DERTag.primitive(0), length: 0)
        case .unknown: bytes.appendHeader(DERTag.primitive(2), length: 0)
        case .revoked(let time, let reason):
            bytes.appendElement(DERTag.constructed(1)) { bytes in
                bytes.appendGeneralizedTime(time)
                // Unspecified says nothing; as in CRLs (RFC 5280 §5.3.1) it is left out.
                guard let reason, reason != .unspecified else { return }
                bytes.append(contentsOf: [DERTag.constructed(0), 3, DERTag.enumerated, 1, UInt8(reason.code)])
            }
        }
    }
}
