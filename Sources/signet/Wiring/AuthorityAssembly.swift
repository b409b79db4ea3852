// The authority of a state directory: definitions, certificates and tokens put together.

import CertificateAuthority
import Crypto
import Foundation
import Logging
import PKIX
import Signing
import SwiftASN1
import X509

/// What is needed to issue.
struct AuthorityAssembly: Sendable {
    let authority: IssuingAuthority
    let definitions: Definitions
    let signers: [TokenSigner]
    private let tokens: [String: Token]

    /// Puts the authority together; no token is asked for anything yet.
    init(
        layout: StateLayout,
        definitions: Definitions,
        tokens: [String: Token],
        publicURL: String,
        apiHost: String,
        store: any AuthorityStore,
        onStatusChange: @escaping @Sendable ([StoredCertificate]) -> Void = { _ in },
        logger: Logger
    ) throws {
        let addresses = try PublicAddresses(base: publicURL)
        var signers: [TokenSigner] = []
        var issuers: [Issuer] = []
        for definition in definitions.hierarchy.issuers {
            guard let token = tokens[definition.key.token] else {
                throw ConfigurationError("tokens: '\(definition.key.token)', which the hierarchy names, is not open")
            }
            let bytes = try PEM.certificate(in: layout.certificate(definition.name))
            let publicKey = try SubjectPublicKey(try Certificate(reading: bytes).publicKey)
            let signer = TokenSigner(token: token, label: definition.key.label, publicKey: publicKey)
            signers.append(signer)
            issuers.append(
                try Issuer(
                    name: definition.name,
                    certificate: bytes,
                    signer: signer,
                    scheme: definition.scheme,
                    addresses: addresses,
                    shards: definition.crl.shards
                )
            )
        }
        self.signers = signers
        self.definitions = definitions
        self.tokens = tokens
        self.authority = try IssuingAuthority(
            root: try PEM.certificate(in: layout.certificate("root")),
            issuers: issuers,
            profiles: definitions.profiles,
            ownKeys: Self.ownKeys(layout, definitions.hierarchy),
            ownNames: definitions.hierarchy.service.names
                + (AlternativeName(hostOrAddress: apiHost).map { [$0] } ?? []),
            store: store,
            environment: SystemEnvironment.authority(onStatusChange: onStatusChange),
            logger: logger
        )
    }

    /// The renewal of the daemon's own certificates.
    func serviceCertificates(
        layout: StateLayout,
        api: ListenAddress,
        responderKeys place: OCSPConfiguration.KeyPlace,
        responders: ResponderRegister,
        logger: Logger,
        credentialsChanged: @escaping @Sendable (ServiceCredentials) -> Void
    ) -> ServiceCertificates {
        ServiceCertificates(
            authority: self.authority,
            hierarchy: self.definitions.hierarchy,
            layout: layout,
            responderKeys: self.responderKeys(place),
            responders: responders,
            names: AlternativeName(hostOrAddress: api.host).map { [$0] } ?? [],
            makeKey: { P256.Signing.PrivateKey() },
            credentialsChanged: credentialsChanged,
            sleep: SystemEnvironment.sleep,
            logger: logger
        )
    }

    private func responderKeys(_ place: OCSPConfiguration.KeyPlace) -> ResponderKeys {
        let tokens = self.tokens
        @Sendable func token(_ key: KeyDefinition) throws -> Token {
            guard let token = tokens[key.token] else { throw ConfigurationError("tokens: '\(key.token)' is not open") }
            return token
        }
        return switch place {
        case .token:
            .token(
                find: { key in
                    let found = try await token(key).key(label: key.label)
                    try found.requireUsable(for: found.publicKey)
                    return try SubjectPublicKey(found.publicKey)
                },
                signer: { key, publicKey in
                    TokenSigner(token: try token(key), label: key.label, publicKey: publicKey)
                }
            )
        case .memory: .memory(makeKey: { P256.Signing.PrivateKey() })
        }
    }

    /// Keys that nobody else may have certified: responders' and the log's.
    private static func ownKeys(_ layout: StateLayout, _ hierarchy: HierarchyDefinition) -> Set<[UInt8]> {
        var keys: Set<[UInt8]> = []
        for responder in hierarchy.issuers.compactMap(\.responder) {
            guard let bytes = try? PEM.certificate(in: layout.certificate(responder.key.label)),
                let key = try? SubjectPublicKey(try Certificate(reading: bytes).publicKey)
            else { continue }
            keys.insert(key.sha256)
        }
        if let text = try? readText(layout.certificate("log")), let document = try? PEMDocument(pemString: text),
            let key = try? SubjectPublicKey(derEncoded: document.derBytes)
        {
            keys.insert(key.sha256)
        }
        return keys
    }
}
