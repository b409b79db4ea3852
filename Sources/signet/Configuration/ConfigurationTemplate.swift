// The config.yaml that `signet init` writes.

import CertificateAuthority

/// A first configuration.
struct ConfigurationTemplate {
    /// Where Debian installs SoftHSM.
    static let softHSM = "/usr/lib/softhsm/libsofthsm2.so"

    let api: String
    let publicURL: String
    let module: String
    let hierarchy: HierarchyDefinition

    var text: String {
        """
        # Signet's configuration. SIGNET_… variables go before it (SIGNET_API, SIGNET_LOG_LEVEL, …), flags before both.
        # Check it with: signet config check

        # Where the management API listens: https://HOST:PORT, or http://HOST:PORT on loopback.
        api: \(self.api)

        # Where relying parties get OCSP answers, CRLs and issuer certificates: http://HOST:PORT.
        public: \(SignetConfiguration.defaultPublic)

        # The public side's address, as certificates carry it for CRL, OCSP and issuers. Certificates already issued keep
        # the address of their time.
        publicURL: \(self.publicURL)

        # The tokens that ca/hierarchy.yaml names, by PKCS#11 URI (RFC 7512). A PIN stands in a file of mode 0600
        # (pin-source=file:PATH, relative to this directory) or in the environment (pin-source=env:NAME).
        # "directory" is for SoftHSM alone: where the token's files are.
        tokens:
        \(self.hierarchy.tokens.map(self.token).joined(separator: "\n"))

        # OCSP: for how long an answer may be relied on; whether nonces are echoed; what is said of serial numbers that were
        # never issued (unknown, unauthorized, revoked); for how long after expiry certificates are answered; where
        # responders' keys live (token, or memory for a day); megabytes of ready answers.
        ocsp: {validity: 1h, nonce: true, neverIssued: unknown, archive: 30d, responderKey: token, cacheMegabytes: 256}

        # CRLs: how often one is made when nothing changes; for how long it is valid; milliseconds for which changes are
        # gathered; whether changes are published as delta CRLs.
        crl: {interval: 1h, validity: 24h, batching: 500, deltas: false}

        # Webhooks: whether they may lead to private addresses and this machine (then to any port), and to plain HTTP; at how
        # many per cent of a certificate's life left its owner is reminded (0: not).
        webhooks: {allowPrivateTargets: false, allowPlainHTTP: false, firstReminder: 33, lastReminder: 10}

        # Public CAs (ACME, RFC 8555), in the order in which orders turn to them; with none, agents bring their certificates.
        # Run 'signet init' again when one was added: it makes the account's key, secrets/acme-NAME.key, or, with
        # "accountKey: token", one that never leaves the token of the log's keys. "agreeToTerms" says that you agree to the CA's
        # terms of service. "httpHosts" are hosts (*.NAME: all below it) whose port 80 leads to the
        # public side's /.well-known/acme-challenge/; "httpCommand" is a program that places the files on further hosts:
        # {run: /usr/local/sbin/challenge-file, hosts: ["*.example.org"]}, called as "PROGRAM place" and "PROGRAM remove" with
        # SIGNET_CHALLENGE_HOST, SIGNET_CHALLENGE_PATH and SIGNET_CHALLENGE_CONTENT. An order leaves a CA that was away for "outages" runs, or for "after".
        # "delegations" are names in zones that we write, such as challenges.agents.example, below which owners' _acme-challenge
        # may lead (CNAME); where it leads elsewhere, the owner answers the CA. How much is ordered: policies/registration.yaml.
        acme:
          authorities: {}
          #  letsencrypt:
          #    directory: https://acme-v02.api.letsencrypt.org/directory
          #    contacts: ["mailto:pki@example.org"]
          #    agreeToTerms: true
          #    accountKey: token
          #    preferredRoot: ISRG Root X1
          #  letsencrypt-staging:            # for trials: trusted by nobody
          #    directory: https://acme-staging-v02.api.letsencrypt.org/directory
          #    agreeToTerms: true
          #  other:                          # "roots": trust roots for the CA's own TLS, in PEM; else the system's
          #    directory: https://acme.example/directory
          #    roots: certificates/other-roots.pem
          #    externalAccount: {keyID: kid-1, keyFile: secrets/eab-other.key}
          #    profile: tlsserver
          #    challenges: [dns-01, http-01]
          failover: {outages: 4, after: 10m, times: 8}
          httpHosts: []
          delegations: []

        # Verification of agents for anyone (POST /v1/verify): the trust roots of public certificates, a file or a directory;
        # what follows when a public CA's status is not to be had (soft: relied on with a note; hard: not); whether the resolvers
        # of dns.yaml validate DNSSEC on a path that nobody else is on (dns.yaml may name others for that: validatingResolvers);
        # verifications that one address has a minute.
        # "handshake" has the daemon connect to a registered agent's host for the certificate that it presents, whoever asks.
        verification: {trustRoots: \(VerificationConfiguration.debianRoots), revocation: soft, validatingResolver: false, handshake: false, perMinute: 30}

        # Sessions with a token, and signatures that may wait for one.
        signing: {sessions: 2, queue: 1024}

        http: {maximumConnections: 512}

        # level: trace, debug, info, notice, warning, error, critical. format: text, json. "batching" and "witnesses" concern the
        # transparency log: milliseconds from one batch to the next (100; 1000 suits public witnesses), and who cosigns its
        # checkpoints. A batch waits "patience" milliseconds for them; a checkpoint is published only when "required" of them
        # have cosigned it (0: with whatever came). Certificates are issued whatever witnesses do.
        log:
          level: info
          format: text
          batching: 100
          witnesses: {required: 0, patience: 2000, known: {}}
          #  known:
          #    first: {url: "https://witness.example/first", key: "witness.example/first+KEYID+KEY"}

        # Cosigning others' logs with 'signet witness': the name of its key, which never changes, and the logs with their keys.
        # witness:
        #   listen: http://127.0.0.1:8082
        #   name: witness.example/ours
        #   logs:
        #     other: {keys: ["ca.example+KEYID+KEY"]}

        """
    }

    private func token(_ name: String) -> String {
        let entry = """
              \(name):
                uri: "pkcs11:token=\(self.hierarchy.name)-\(name)?module-path=\(self.module)&pin-source=file:secrets/\(name).pin"
            """
        // The tokens of any other module are its operator's to initialise.
        guard self.module.hasSuffix("/libsofthsm2.so") else { return entry }
        // The root's token has a directory of its own, which can be taken offline.
        return entry + "\n    directory: tokens/\(name == self.hierarchy.root.key.token ? name : "online")"
    }
}
