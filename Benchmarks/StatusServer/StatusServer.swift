// The public side with made-up answers of the usual size, to measure its path from socket to socket alone.
// Usage: status-server CERTIFICATES OCTETS THREADS. Prints the port, then the paths of GET requests, one a line.

import Foundation
import Logging
import NIOPosix
import PKIX
import ServiceLifecycle
import UnixSignals
import ValidationService

/// Answers that have the size of signed ones; every hundredth certificate is revoked.
private struct MadeUpResponder: StatusResponding {
    let octets: Int
    let thisUpdate: CertificateTime

    func answer(_ certID: OCSPCertID, of issuer: Int) async throws -> StatusAnswer {
        StatusAnswer(
            response: certID.serialNumber + [UInt8](repeating: 0x5A, count: self.octets - certID.serialNumber.count),
            status: (certID.serialNumber.last ?? 0) % 100 == 0 ? .revoked : .good,
            producedAt: self.thisUpdate,
            thisUpdate: self.thisUpdate,
            nextUpdate: self.thisUpdate + 345_600,
            isCacheable: true
        )
    }

    func answer(_ request: OCSPRequest) async throws -> StatusAnswer { throw StatusUnavailable(retryAfter: 1) }
}

@main
enum StatusServer {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 3, numbers[1] > 32 else {
            FileHandle.standardError.write(Data("usage: status-server CERTIFICATES OCTETS THREADS\n".utf8))
            exit(64)
        }
        let (subject, key) = ([UInt8]("CN=Bench".utf8), [UInt8](repeating: 4, count: 65))
        let cache = ResponseCache()
        let server = ValidationServer(
            configuration: ValidationServer.Configuration(host: "127.0.0.1", port: 0),
            issuers: [StatusIssuer(name: "bench", subject: subject, publicKey: key)],
            responder: MadeUpResponder(octets: numbers[1], thisUpdate: CertificateTime(Date())),
            cache: cache,
            resources: ResourceTable(),
            now: { CertificateTime(Date()) },
            eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: numbers[2]),
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() },
            onBound: { port in
                print(port)
                for number in 0..<numbers[0] { print(Self.path(number, subject, key)) }
                fflush(nil)
            }
        )
        try await ServiceGroup(
            services: [server],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        ).run()
    }

    private static func path(_ number: Int, _ subject: [UInt8], _ key: [UInt8]) -> String {
        let high = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        let octets = (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
        let low = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        let certID = OCSPCertID(
            hash: .sha256,
            hasNullParameters: true,
            issuerNameHash: OCSPHash.sha256.hash(subject),
            issuerKeyHash: OCSPHash.sha256.hash(key),
            serialNumber: [0x40] + octets.dropFirst() + low
        )
        let base64 = Data(OCSPRequest(items: [.certID(certID)]).derEncoded()).base64EncodedString()
        return "/ocsp/" + base64.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
    }
}
