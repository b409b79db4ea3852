// How many P-256 signatures a second a PKCS#11 token makes: raw C_Sign through the port, one thread a session, and the
// session pool on top of it. Prints one JSON object a line. Usage: signing-loop CONFIG MODULE SECONDS, where CONFIG is the
// SoftHSM configuration of an empty token directory.

import Dispatch
import Foundation
import Glibc
import Logging
import PKIX
import Signing
import Synchronization

@main
enum SigningLoop {
    static func main() async throws {
        guard CommandLine.arguments.count == 4, let seconds = Double(CommandLine.arguments[3]) else {
            FileHandle.standardError.write(Data("usage: signing-loop CONFIG MODULE SECONDS\n".utf8))
            exit(64)
        }
        setenv("SOFTHSM2_CONF", CommandLine.arguments[1], 1)
        let module = try CryptokiModule(path: CommandLine.arguments[2])
        let pin = try PIN("bench-only-pin")
        let uri = try await Token.initialize(module: module, label: "bench", soPIN: pin, userPIN: pin)
        var configuration = TokenConfiguration()
        configuration.sessions = 2
        let token = Token(
            module: module,
            uri: uri,
            pin: pin,
            configuration: configuration,
            clock: ContinuousClock(),
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        )
        try await token.ready()
        let key = try await token.generateKeyPair(.p256, label: "bench", id: [1])
        for threads in [1, 2] {
            let rate = try self.raw(module, uri, threads: threads, seconds: seconds)
            print("{\"benchmark\":\"C_Sign\",\"threads\":\(threads),\"per_second\":\(Int(rate))}")
        }
        let rate = try await self.pool(key, tasks: 64, seconds: seconds)
        print("{\"benchmark\":\"session pool\",\"sessions\":2,\"tasks\":64,\"per_second\":\(Int(rate))}")
        await token.shutdown()
        try module.close()
    }

    /// Signatures a second by C_SignInit and C_Sign alone.
    ///
    /// The token is logged in: the pool's sessions are open.
    private static func raw(_ module: CryptokiModule, _ uri: PKCS11URI, threads: Int, seconds: Double) throws -> Double
    {
        let slots = try module.slots()
        guard let slot = try slots.first(where: { uri.matches(slot: $0, token: try module.tokenInfo(slot: $0)) }) else {
            return 0
        }
        let count = Atomic<Int>(0)
        let group = DispatchGroup()
        let deadline = Date().addingTimeInterval(seconds)
        for _ in 0..<threads {
            group.enter()
            Thread {
                defer { group.leave() }
                guard let session = try? module.openSession(slot: slot, readWrite: false),
                    let key = try? module.findObjects(
                        session: session,
                        template: [.class(.privateKey), Attribute(.label, "bench")],
                        limit: 1
                    ).first
                else { return }
                let digest = [UInt8](repeating: 7, count: 32)
                while Date() < deadline {
                    for _ in 0..<50
                    where (try? module.sign(session: session, key: key, mechanism: .ecdsa, data: digest)) != nil {
                        count.wrappingAdd(1, ordering: .relaxed)
                    }
                }
                try? module.closeSession(session)
            }.start()
        }
        group.wait()
        return Double(count.load(ordering: .relaxed)) / seconds
    }

    /// Signatures a second by the session pool for many tasks.
    private static func pool(_ key: TokenKey, tasks: Int, seconds: Double) async throws -> Double {
        let deadline = Date().addingTimeInterval(seconds)
        let message = [UInt8](repeating: 7, count: 600)
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<tasks {
                group.addTask {
                    var count = 0
                    while Date() < deadline {
                        _ = try await key.signature(for: message, scheme: .ecdsaSHA256)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(total) / seconds
    }
}
