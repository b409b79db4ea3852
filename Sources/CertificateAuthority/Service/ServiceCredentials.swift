// The daemon's TLS key with its chain: one PEM file of mode 0600, so that the two change together.

import AtomicFiles
public import Crypto
import Foundation
import PKIX
import SwiftASN1
import X509

/// A TLS key with its certificate chain.
public struct ServiceCredentials: Sendable {
    /// DER certificates, the server's first, without the root.
    public let chain: [[UInt8]]
    /// The private key.
    public let privateKey: P256.Signing.PrivateKey

    /// Reads the file that ``write(to:)`` wrote.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy` when key or certificate are missing or do not fit.
    public init(contentsOf path: String) throws(AuthorityError) {
        do {
            let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
            let documents = try PEMDocument.parseMultiple(pemString: text)
            let chain = documents.filter { $0.discriminator == "CERTIFICATE" }.map(\.derBytes)
            let key = documents.first { $0.discriminator == "PRIVATE KEY" }
            guard let key, let leaf = chain.first else {
                throw AuthorityError(.invalidHierarchy, "\(path): lacks a private key or a certificate")
            }
            let privateKey = try P256.Signing.PrivateKey(derRepresentation: key.derBytes)
            guard try Certificate(reading: leaf).publicKey == Certificate.PublicKey(privateKey.publicKey) else {
                throw AuthorityError(.invalidHierarchy, "\(path): the certificate is not for the key")
            }
            self.init(chain: chain, privateKey: privateKey)
        } catch let error as AuthorityError {
            throw error
        } catch let error as FileError {
            throw AuthorityError(.invalidHierarchy, error.description)
        } catch {
            // What the parsers say may quote the file, and the file holds a private key.
            throw AuthorityError(.invalidHierarchy, "\(path): not a private key with certificates in PEM")
        }
    }

    init(chain: [[UInt8]], privateKey: P256.Signing.PrivateKey) {
        self.chain = chain
        self.privateKey = privateKey
    }

    func write(to path: String) throws(FileError) {
        let text = self.privateKey.pemRepresentation + "\n" + PEM.text(certificates: self.chain)
        try AtomicFile.write(text.utf8, to: path, mode: 0o600)
    }
}
