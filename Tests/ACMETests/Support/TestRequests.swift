// Keys and certificate requests of agents.

import Crypto
import PKIX
import SwiftASN1
import X509

@testable import ACME
@testable import ACMESupport

func makeRequest(
    _ names: [String],
    key: P256.Signing.PrivateKey = P256.Signing.PrivateKey()
) throws -> ParsedCSR {
    let subjectNames: [GeneralName] = names.map { name in
        IPAddress.bytes(of: name).map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) } ?? .dnsName(name)
    }
    let extensions = try Certificate.Extensions { SubjectAlternativeNames(subjectNames) }
    let request = try CertificateSigningRequest(
        version: .v1,
        subject: DistinguishedName(),
        privateKey: Certificate.PrivateKey(key),
        attributes: .init([.init(ExtensionRequest(extensions: extensions))]),
        signatureAlgorithm: .ecdsaWithSHA256
    )
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    return try ParsedCSR(serializer.serializedBytes)
}

func makeOrder(
    _ names: [String],
    at client: ACMEClient,
    _ change: (inout OrderRequest) throws -> Void = { _ in }
) throws -> OrderState {
    var request = try OrderRequest(csr: try makeRequest(names))
    try change(&request)
    return OrderState(id: "order-1", authority: client.authority, request: request)
}

extension ACMEIdentifier {
    static func dns(_ name: String) -> ACMEIdentifier { ACMEIdentifier(type: "dns", value: name) }
}
