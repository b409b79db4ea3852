// The way to one CA: a client with an account, made when it is first needed.

import ACME
import FoundationEssentials
import JOSE
import Logging
import PKIX

/// One CA with the account that we have there.
///
/// Owns the client, and who waits for it.
actor AuthorityAccess {
    nonisolated let authority: ServerAuthority
    /// A client without an account, for what everybody may ask.
    nonisolated let reader: ACMEClient
    private let accounts: any CAAccountStore
    private let limits: any RateLimitMemory
    private let environment: ServerCertificateEnvironment
    private var opened: ACMEClient?
    private var isOpening = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var failure: (error: any Error, at: Date)?

    init(
        _ authority: ServerAuthority,
        accounts: any CAAccountStore,
        limits: any RateLimitMemory,
        environment: ServerCertificateEnvironment
    ) {
        self.authority = authority
        self.accounts = accounts
        self.limits = limits
        self.environment = environment
        self.reader = ACMEClient(
            authority.configuration,
            signer: authority.signer,
            limits: limits,
            environment: environment.acme(authority.exchange)
        )
    }

    /// The client; whoever comes while its account is asked for waits for the same answer.
    ///
    /// - Throws: `ACMEError`, and what the store throws.
    func client() async throws -> ACMEClient {
        while self.isOpening { await withCheckedContinuation { self.waiters.append($0) } }
        if let opened = self.opened { return opened }
        if let failure = self.failure,
            self.environment.now().timeIntervalSince(failure.at) < Budget.accountPause
        {
            throw failure.error
        }
        self.isOpening = true
        defer {
            self.isOpening = false
            for waiter in self.waiters { waiter.resume() }
            self.waiters = []
        }
        do {
            let client = try await self.open()
            (self.opened, self.failure) = (client, nil)
            return client
        } catch {
            if !(error is CancellationError) { self.failure = (error, self.environment.now()) }
            throw error
        }
    }

    private func open() async throws -> ACMEClient {
        let (authority, thumbprint) = (self.authority, self.authority.signer.webKey.thumbprint)
        let known = try await self.accounts.accountURL(
            authority: authority.configuration.directoryURL,
            thumbprint: thumbprint
        )
        let client = ACMEClient(
            authority.configuration,
            signer: authority.signer,
            accountURL: known,
            limits: self.limits,
            environment: self.environment.acme(authority.exchange)
        )
        guard known == nil else { return client }
        // RFC 8555 §7.3: for a key that has an account already, "the server MUST return a response with status code 200 (OK)
        // and provide the URL of that account".
        let account = try await client.createAccount(
            contacts: authority.contacts,
            agreesToTerms: authority.agreesToTerms,
            externalKey: authority.externalKey
        )
        try await self.accounts.keepAccountURL(
            account.url,
            authority: authority.configuration.directoryURL,
            thumbprint: thumbprint
        )
        self.environment.logger.notice(
            account.isNew ? "an account was made with a CA" : "the account with a CA was found",
            metadata: ["authority": "\(authority.name)", "account": "\(account.url)"]
        )
        return client
    }

    /// Forgets the account: the CA does not know it any more.
    func forget() async throws {
        self.opened = nil
        try await self.accounts.keepAccountURL(
            nil,
            authority: self.authority.configuration.directoryURL,
            thumbprint: self.authority.signer.webKey.thumbprint
        )
    }
}
