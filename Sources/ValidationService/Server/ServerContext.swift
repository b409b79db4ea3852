// What all connections of a server share: nothing in it changes but the cache and the desk, which guard themselves.

import CoreMetrics
import Logging
import PKIX

/// The shared parts of a server.
final class ServerContext: Sendable {
    let issuers: IssuerTable
    let cache: ResponseCache
    let desk: StatusDesk
    let resources: any StaticResources
    let loader: (any ResourceLoading)?
    let loadSlots: LoadSlots
    let limits: ConnectionLimits
    let echoesNonce: Bool
    let now: @Sendable () -> CertificateTime
    let metricsFactory: any MetricsFactory

    /// Answers that are a status alone.
    let malformed = ReadyResponse(error: .malformedRequest)
    let unauthorized = ReadyResponse(error: .unauthorized)
    let internalError = ReadyResponse(error: .internalError)

    init(
        issuers: IssuerTable,
        cache: ResponseCache,
        desk: StatusDesk,
        resources: any StaticResources,
        loader: (any ResourceLoading)?,
        limits: ConnectionLimits,
        echoesNonce: Bool,
        now: @escaping @Sendable () -> CertificateTime,
        metricsFactory: any MetricsFactory
    ) {
        self.issuers = issuers
        self.cache = cache
        self.desk = desk
        self.resources = resources
        self.loader = loader
        self.limits = limits
        self.loadSlots = LoadSlots(limits)
        self.echoesNonce = echoesNonce
        self.now = now
        self.metricsFactory = metricsFactory
    }
}
