// Where the API is and how to speak to it: options first, then the environment, then what an enrolment recorded.

import AgentClient
import ArgumentParser
import Foundation

/// The options of every command that speaks to the management API.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address of the management API, such as https://127.0.0.1:8443. (environment: SIGNET_API)",
            valueName: "url"
        )
    )
    var api: String?

    @Option(
        help: ArgumentHelp(
            "The root certificate in PEM, the only one that is trusted. (environment: SIGNET_ROOT)",
            valueName: "file"
        ),
        completion: .file()
    )
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A file with the API token, readable by its owner only. (environment: SIGNET_TOKEN_FILE, or the token itself"
                + " in SIGNET_TOKEN)",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?

    @Option(help: ArgumentHelp("Seconds to wait for one answer.", valueName: "seconds"))
    var timeout = 30

    func validate() throws {
        guard (1...600).contains(self.timeout) else { throw ValidationError("--timeout is from 1 to 600 seconds") }
    }

    /// The address of the option or the environment.
    func address() throws -> APIAddress? {
        try (self.api ?? ClientEnvironment["SIGNET_API"]).map { try APIAddress($0) }
    }

    /// The address, which must be given.
    func requiredAddress() throws -> APIAddress {
        guard let address = try self.address() else {
            throw AgentClientError(.invalidConfiguration, "no API address; give --api URL or set SIGNET_API")
        }
        return address
    }

    /// The roots of the option or the environment.
    func roots() throws -> TrustAnchors? {
        try (self.root ?? ClientEnvironment["SIGNET_ROOT"]).map { try TrustAnchors.read(from: $0) }
    }

    /// The token with the absolute path of the file that it comes from.
    ///
    /// - Parameters:
    ///   - recorded: the file that an enrolment recorded.
    func token(recorded: String? = nil) throws -> (token: BearerToken, file: String?) {
        if self.tokenFile == nil, let text = ClientEnvironment["SIGNET_TOKEN"] {
            return (try BearerToken(text, source: "SIGNET_TOKEN"), nil)
        }
        guard let file = self.tokenFile ?? ClientEnvironment["SIGNET_TOKEN_FILE"] ?? recorded else {
            throw AgentClientError(
                .invalidConfiguration,
                "no API token; give --token-file FILE, or set SIGNET_TOKEN_FILE or SIGNET_TOKEN"
            )
        }
        return (try BearerToken.read(from: file), URL(fileURLWithPath: file).standardizedFileURL.path)
    }

    /// What a client needs to know.
    func configuration(
        _ address: APIAddress,
        roots: TrustAnchors?,
        token: BearerToken?
    ) -> APIClient.Configuration {
        var configuration = APIClient.Configuration(
            address: address,
            roots: roots,
            token: token,
            clock: ContinuousClock(),
            stamp: { .now }
        )
        configuration.timeout = .seconds(self.timeout)
        configuration.onWait = { wait, cause in
            Progress.show("waiting \(max(1, wait.components.seconds)) s before asking again: \(cause)")
        }
        return configuration
    }
}

extension SignatureStamp {
    /// The stamp of a signature that is made now.
    static var now: SignatureStamp {
        var generator = SystemRandomNumberGenerator()
        return SignatureStamp(at: Date(), using: &generator)
    }
}

/// The environment variables of the client; an empty one counts as none.
enum ClientEnvironment {
    static subscript(name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
