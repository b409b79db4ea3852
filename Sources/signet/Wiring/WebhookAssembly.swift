// Webhooks of a state directory: the key that seals their secrets, service and dispatcher put together.

import AsyncHTTPClient
import AtomicFiles
import CertificateAuthority
import Crypto
import Foundation
import NIOCore
import PKIX
import Persistence
import RegistrationAuthority

extension StateLayout {
    /// The key that seals the secrets of webhooks.
    var webhookKey: String { "\(self.secrets)/webhooks.key" }
}

/// The file of the key that seals the secrets of webhooks: 64 hexadecimal digits.
enum WebhookKey {
    /// Draws a key, unless there is one.
    ///
    /// Secrets that were sealed before cannot be opened with another key: their owners have new ones made.
    static func create(at path: String) throws(FileError) {
        guard !AtomicFile.exists(path) else { return }
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        try AtomicFile.write("\(key.hexadecimal)\n".utf8, to: path, mode: 0o600)
    }

    /// Reads a key; the file must be its owner's alone.
    ///
    /// - Throws: ``ConfigurationError``.
    static func read(_ path: String) throws -> SealingKey {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 == 0 else {
            throw ConfigurationError("\(path): others may read it; chmod 600 it")
        }
        let text = String(decoding: try AtomicFile.read(path, limit: 256), as: UTF8.self)
        let digits = Array(text.trimmingCharacters(in: .whitespacesAndNewlines))
        let octets = stride(from: 0, to: digits.count - digits.count % 2, by: 2).map { index in
            UInt8(String(digits[index...index + 1]), radix: 16)
        }
        guard digits.count == 64, !octets.contains(nil) else {
            throw ConfigurationError("\(path): a key is 64 hexadecimal digits")
        }
        return try SealingKey(SymmetricKey(data: octets.compactMap(\.self)))
    }
}

extension Daemon {
    /// What manages webhooks, and what delivers to them.
    func webhooks(
        _ store: SQLiteStore,
        _ dns: DNSAssembly
    ) throws -> (service: WebhookService, dispatcher: WebhookDispatcher) {
        let environment = WebhookEnvironment(
            now: SystemEnvironment.now,
            sleep: SystemEnvironment.sleep,
            generator: SystemRandomNumberGenerator()
        )
        let sealing = try WebhookKey.read(self.layout.webhookKey)
        let targets = self.configuration.webhooks.targets
        var client = HTTPClient.Configuration()
        client.timeout = .init(connect: .seconds(5), read: .seconds(10))
        let dispatcher = WebhookDispatcher(
            store: store,
            sealing: sealing,
            sender: WebhookSender(targets: targets, configuration: client, resolver: dns.resolver),
            environment: environment,
            settings: WebhookSettings(reminders: self.configuration.webhooks.reminders),
            node: UUID().uuidString.lowercased(),
            logger: self.logger
        )
        let service = WebhookService(store: store, sealing: sealing, targets: targets, environment: environment)
        return (service, dispatcher)
    }
}
