// What /readyz asks: is everything there that a request for a certificate needs?

import CertificateAuthority
import Foundation
import PKIX
import Persistence
import Signing
import SwiftASN1
import WebAPI
import X509

enum Readiness {
    /// One check a token, one for the store, one an issuer, one for the TLS certificate, one for what relying parties get.
    static func checks(
        tokens: [String: Token],
        store: SQLiteStore,
        issuers: [Issuer],
        credentials: String?,
        selfCheck: StatusSelfCheck
    ) -> [ReadinessCheck] {
        tokens.sorted { $0.key < $1.key }.map { name, token in
            ReadinessCheck(name: "token \(name)") { self.state(of: token.status) }
        } + [
            ReadinessCheck(name: "store") {
                do {
                    _ = try await store.head()
                    return .ready
                } catch {
                    return .notReady(reason: "the database cannot be read")
                }
            }
        ]
            + issuers.map { issuer in
                ReadinessCheck(name: "issuer \(issuer.name)") { await self.state(of: issuer.certificate, in: store) }
            } + (credentials.map { [self.credentials($0)] } ?? []) + [
                ReadinessCheck(name: "public side") {
                    selfCheck.problem.map { .notReady(reason: $0) } ?? .ready
                }
            ]
    }

    private static func credentials(_ path: String) -> ReadinessCheck {
        ReadinessCheck(name: "tls certificate") {
            guard let bytes = try? PEM.certificate(in: path), let certificate = try? Certificate(reading: bytes)
            else {
                return .notReady(reason: "it cannot be read")
            }
            return self.state(of: certificate)
        }
    }

    private static func state(of status: TokenStatus) -> ReadinessState {
        switch status {
        case .ready: .ready
        case .connecting: .notReady(reason: "the token is being connected")
        case .unavailable(let reason, let lasting):
            .notReady(reason: "the token is away for \(lasting.components.seconds) s: \(reason)")
        case .failed(let reason): .notReady(reason: "the token is refused: \(reason)")
        case .shutDown: .notReady(reason: "the daemon is shutting down")
        }
    }

    private static func state(of issuer: Certificate, in store: SQLiteStore) async -> ReadinessState {
        if let serialNumber = try? SerialNumber(bytes: issuer.serialNumber.bytes),
            let stored = try? await store.certificate(serialNumber), stored.revocation != nil
        {
            return .notReady(reason: "the CA is revoked")
        }
        return self.state(of: issuer)
    }

    private static func state(of certificate: Certificate) -> ReadinessState {
        guard SystemEnvironment.now() < certificate.notValidAfter else {
            return .notReady(reason: "expired at \(CertificateTime(certificate.notValidAfter))")
        }
        return .ready
    }
}
