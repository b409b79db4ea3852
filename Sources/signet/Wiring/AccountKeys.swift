// The keys of accounts with public CAs: in a file of the state directory, or on the token that the log's keys are on.

import ACME
import AtomicFiles
import CertificateAuthority
import Crypto
import JOSE
import PKIX
import Signing
import SwiftASN1

/// The accounts' keys of a state directory.
///
/// What is on the token is named `acme-NAME` there, and its public half stands in `certificates/acme-NAME.pem`, so that the
/// daemon starts while the token is away.
struct AccountKeys: Sendable {
    let layout: StateLayout
    let hierarchy: HierarchyDefinition

    /// The signer of a CA's account.
    ///
    /// - Parameter tokens: those that the daemon has open.
    /// - Throws: ``ConfigurationError``.
    func signer(for authority: ACMEDefinition.Authority, tokens: [String: Token]) throws -> any AccountSigner {
        switch authority.accountKey {
        case .file(let path): return try AccountKeyFile.read(path)
        case .token:
            let publicKey = try self.publicKey(of: authority)
            guard let token = tokens[self.hierarchy.log.token] else {
                throw ConfigurationError("tokens: '\(self.hierarchy.log.token)', for the account's key, is not open")
            }
            let signer = TokenSigner(token: token, label: authority.keyLabel, publicKey: publicKey)
            return TokenAccountSigner(
                webKey: try JSONWebKey(subjectPublicKeyInfo: publicKey.subjectPublicKeyInfo),
                signer: signer
            )
        }
    }

    /// Says what is wrong with a CA's account key, as far as that shows without the token.
    ///
    /// - Throws: ``ConfigurationError``.
    func check(_ authority: ACMEDefinition.Authority) throws {
        switch authority.accountKey {
        case .file(let path): _ = try AccountKeyFile.read(path)
        case .token: _ = try self.publicKey(of: authority)
        }
    }

    /// Draws keys for the CAs whose accounts have theirs in a file that is not there.
    func createFiles(for definition: ACMEDefinition) throws(FileError) {
        for authority in definition.authorities {
            guard case .file(let path) = authority.accountKey, !AtomicFile.exists(path) else { continue }
            let pem = P256.Signing.PrivateKey().pemRepresentation
            try AtomicFile.write("\(pem)\n".utf8, to: path, mode: 0o600)
        }
    }

    /// Makes keys on the token for the CAs whose accounts are to have theirs there.
    func createOnToken(for definition: ACMEDefinition, tokens: [String: Token]) async throws {
        for authority in definition.authorities where authority.accountKey == .token {
            guard !AtomicFile.exists(self.publicKeyPath(of: authority)) else { continue }
            guard let token = tokens[self.hierarchy.log.token] else { continue }
            let key = try await Self.ensure(authority.keyLabel, on: token)
            // The key is there first: a file without one would name what can never sign.
            let document = PEMDocument(type: "PUBLIC KEY", derBytes: key.subjectPublicKeyInfo)
            try AtomicFile.write(
                "\(document.pemString)\n".utf8,
                to: self.publicKeyPath(of: authority),
                mode: 0o644
            )
        }
    }

    /// Finds a key, which a crash may have left, or makes it.
    private static func ensure(_ label: String, on token: Token) async throws -> TokenKey {
        let key: TokenKey
        do {
            key = try await token.key(label: label)
        } catch let error as SigningError where error.code == .keyNotFound {
            key = try await token.generateKeyPair(.p256, label: label, id: Array(label.utf8))
        }
        guard key.type == .p256 else {
            throw ConfigurationError("the token's key '\(label)' is \(key.type); an account's is P-256: remove it")
        }
        try key.requireUsable(for: key.publicKey)
        return key
    }

    private func publicKeyPath(of authority: ACMEDefinition.Authority) -> String {
        self.layout.certificate(authority.keyLabel)
    }

    private func publicKey(of authority: ACMEDefinition.Authority) throws -> SubjectPublicKey {
        let path = self.publicKeyPath(of: authority)
        guard AtomicFile.exists(path) else {
            throw ConfigurationError(
                "\(path): no such file; run 'signet init' again: it makes the account's key on the token"
            )
        }
        guard let document = try? PEMDocument(pemString: try readText(path)), document.discriminator == "PUBLIC KEY",
            let key = try? SubjectPublicKey(derEncoded: document.derBytes)
        else { throw ConfigurationError("\(path) is no public key in PEM") }
        return key
    }
}

/// An account's key on its token.
private struct TokenAccountSigner: AccountSigner {
    let webKey: JSONWebKey
    let signer: TokenSigner

    var algorithm: JWSAlgorithm { .es256 }

    func sign(_ bytes: [UInt8]) async throws -> [UInt8] {
        let signature = try await self.signer.signature(for: bytes, scheme: .ecdsaSHA256)
        return try self.algorithm.signature(fromCertificateForm: signature)
    }
}

/// The file of an account's key: PEM, its owner's alone.
private enum AccountKeyFile {
    /// Reads a key.
    ///
    /// - Throws: ``ConfigurationError``.
    static func read(_ path: String) throws -> SoftwareAccountSigner {
        guard AtomicFile.exists(path) else {
            throw ConfigurationError("\(path): no such file; run 'signet init' again: it makes the account's key")
        }
        let text = try DNSAssembly.secret(in: path)
        do throws(ACMEError) { return try SoftwareAccountSigner(pem: text) } catch {
            throw ConfigurationError("\(path): \(error.reason)")
        }
    }
}
