import Foundation
import RegistrationAuthority
import Testing

@Suite("Token secrets")
struct APITokenSecretTests {
    /// Gives 0, 1, 2 … as octets, so that texts are known.
    struct Counting: RandomNumberGenerator {
        var count: UInt64 = 0

        mutating func next() -> UInt64 {
            defer { self.count += 1 }
            return self.count
        }
    }

    static let good = "signet_0001020304050607_CAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJic"

    @Test("The text is prefix, id and secret, and is read back")
    func text() throws {
        var generator = Counting()
        let secret = APITokenSecret(generator: &generator)
        #expect(secret.reveal() == Self.good)
        #expect(secret.id == "0001020304050607")
        let read = try #require(APITokenSecret(Self.good))
        #expect(read.reveal() == Self.good)
        #expect(read.hash == secret.hash)
    }

    @Test("The stored hash is SHA-256 of the 32 octets")
    func hash() throws {
        let secret = try #require(APITokenSecret(Self.good))
        let hex = secret.hash.map { String(format: "%02x", $0) }.joined()
        #expect(hex == "3ab0a4091d2c4eb63042ffca5a2ae450932bfa8a3820ba0bef3013585ee84fd0")
    }

    @Test("Two draws share nothing")
    func draws() {
        var generator = SystemRandomNumberGenerator()
        let secrets = (0..<1_000).map { _ in APITokenSecret(generator: &generator) }
        #expect(Set(secrets.map(\.id)).count == 1_000)
        #expect(Set(secrets.map(\.hash)).count == 1_000)
        for secret in secrets { #expect(APITokenSecret(secret.reveal())?.hash == secret.hash) }
    }

    static let hostile: [String] = Self.plain + Self.mutations

    private static let plain: [String] = [
        "", " ", "signet_", "signet_0001020304050607_", "' OR 1=1 --", "Bearer \(good)", "\(good) ", " \(good)",
        "\(good)\n",
        "\(good)=", "\(good)A", good.uppercased(), String(good.dropLast()), String(repeating: "A", count: 67),
        String(repeating: "_", count: 67), String(repeating: "é", count: 33) + "a", String(repeating: "\0", count: 67),
        String(repeating: "A", count: 10_000_000),
        "signet__CAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJic0000000000000000",
    ]

    /// One place of a good token replaced; most keep the length.
    private static let mutations: [String] =
        ([
            ("signet_", "Signet_"), ("signet_", "signet-"), ("_CAk", "-CAk"), ("0607_", "060A_"), ("0607_", "060g_"),
            ("0607_", "06070"),
            // The same octets with an unused bit set; octets in the standard alphabet; padding, blanks, zeros, other scripts.
            ("Jic", "Jid"), ("CAkK", "+/kK"), ("CAkK", "C=kK"), ("CAkK", "C kK"), ("CAkK", "C\0kK"), ("CAkK", "C\nkK"),
            ("CAkK", "Cé1"), ("000102", "00é02"), ("0001", "..//"),
        ] as [(String, String)])
        .map { good.replacingOccurrences(of: $0.0, with: $0.1) }

    @Test("What is not exactly a token is none", arguments: Self.hostile.indices)
    func refuses(index: Int) {
        #expect(APITokenSecret(Self.hostile[index]) == nil)
    }

    @Test("Nothing that prints shows the secret")
    func printing() throws {
        let secret = try #require(APITokenSecret(Self.good))
        let token = APIToken(
            id: secret.id,
            name: "n",
            role: .admin,
            created: Date(timeIntervalSince1970: 0),
            expires: nil,
            lastUsed: nil,
            revokedAt: nil,
            secretHash: secret.hash
        )
        var texts: [String] = []
        for value in [secret, token, [secret], ["k": secret], (secret, token), Optional(secret) as Any] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            var debugged = ""
            debugPrint(value, to: &debugged)
            texts += [dumped, debugged, "\(value)", String(describing: value), String(reflecting: value)]
            texts.append("\(Mirror(reflecting: value).children.map { "\($0)" })")
        }
        for text in texts {
            #expect(!text.contains("CAkKCwwN"))
            // The octets of the secret, or of its hash, as a list of numbers.
            #expect(!text.contains("8, 9, 10"))
            #expect(!text.contains(secret.hash.prefix(3).map(String.init).joined(separator: ", ")))
            #expect(!text.contains("- \(secret.hash[0])\n"))
        }
        #expect("\(secret)" == "signet_0001020304050607_[redacted]")
    }
}
