// What the store would otherwise keep for ever: idempotency keys after a day, nonces when their
// signatures have expired, rate limits' buckets when they are full, deliveries of webhooks after a month.

import CertificateAuthority
import Foundation
import Logging
import PKIX
import Persistence
import RegistrationAuthority
import ServiceLifecycle

/// Removes what has had its time, a little at once.
struct StoreHousekeeping: Service {
    private static let interval = Duration.seconds(600)
    private static let batch = 1_000

    let store: SQLiteStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    let limit =
                        CertificateTime(SystemEnvironment.now()) + -CertificateAuthority.Budget.idempotencySeconds
                    while try await self.store.forgetIdempotencyKeys(before: limit, limit: Self.batch) == Self.batch {}
                    let now = Int64(SystemEnvironment.now().timeIntervalSince1970 * 1_000)
                    while try await self.store.forgetNonces(before: now, limit: Self.batch) == Self.batch {}
                    while try await self.store.removeFull(before: now, limit: Self.batch) == Self.batch {}
                    let old = SystemEnvironment.now() - RegistrationAuthority.Budget.deliveryRetention
                    while try await self.store.forgetDeliveries(before: old, limit: Self.batch) >= Self.batch {}
                } catch {
                    self.logger.error("housekeeping failed", metadata: ["error": "\(error)"])
                }
            } while (try? await SystemEnvironment.sleep(Self.interval)) != nil
        }
    }
}
