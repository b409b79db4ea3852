// `signet renew`: what cron and systemd run for all agents of a machine.

import AgentClient
import ArgumentParser
import Foundation

/// Renews what is due: identity certificates, and server certificates that the authority has renewed.
struct RenewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Renew every agent's certificates that are due, and deploy them.",
        discussion: """
            Address, root, names and token file are those of each enrolment, unless options say otherwise. A server certificate \
            that the authority has obtained is installed as server.pem, with its chain. The hook runs by /bin/sh when something \
            was installed, and again at the next run when it failed, with SIGNET_AGENT_DIRECTORY, SIGNET_AGENT_NAMES, \
            SIGNET_KEY_FILE, SIGNET_CERTIFICATE_FILE, SIGNET_CHAIN_FILE and SIGNET_SERVER_CERTIFICATE_FILE.

              signet renew --all /var/lib/signet-agents --deploy-hook 'systemctl reload agent'

            Exit codes: 0 nothing due or all well, 1 some failed, 2 configuration or usage.
            """
    )

    @Option(
        help: ArgumentHelp("Every agent whose directory is in this one.", valueName: "dir"),
        completion: .directory
    )
    var all: String?

    @Option(help: ArgumentHelp("The directory of an agent; may be repeated.", valueName: "dir"), completion: .directory)
    var agent: [String] = []

    @Flag(help: "Say what is due, and change nothing.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("A command to run when something was installed.", valueName: "command"))
    var deployHook: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (self.all == nil) != self.agent.isEmpty else {
            throw ValidationError("give either --all DIR or --agent DIR")
        }
    }

    func run() async throws {
        try await runClient {
            let directories = try self.all.map { try Self.directories($0) } ?? self.agent.map(AgentDirectory.init)
            var reports: [RenewReport] = []
            for directory in directories {
                reports.append(await self.renew(Self.agent(in: directory)))
            }
            if self.json { try reports.printJSON() } else { for line in reports.map(\.line) { print(line) } }
            // One that must be put right among others that are well is one that failed.
            if !reports.isEmpty, reports.allSatisfy({ $0.isMisconfigured }) { throw ClientExit.configuration }
            if reports.contains(where: { $0.error != nil }) { throw ClientExit.failed }
        }
    }

    private static func directories(_ path: String) throws -> [AgentDirectory] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw AgentClientError(.invalidConfiguration, "--all \(path) is no directory")
        }
        return try AgentDirectory.all(in: path)
    }

    /// An agent whose new certificate is noted as to be deployed just before it is in force: what comes to nothing is not.
    private static func agent(in directory: AgentDirectory) -> Agent {
        Agent(directory: directory) { step in
            if step == .recordWritten { try Agent(directory: directory).beginDeployment() }
            try Failpoint.onEnrolmentStep(step)
        }
    }

    /// Renews one agent; what goes wrong with it stops no other, and what was installed is deployed whatever else failed.
    private func renew(_ agent: Agent) async -> RenewReport {
        var report = RenewReport(directory: agent.directory.path)
        do {
            try await self.renew(agent, &report)
            if !self.dryRun { try self.deploy(agent, &report) }
        } catch {
            report.failed(error)
        }
        return report
    }

    private func renew(_ agent: Agent, _ report: inout RenewReport) async throws {
        let now = Date()
        var plan = try agent.renewalPlan(api: try self.connection.address(), roots: try self.connection.roots())
        report.names = plan.application.nameTexts
        let (token, tokenFile) = try self.connection.token(recorded: plan.tokenFile)
        plan.tokenFile = tokenFile
        let isIdentityDue = try await agent.isRenewalDue(at: now)
        let configuration = self.connection.configuration(plan.api, roots: plan.roots, token: token)
        report = try await APIClient.with(configuration) { [plan, report] client in
            var report = report
            if isIdentityDue { report.due.append("identity") }
            // Neither certificate waits for the other: an agent goes dark by the one that has ended.
            do { try await self.renewServer(of: agent, with: client, now, &report) } catch { report.failed(error) }
            guard isIdentityDue, !self.dryRun else { return report }
            do { try await self.renewIdentity(of: agent, plan, with: client, &report) } catch {
                report.failed(error)
            }
            return report
        }
    }

    private func renewServer(
        of agent: Agent,
        with client: APIClient,
        _ now: Date,
        _ report: inout RenewReport
    ) async throws {
        guard let server = try await agent.newerServerCertificate(with: client, at: now) else { return }
        report.due.append("server")
        guard !self.dryRun else { return }
        try agent.beginDeployment()
        try agent.install(server)
        report.installed.append("server")
    }

    private func renewIdentity(
        of agent: Agent,
        _ plan: EnrolmentPlan,
        with client: APIClient,
        _ report: inout RenewReport
    ) async throws {
        var generator = SystemRandomNumberGenerator()
        let key = IdempotencyToken(using: &generator)
        if try await agent.renew(plan, with: client, newKey: false, force: false, token: key, now: { Date() }) != nil {
            report.installed.append("identity")
        }
    }

    /// Runs the hook for what was installed now, or at a run before that ended too early.
    private func deploy(_ agent: Agent, _ report: inout RenewReport) throws {
        guard agent.isDeploymentPending else { return }
        if let command = self.deployHook {
            let directory = agent.directory
            let status = try DeployHook(command: command).run([
                "SIGNET_AGENT_DIRECTORY": directory.path,
                "SIGNET_AGENT_NAMES": (report.names ?? []).joined(separator: " "),
                "SIGNET_RENEWED": report.installed.joined(separator: " "), "SIGNET_KEY_FILE": directory.keyPath,
                "SIGNET_CERTIFICATE_FILE": directory.certificatePath, "SIGNET_CHAIN_FILE": directory.chainPath,
                "SIGNET_SERVER_CERTIFICATE_FILE": directory.serverCertificatePath,
            ])
            guard status == 0 else {
                return report.failed(DeployFailure(status: status))
            }
            report.deployed = true
        }
        try agent.endDeployment()
    }
}

/// The command that deploys what was installed.
struct DeployHook {
    let command: String

    /// Runs the command by the shell, and waits for its end.
    ///
    /// What it prints goes to standard error: standard output is the report's.
    func run(_ variables: [String: String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", self.command]
        // The token is for us alone.
        let inherited = ProcessInfo.processInfo.environment.filter { $0.key != "SIGNET_TOKEN" }
        process.environment = inherited.merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        process.standardError = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// The command ended otherwise than well.
struct DeployFailure: Error, CustomStringConvertible {
    let status: Int32

    var description: String { "the deploy hook ended with status \(self.status); the next run tries again" }
}

/// What became of one agent; the members of its JSON are stable.
struct RenewReport: Encodable {
    let directory: String
    var names: [String]?
    /// Of `identity` and `server`, what is due, or was.
    var due: [String] = []
    /// What was installed.
    var installed: [String] = []
    /// Whether the hook ran well.
    var deployed = false
    var error: String?
    /// Whether something must be put right first.
    private(set) var isMisconfigured = false

    private enum CodingKeys: String, CodingKey {
        case directory
        case names
        case due
        case installed
        case deployed
        case error
    }

    init(directory: String) {
        self.directory = directory
    }

    /// Notes what went wrong, the first thing first.
    mutating func failed(_ error: any Error) {
        self.isMisconfigured = self.error == nil && ClientExit.code(for: error) == ClientExit.configuration
        let former = self.error.map { "\($0); " } ?? ""
        self.error = "\(former)\(error)".printable(limit: 1_000)
    }

    /// The report for people.
    var line: String {
        let name = self.names?.joined(separator: ", ").printable(limit: 300) ?? self.directory
        if let error { return "\(name): failed: \(error)" }
        if !self.installed.isEmpty { return "\(name): renewed \(self.installed.joined(separator: " and "))" }
        if !self.due.isEmpty { return "\(name): due: \(self.due.joined(separator: " and "))" }
        return self.deployed ? "\(name): deployed what was installed before" : "\(name): nothing is due"
    }
}
