import Crypto
import Foundation
import PKIX
import SwiftASN1
import Testing

@testable import CertificateAuthority

@Suite("The file of the TLS key and its chain")
struct ServiceCredentialsTests {
    private func credentials() async throws -> ServiceCredentials {
        let service = try await ServiceBench()
        try await service.services().renewDue()
        return try ServiceCredentials(contentsOf: service.layout.serviceCredentials)
    }

    @Test("what is written is read")
    func roundTrip() async throws {
        let credentials = try await self.credentials()
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/tls.pem"
        try credentials.write(to: path)
        let read = try ServiceCredentials(contentsOf: path)
        #expect(read.chain == credentials.chain)
        #expect(read.privateKey.rawRepresentation == credentials.privateKey.rawRepresentation)
    }

    @Test("openssl reads key and certificate, and they fit")
    func openssl() async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/tls.pem"
        try (try await self.credentials()).write(to: path)
        let key = try run(["openssl", "pkey", "-in", path, "-pubout"], in: directory)
        let certificate = try run(["openssl", "x509", "-in", path, "-noout", "-pubkey"], in: directory)
        #expect(key.status == 0 && certificate.status == 0)
        #expect(key.output == certificate.output)
    }

    static let brokenCases = [
        "nothing", "garbage", "no key", "no certificate", "another key", "a P-384 key", "no DER", "cut off",
    ]

    @Test("anything else is an error that names the file and shows no key", arguments: Self.brokenCases)
    func broken(_ kind: String) async throws {
        let credentials = try await self.credentials()
        let (key, chain) = (credentials.privateKey.pemRepresentation + "\n", PEM.text(certificates: credentials.chain))
        let text =
            switch kind {
            case "nothing": ""
            case "garbage": "\u{0}\u{1}garbage\u{FFFD}"
            case "no key": chain
            case "no certificate": key
            case "another key": P256.Signing.PrivateKey().pemRepresentation + "\n" + chain
            case "a P-384 key": P384.Signing.PrivateKey().pemRepresentation + "\n" + chain
            case "no DER": key + PEMDocument(type: "CERTIFICATE", derBytes: [1, 2, 3]).pemString + "\n"
            default: String((key + chain).dropLast(200))
            }
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "tls.pem")
        let error = #expect(throws: AuthorityError.self) { try ServiceCredentials(contentsOf: path) }
        #expect(error?.code == .invalidHierarchy)
        #expect(error?.reason.hasPrefix(path) == true)
        #expect((error?.reason.count ?? 0) < path.count + 60)
        let body = key.split(separator: "\n").dropFirst().first ?? ""
        #expect(error?.reason.contains(body) == false)
    }

    @Test("a file that is not there is an error")
    func missing() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: AuthorityError(.invalidHierarchy, "")) {
            try ServiceCredentials(contentsOf: "\(directory.path)/none.pem")
        }
    }
}
