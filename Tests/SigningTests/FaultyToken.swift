// Tokens in memory, behind faults.

import Crypto
import Foundation
import Metrics
import PKIX
import Signing
import TestSupport
import Testing
import X509

/// Delays short enough for tests.
let quickConfiguration: TokenConfiguration = {
    var configuration = TokenConfiguration()
    configuration.retryDelay = .milliseconds(2)
    configuration.probeDelay = .milliseconds(10)
    configuration.maximumProbeDelay = .milliseconds(40)
    return configuration
}()

func makeToken(
    _ module: any Cryptoki,
    _ configuration: TokenConfiguration = quickConfiguration,
    uri: String = "pkcs11:token=\(SoftwareCryptoki.label)",
    pin: PIN? = nil,
    metrics: any MetricsFactory = NOOPMetricsHandler.instance
) throws -> Token {
    Token(
        module: module,
        uri: try PKCS11URI(uri),
        pin: try pin ?? SoftwareCryptoki.pin(),
        configuration: configuration,
        clock: ContinuousClock(),
        metrics: metrics,
        logger: quiet
    )
}

/// Runs a body with a token in memory, behind faults, and shuts it down.
func withFaultyToken(
    _ configuration: TokenConfiguration = quickConfiguration,
    _ body: (Token, FaultInjectingCryptoki, SoftwareCryptoki) async throws -> Void
) async throws {
    let software = SoftwareCryptoki()
    let faults = FaultInjectingCryptoki(software)
    let token = try makeToken(faults, configuration)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(token, faults, software))
    } catch {
        result = .failure(error)
    }
    faults.heal()
    await token.shutdown()
    try result.get()
}

/// The error that a body throws; `nil` when it throws none or another type's.
func signingError<R>(_ body: () async throws -> R) async -> SigningError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? SigningError
    }
}

/// Signs and checks the signature under the key's public key.
func expectValidSignature(by key: TokenKey, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let message = Array("checked".utf8)
    let signature = try await key.signature(for: message)
    let isValid: Bool
    if let publicKey = P256.Signing.PublicKey(key.publicKey) {
        isValid = publicKey.isValidSignature(try .init(derRepresentation: signature), for: message)
    } else {
        isValid = try #require(Curve25519.Signing.PublicKey(key.publicKey)).isValidSignature(signature, for: message)
    }
    #expect(isValid, sourceLocation: sourceLocation)
}
