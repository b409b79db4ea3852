// Requests that public CAs take, and others.

import Crypto
import Foundation
import PKIX
import TestSupport
import Testing
import X509
import _CryptoExtras

@testable import RegistrationAuthority

@Suite("CSRs and certificates of servers")
struct ServerCSRTests {
    private static let host = "shop.customer.example"

    @Test("A CSR for the host alone is taken, by keys that public CAs certify, with its name as common name or none")
    func taken() throws {
        let keys = [
            Certificate.PrivateKey(P256.Signing.PrivateKey()), Certificate.PrivateKey(P384.Signing.PrivateKey()),
            Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048)),
        ]
        for key in keys {
            for commonName in [nil, Self.host, "SHOP.customer.example"] {
                let csr = try TestServer(key).csr([Self.host], commonName: commonName)
                #expect(try ServerCSR.parse(csr, for: Self.host).publicKey.sha256 == TestServer(key).keyHash)
            }
        }
    }

    @Test(
        "Any other is refused, and it is said why",
        arguments: [
            ([], nil, "no subject alternative name"), (["other.example"], nil, "must be for 'DNS:\(host)' alone"),
            ([host, "other.example"], nil, "alone"), (["*.customer.example"], nil, "alone"),
            ([host], "other.example", "common name"),
        ] as [([String], String?, String)]
    )
    func refused(_ names: [String], _ commonName: String?, _ word: String) throws {
        let csr = try TestServer().csr(names, commonName: commonName)
        let error = #expect(throws: RegistrationError.self) { try ServerCSR.parse(csr, for: Self.host) }
        #expect(
            error?.code == .invalidServerCSR && error?.reason.contains(word) == true,
            "\(String(describing: error))"
        )
    }

    @Test("Ed25519 is refused by name")
    func edwards() throws {
        let csr = try TestServer(Certificate.PrivateKey(Curve25519.Signing.PrivateKey())).csr([Self.host])
        let error = #expect(throws: RegistrationError.self) { try ServerCSR.parse(csr, for: Self.host) }
        #expect(error?.reason.contains("Ed25519") == true)
    }

    @Test("A certificate that is brought must be for the host, not ended, and by a key that is admitted")
    func brought() throws {
        let (authority, now) = (ServerTestCA(), Date(timeIntervalSince1970: 1_795_262_400))
        func read(
            _ host: String = Self.host,
            key: Certificate.PrivateKey = TestServer().key,
            from begin: Date = now,
            copies: Int = 1
        ) throws -> BroughtCertificate {
            let der = try authority.certificate(for: key.publicKey, host: host, from: begin, lifetime: 86_400)
            let pem = TestServer.pem([[UInt8]](repeating: der, count: copies))
            return try BroughtCertificate(pem: pem, chainPEM: nil, host: Self.host, at: now)
        }
        #expect(try read().chain.count == 1)
        #expect(try read("*.customer.example").chain.count == 1)
        let wrong: [() throws -> BroughtCertificate] = [
            { try read("customer.example") }, { try read("*.example") }, { try read(from: now - 86_401) },
            { try read(key: Certificate.PrivateKey(Curve25519.Signing.PrivateKey())) }, { try read(copies: 9) },
            { try BroughtCertificate(pem: "rubbish", chainPEM: nil, host: Self.host, at: now) },
        ]
        for read in wrong { #expect(throws: RegistrationError(.invalidServerCertificate, "")) { _ = try read() } }
    }
}
