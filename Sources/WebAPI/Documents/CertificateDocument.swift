// A certificate as answers describe it.

import CertificateAuthority
import Crypto
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import PKIX
import TransparencyLog

/// The description of a certificate.
struct CertificateDocument {
    let stored: StoredCertificate
    /// When the status is judged.
    let instant: CertificateTime
    /// The chain, for answers about one certificate.
    let chain: IssuerChains.Chain?
    /// That the log has what was done, where the caller waited for it.
    var inclusion: LogInclusion?

    /// Writes the object.
    func write(into json: inout JSONWriter) {
        let stored = self.stored
        json.object {
            $0.member("serial", stored.serialNumber.description)
            $0.member("sha256", Array(SHA256.hash(data: stored.certificate)).hexadecimal)
            $0.member("profile", stored.profile)
            $0.member("issuer", stored.issuer)
            $0.member("agent", ifPresent: stored.agent)
            $0.member("names", Self.names(stored.names))
            $0.member("notBefore", stored.notBefore.description)
            $0.member("notAfter", stored.notAfter.description)
            $0.member("issuedAt", stored.issuedAt.description)
            $0.member("requestedBy", stored.requestedBy)
            $0.member("status", stored.status(at: self.instant).rawValue)
            if let revocation = stored.revocation { Self.write(revocation, into: &$0) }
            $0.member("certificate", PEM.certificate(stored.certificate))
            if let chain = self.chain {
                $0.name("chain")
                $0.raw(chain.json)
            }
            if let inclusion = self.inclusion {
                $0.name("log")
                $0.raw(ByteBuffer(bytes: JSONValue.log(inclusion).serialized))
            }
        }
    }

    /// An answer with the certificate in one form or the other.
    func response(
        _ status: HTTPResponse.Status,
        as form: CertificateForm,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers.append(contentsOf: HTTPFields.applied(self.inclusion))
        headers[.contentType] = form.mediaType
        headers[.vary] = "Accept"
        let body: ByteBuffer
        switch form {
        case .json:
            var json = JSONWriter(capacity: 4_096)
            self.write(into: &json)
            body = json.buffer
        case .pemChain:
            body = ByteBuffer(string: PEM.certificate(self.stored.certificate) + (self.chain?.pem ?? ""))
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// The names of a record, one by one.
    ///
    /// A record without alternative names has a subject instead, which may have spaces.
    static func names(_ text: String) -> [String] {
        let kinds = ["DNS:", "URI:", "IP:"]
        guard kinds.contains(where: text.hasPrefix) else { return text.isEmpty ? [] : [text] }
        return text.split(separator: " ").map(String.init)
    }

    private static func write(_ revocation: Revocation, into json: inout JSONWriter) {
        json.name("revocation")
        json.object {
            $0.member("revokedAt", revocation.revokedAt.description)
            $0.member("reason", revocation.reason.rawValue)
            $0.member("invalidityDate", ifPresent: revocation.invalidityDate?.description)
        }
    }
}
