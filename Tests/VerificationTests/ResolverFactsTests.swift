import DNS
import NIOCore
import NIOPosix
import PKIX
import Testing

@testable import Verification

@Suite("Facts by a resolver")
struct ResolverFactsTests {
    /// A resolver on loopback with a few records.
    final class LoopbackResolver: Sendable {
        typealias Answer = @Sendable (Question) -> (ResponseCode, [RecordData])

        private let channel: any Channel

        init(isAuthenticated: Bool, answer: @escaping Answer) async throws {
            self.channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Handler(isAuthenticated, answer))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
        }

        var address: ServerAddress {
            get throws { try ServerAddress("127.0.0.1:\(self.channel.localAddress?.port ?? 0)") }
        }

        func stop() async { try? await self.channel.close() }

        private final class Handler: ChannelInboundHandler {
            typealias InboundIn = AddressedEnvelope<ByteBuffer>
            typealias OutboundOut = AddressedEnvelope<ByteBuffer>

            private let isAuthenticated: Bool
            private let answer: Answer

            init(_ isAuthenticated: Bool, _ answer: @escaping Answer) {
                (self.isAuthenticated, self.answer) = (isAuthenticated, answer)
            }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                let envelope = self.unwrapInboundIn(data)
                guard let question = try? Message(wire: Array(envelope.data.readableBytesView)),
                    let asked = question.questions.first
                else { return }
                let (code, records) = self.answer(asked)
                var message = Message(id: question.id)
                message.isResponse = true
                message.recursionAvailable = true
                message.isAuthenticated = self.isAuthenticated
                message.responseCode = code
                message.questions = question.questions
                message.answers = records.map { MessageRecord(name: asked.name, ttl: 60, data: $0) }
                guard let octets = try? message.wire() else { return }
                let answer = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: octets))
                context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
            }
        }
    }

    static func facts(_ server: LoopbackResolver, trustsValidation: Bool) async throws -> DNSFacts {
        let client = DNSClient(generator: SystemRandomNumberGenerator())
        let resolver = Resolver(client: client, servers: [try server.address])
        return await ResolverFacts(resolver: resolver, trustsValidation: trustsValidation)
            .facts(of: try HostName("a.example.com"), port: 443)
    }

    @Test("each record is looked for at its name; AD counts when the resolver is trusted", arguments: [true, false])
    func records(trustsValidation: Bool) async throws {
        let tlsa = TLSARecord(usage: 3, selector: 1, matchingType: 1, association: [UInt8](repeating: 2, count: 32))
        let server = try await LoopbackResolver(isAuthenticated: true) { question in
            switch (question.name.description, question.type) {
            case ("_ans.a.example.com", .txt): (.noError, [.text("v=ans1")])
            case ("_ans-badge.a.example.com", .txt): (.nameError, [])
            case ("_ra-badge.a.example.com", .txt): (.noError, [.text("v=ra-badge1")])
            case ("_agent.a.example.com", .txt): (.noError, [.text("v=agent1"), .txt([[0xFF]])])
            case ("_443._tcp.a.example.com", .tlsa): (.noError, [.tlsa(tlsa)])
            default: (.noError, [])
            }
        }
        let facts = try await Self.facts(server, trustsValidation: trustsValidation)
        #expect(facts.discovery.values == ["v=ans1"] && facts.badges.values == ["v=ra-badge1"])
        #expect(facts.identities.values == ["v=agent1"] && facts.associations.values == [tlsa])
        #expect(facts.associations.isAuthenticated == trustsValidation)
        #expect(facts.services.values.isEmpty && facts.services.failure == nil)
        await server.stop()
    }

    @Test("a resolver that refuses what does not validate makes the facts fail, and nothing of them counts")
    func failure() async throws {
        let server = try await LoopbackResolver(isAuthenticated: true) { _ in (.serverFailure, []) }
        let facts = try await Self.facts(server, trustsValidation: true)
        #expect(facts.associations.failure != nil && !facts.associations.isAuthenticated)
        #expect(facts.identities.failure != nil && facts.badges.failure != nil)
        await server.stop()
    }
}
