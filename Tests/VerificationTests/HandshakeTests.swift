// Handshakes with `openssl s_server`, and with what is none.

import Crypto
import Foundation
import LoopbackSupport
import NIOCore
import NIOPosix
import PKIX
import Testing

@testable import Verification

@Suite("TLS handshakes with hosts")
struct HandshakeTests {
    private static let host = "agent.example.com"

    private func handshaker(
        patience: Duration = .seconds(20),
        admits: @escaping @Sendable ([UInt8]) -> Bool = { _ in true },
        addresses: [[UInt8]] = [[127, 0, 0, 1]]
    ) throws -> TLSHandshaker {
        try TLSHandshaker(patience: patience, clock: ContinuousClock(), admits: admits) { _ in addresses }
    }

    /// Runs `openssl s_server` with a certificate of the bench's CA for the host, and one for strangers.
    private func withServer(
        _ options: [String] = [],
        _ body: (UInt16, AgentBench, ServerProcess) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var bench = try AgentBench()
            let chain = try [bench.server, bench.publicRoot.certificate.der].map { try EncodedCertificate(der: $0).pem }
            let files = ["chain", "key", "other", "otherkey"].map { directory.appending(path: "\($0).pem").path }
            try (chain[0] + chain[1]).write(toFile: files[0], atomically: true, encoding: .utf8)
            try bench.serverKey.pemRepresentation.write(toFile: files[1], atomically: true, encoding: .utf8)
            let good = bench
            try bench.setServer(host: "other.example.com", key: bench.identityKey)
            let other = try EncodedCertificate(der: bench.server).pem
            try other.write(toFile: files[2], atomically: true, encoding: .utf8)
            try bench.identityKey.pemRepresentation.write(toFile: files[3], atomically: true, encoding: .utf8)
            let port = try FreePort.next()
            let names = ["-servername", Self.host, "-cert2", files[0], "-key2", files[1]]
            let own = ["-cert", files[2], "-key", files[3]] + names
            let asked = options.map { $0.replacing("CHAIN", with: files[0]).replacing("KEY", with: files[1]) }
            let server = try ServerProcess(
                "openssl",
                ["s_server", "-www", "-accept", "127.0.0.1:\(port)"] + (options.isEmpty ? own : asked),
                log: directory.appending(path: "s_server.log")
            )
            try await server.wait { server.output.contains("ACCEPT") }
            try await body(UInt16(port), good, server)
            server.stop()
        }
    }

    @Test("the certificate for the name that was asked for is handed over (SNI)")
    func serverName() async throws {
        try await withServer { port, bench, _ in
            let chain = try await self.handshaker().chain(of: HostName(Self.host), port: port)
            #expect(chain.first == bench.server)
            let other = try await self.handshaker().chain(of: HostName("else.example.com"), port: port)
            #expect(other.first != bench.server && !other.isEmpty)
        }
    }

    @Test("the whole chain is handed over, by both versions of TLS", arguments: ["-tls1_2", "-tls1_3"])
    func chains(version: String) async throws {
        let options = ["-cert", "CHAIN", "-key", "KEY", "-cert_chain", "CHAIN", version]
        try await withServer(options) { port, bench, _ in
            let chain = try await self.handshaker().chain(of: HostName(Self.host), port: port)
            #expect(chain.first == bench.server)
            #expect(chain.contains(bench.publicRoot.certificate.der))
        }
    }

    @Test("a host that asks for the client's certificate has presented its own by then")
    func clientCertificates() async throws {
        try await withServer(["-cert", "CHAIN", "-key", "KEY", "-Verify", "1", "-tls1_3"]) { port, bench, _ in
            let chain = try await self.handshaker().chain(of: HostName(Self.host), port: port)
            #expect(chain.first == bench.server)
        }
    }

    /// Passes on what a server says, and of the client its first message alone: as whoever presents another's certificate, whose
    /// handshake cannot come to its end.
    private static let impostor = """
        import socket, sys, threading
        listener = socket.create_server(("127.0.0.1", 0))
        print("port", listener.getsockname()[1], flush=True)
        def speak(client):
            server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            server.sendall(client.recv(65536))
            while data := server.recv(65536): client.sendall(data)
        while True:
            threading.Thread(target=speak, args=(listener.accept()[0],), daemon=True).start()
        """

    @Test("a certificate counts only when the handshake comes to its end, which needs its key")
    func possession() async throws {
        try await withServer(["-cert", "CHAIN", "-key", "KEY", "-tls1_2"]) { port, bench, _ in
            try await withTemporaryDirectory { directory in
                let log = directory.appending(path: "impostor.log")
                let relay = try ServerProcess("python3", ["-u", "-c", Self.impostor, "\(port)"], log: log)
                try await relay.wait { relay.output.contains("port ") && relay.output.hasSuffix("\n") }
                let found = relay.output.split(whereSeparator: \.isWhitespace).last.flatMap { UInt16($0) }
                let impostor = try #require(found)
                #expect(try await self.handshaker().chain(of: HostName(Self.host), port: port).first == bench.server)
                await #expect(throws: HandshakeFailure.self) {
                    try await self.handshaker(patience: .seconds(2)).chain(of: HostName(Self.host), port: impostor)
                }
                relay.stop()
            }
        }
    }

    @Test("TLS of versions that nobody should speak any more is none")
    func oldVersions() async throws {
        try await withServer(["-cert", "CHAIN", "-key", "KEY", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]) { port, _, _ in
            await #expect(throws: HandshakeFailure.self) {
                try await self.handshaker().chain(of: HostName(Self.host), port: port)
            }
        }
    }

    @Test("an address that is not admitted is not connected to, nor a host with one such address")
    func addresses() async throws {
        try await Peer.with { _ in
            .silence
        } body: { port, peer in
            let isPublic: @Sendable ([UInt8]) -> Bool = { $0.first != 127 }
            for addresses in [[[127, 0, 0, 1]], [[192, 0, 2, 1], [127, 0, 0, 1]], []] as [[[UInt8]]] {
                let handshaker = try self.handshaker(admits: isPublic, addresses: addresses)
                await #expect(throws: HandshakeFailure.self) {
                    try await handshaker.chain(of: HostName(Self.host), port: port)
                }
            }
            let many = [[UInt8]](repeating: [127, 0, 0, 1], count: Budget.hostAddresses + 1)
            let handshaker = try self.handshaker(addresses: many)
            await #expect(throws: HandshakeFailure.self) {
                try await handshaker.chain(of: HostName(Self.host), port: port)
            }
            #expect(peer.connections == 0)
        }
    }

    @Test(
        "a host that is silent, talks of something else, or does not end is given up",
        arguments: Peer.Manner.allCases
    )
    func misbehaviour(manner: Peer.Manner) async throws {
        try await Peer.with { _ in
            manner
        } body: { port, peer in
            let handshaker = try self.handshaker(patience: manner == .silence ? .milliseconds(300) : .seconds(30))
            let elapsed = await ContinuousClock().measure {
                await #expect(throws: HandshakeFailure.self) {
                    try await handshaker.chain(of: HostName(Self.host), port: port)
                }
            }
            #expect(peer.connections == 1 && elapsed < .seconds(20))
        }
    }

    @Test("where nobody listens there is no certificate, and the next address is tried")
    func refused() async throws {
        let port = UInt16(try FreePort.next())
        await #expect(throws: HandshakeFailure.self) {
            try await self.handshaker().chain(of: HostName(Self.host), port: port)
        }
        try await withServer { port, bench, _ in
            // Nothing of ours listens at the first address.
            let handshaker = try self.handshaker(addresses: [[127, 0, 0, 2], [127, 0, 0, 1]])
            #expect(try await handshaker.chain(of: HostName(Self.host), port: port).first == bench.server)
        }
    }

    @Test("there are only so many at one time; more is our own overload, and says nothing of the host")
    func overload() async throws {
        try await Peer.with { _ in
            .silence
        } body: { port, peer in
            let handshaker = try self.handshaker(patience: .seconds(4))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Budget.handshakes {
                    group.addTask { _ = try? await handshaker.chain(of: HostName(Self.host), port: port) }
                }
                while peer.connections < Budget.handshakes { await Task.yield() }
                do {
                    _ = try await handshaker.chain(of: HostName(Self.host), port: port)
                    Issue.record("there was room")
                } catch {
                    #expect((error as? HandshakeFailure)?.isOverload == true)
                }
                group.cancelAll()
            }
            // Room is given back.
            do {
                _ = try await handshaker.chain(of: HostName(Self.host), port: port)
                Issue.record("a silent host has presented something")
            } catch {
                #expect((error as? HandshakeFailure)?.isOverload == false)
            }
        }
    }
}
