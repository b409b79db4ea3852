// BIND's named on loopback, for tests: its own directory, a free port, no control channel; stopped and removed at the end.

public import Foundation
import LoopbackSupport

/// A zone that a server has.
public struct NamedZone: Sendable {
    /// Its name, without the last dot.
    public let name: String
    /// Lines of its zone file beyond SOA and NS (`ns.ZONE`, which is 127.0.0.1).
    public let records: String
    /// Further statements within its `zone` block.
    public let statements: String
    /// The rules of its `update-policy`.
    public let updatePolicy: String
    /// Who may transfer it.
    public let transfer: String
    /// The TTL of its records in seconds.
    public let ttl: Int

    /// Creates a zone; unless told otherwise the key may change all of it.
    public init(
        _ name: String,
        records: String = "",
        statements: String = "",
        updatePolicy: String = "grant \(NamedServer.keyName) zonesub ANY;",
        transfer: String = "key \(NamedServer.keyName)",
        ttl: Int = 60
    ) {
        self.name = name
        self.records = records
        self.statements = statements
        self.updatePolicy = updatePolicy
        self.transfer = transfer
        self.ttl = ttl
    }

    /// A zone that the server signs, with a policy of short times so that CDS is seen within seconds.
    public static func signed(_ name: String, records: String = "") -> NamedZone {
        NamedZone(name, records: records, statements: "dnssec-policy quick; inline-signing no;", ttl: 1)
    }
}

/// A running server.
///
/// Sendable: the process is replaced, asked and ended under the lock alone.
public final class NamedServer: @unchecked Sendable {
    /// The port of UDP and TCP at 127.0.0.1.
    public let port: UInt16
    /// The name of the key that may update and transfer every zone, without the last dot.
    public static let keyName = "signet-test"
    /// Its secret for hmac-sha256, in Base64.
    public let secret: String
    /// Where everything lies.
    public let directory: URL
    private var process: SpawnedProgram?
    private let lock = NSLock()

    /// What went wrong.
    public struct Failure: Error, CustomStringConvertible {
        /// For people.
        public let description: String
    }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameters:
    ///   - options: statements within `options`.
    ///   - statements: further statements at the top.
    public static func start(
        zones: [NamedZone],
        options: String = "recursion no;",
        statements: String = ""
    ) async throws -> NamedServer {
        var last: any Error = Failure(description: "named was not started")
        // Another process may take the free port before named does.
        for _ in 0..<4 {
            let server = try NamedServer()
            do {
                try await server.run(zones, options, statements)
                return server
            } catch {
                server.stop()
                last = error
            }
        }
        throw last
    }

    private init() throws {
        self.port = UInt16(try FreePort.next())
        self.secret = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
        self.directory = FileManager.default.temporaryDirectory.appending(path: "named-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
    }

    deinit { self.stop() }

    /// Ends the server and removes its directory; may be called again.
    public func stop() {
        self.pause()
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// Ends the server; its zones stay as they are for ``resume()``.
    public func pause() {
        self.lock.withLock { self.process?.stop() }
    }

    /// Starts the server again, on the same port and with the zones as they were.
    public func resume() async throws {
        try await self.launch()
    }

    /// What the server has logged.
    public var log: String {
        (try? String(contentsOf: self.directory.appending(path: "named.log"), encoding: .utf8)) ?? ""
    }

    private func run(_ zones: [NamedZone], _ options: String, _ statements: String) async throws {
        for zone in zones { try self.write(self.contents(of: zone), to: "\(zone.name).zone") }
        try self.write(self.configuration(zones, options, statements), to: "named.conf")
        try await self.launch()
    }

    private func launch() async throws {
        let programs = ["/usr/sbin/named", "/usr/bin/named", "/usr/local/sbin/named"]
        guard let program = programs.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw Failure(description: "no named at \(programs); install bind9 (scripts/setup --tests)")
        }
        try self.write("", to: "named.log")
        let process = try self.lock.withLock {
            let process = try SpawnedProgram(
                program,
                ["-g", "-n", "1", "-c", self.directory.appending(path: "named.conf").path],
                output: self.directory.appending(path: "named.log").path
            )
            self.process = process
            return process
        }
        let deadline = Date().addingTimeInterval(20)
        while !self.log.contains(" running\n") {
            guard process.isRunning, Date() < deadline else {
                throw Failure(description: "named did not start:\n\(self.log)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: self.directory.appending(path: name))
    }

    private func contents(of zone: NamedZone) -> String {
        """
        $ORIGIN \(zone.name).
        $TTL \(zone.ttl)
        @ IN SOA ns hostmaster 1 3600 600 86400 1
        @ IN NS ns
        ns IN A 127.0.0.1
        \(zone.records)

        """
    }

    private func configuration(_ zones: [NamedZone], _ options: String, _ statements: String) -> String {
        let blocks = zones.map { zone in
            """
            zone "\(zone.name)" {
                type primary; file "\(zone.name).zone"; notify no; allow-transfer { \(zone.transfer); };
                update-policy { \(zone.updatePolicy) };
                \(zone.statements)
            };
            """
        }
        return """
            options {
                directory "\(self.directory.path)"; key-directory "\(self.directory.path)";
                listen-on port \(self.port) { 127.0.0.1; }; listen-on-v6 { none; };
                pid-file none; session-keyfile none; lock-file none; empty-zones-enable no;
                managed-keys-directory "\(self.directory.path)"; max-cache-size 16m;
                \(options)
            };
            controls { };
            key "\(Self.keyName)" { algorithm hmac-sha256; secret "\(self.secret)"; };
            dnssec-policy "quick" {
                keys { csk lifetime unlimited algorithm 13; };
                dnskey-ttl 1; publish-safety 0; retire-safety 0; zone-propagation-delay 0; max-zone-ttl 1;
                parent-propagation-delay 0; parent-ds-ttl 1;
            };
            \(statements)
            \(blocks.joined(separator: "\n"))

            """
    }
}
