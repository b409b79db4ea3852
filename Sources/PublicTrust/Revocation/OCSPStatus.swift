// Asking an OCSP responder (RFC 6960, RFC 5019, RFC 9654), and what its answer is worth.

import Foundation
import PKIX
import SwiftASN1
import X509

/// A certificate, its issuer, and the question about it.
struct OCSPInquiry {
    let issuer: PathCertificate
    let certID: OCSPCertID
    let nonce: [UInt8]?

    /// Responders of public CAs know certificates by SHA-1 alone (RFC 5019 §2.1.1); the hash names an issuer and secures
    /// nothing: issuer and signature are checked.
    ///
    /// - Throws: ``StatusFailure`` when the serial number or the name cannot be asked about.
    init(about certificate: PathCertificate, of issuer: PathCertificate, nonce: [UInt8]?) throws(StatusFailure) {
        var serializer = DER.Serializer()
        guard let serial = try? PKIX.SerialNumber(bytes: Array(certificate.fields.serialNumber.bytes)),
            (try? serializer.serialize(certificate.fields.issuer)) != nil
        else { throw StatusFailure("the certificate's serial number or issuer cannot be asked about") }
        self.issuer = issuer
        self.nonce = nonce
        self.certID = OCSPCertID(
            hash: .sha1,
            issuerName: serializer.serializedBytes,
            issuerKey: Array(issuer.fields.publicKey.subjectPublicKeyInfoBytes),
            serialNumber: serial
        )
    }

    /// The call: GET where it fits, so that caches answer (RFC 5019 §5); with a nonce no cache could.
    func call(at url: String) -> StatusCall {
        let request = OCSPRequest(items: [.certID(self.certID)], nonce: self.nonce).derEncoded()
        // RFC 5019 §5: "url-encoding of base-64 encoding of the DER encoding of the OCSPRequest".
        let text = Data(request).base64EncodedString().replacingOccurrences(of: "+", with: "%2B")
            .replacingOccurrences(of: "/", with: "%2F").replacingOccurrences(of: "=", with: "%3D")
        let get = (url.hasSuffix("/") ? url : url + "/") + text
        let isShort = self.nonce == nil && get.utf8.count <= Budget.ocspGetBytes
        return StatusCall(url: isShort ? get : url, body: isShort ? nil : request, limit: Budget.ocspResponseBytes)
    }

    /// What an answer says.
    ///
    /// - Throws: ``StatusFailure`` when it cannot be relied on (RFC 6960 §3.2).
    func judge(_ answer: [UInt8], from url: String, at time: CertificateTime) throws(StatusFailure) -> StatusEvidence {
        let response = try Self.basic(answer)
        let signer = try StatusSigner(of: response, for: self.issuer, at: time)
        guard
            signer.verifies(
                response.signature,
                of: response.signedBytes,
                algorithm: response.signatureAlgorithm
            )
        else { throw StatusFailure("the signature of the answer does not verify") }
        let data = response.responseData
        if let nonce, let repeated = data.nonce, repeated != nonce {
            throw StatusFailure("the answer has another nonce than the question")
        }
        guard !data.hasCriticalExtension else { throw StatusFailure("the answer has a critical extension") }
        guard let single = data.responses.first(where: { self.isAbout($0.item) }) else {
            throw StatusFailure("the answer is about other certificates")
        }
        guard !single.hasCriticalExtension else { throw StatusFailure("the answer has a critical extension") }
        try Freshness(thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate).check(at: time)
        let status: CertificateStatus =
            switch single.status {
            case .good: .good
            case .revoked(let when, let reason): .revoked(at: when, reason: reason)
            case .unknown: .unknown
            }
        return StatusEvidence(
            source: .ocsp(url),
            status: status,
            thisUpdate: single.thisUpdate,
            nextUpdate: single.nextUpdate
        )
    }

    private static func basic(_ answer: [UInt8]) throws(StatusFailure) -> BasicOCSPResponse {
        do throws(PKIXError) {
            switch try ParsedOCSPResponse(derEncoded: answer) {
            case .basic(let response): return response
            case .error(let status): throw PKIXError(.malformed, "the responder answers '\(status)'")
            }
        } catch {
            throw StatusFailure("no answer that can be read: \(error.reason)")
        }
    }

    private func isAbout(_ item: OCSPRequest.Item) -> Bool {
        guard case .certID(let answered) = item else { return false }
        // NULL or no parameters of the hash: the same.
        return answered.hash == self.certID.hash && answered.serialNumber == self.certID.serialNumber
            && answered.issuerNameHash == self.certID.issuerNameHash
            && answered.issuerKeyHash == self.certID.issuerKeyHash
    }
}

/// The time in which a status holds (RFC 6960 §4.2.2.1; RFC 5280 §6.3.3 (a)).
struct Freshness {
    let thisUpdate: CertificateTime
    let nextUpdate: CertificateTime?

    func check(at time: CertificateTime) throws(StatusFailure) {
        guard self.thisUpdate <= time + Budget.clockSkew else {
            throw StatusFailure("the status is of \(self.thisUpdate), later than now")
        }
        guard let nextUpdate else {
            guard time <= self.thisUpdate + Budget.statusAge else {
                throw StatusFailure("the status is of \(self.thisUpdate) and says not until when it holds")
            }
            return
        }
        guard time <= nextUpdate + Budget.clockSkew else { throw StatusFailure("the status held until \(nextUpdate)") }
    }
}
