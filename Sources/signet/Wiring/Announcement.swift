// Says where the daemon listens once both sides take connections: two lines on standard output, for scripts.

import Foundation

/// Gathers the ports that the listeners got.
actor Announcement {
    private let api: ListenAddress
    private let publicListener: ListenAddress
    private let announced: @Sendable (_ api: ListenAddress, _ publicSide: ListenAddress) async -> Void
    private var apiPort: Int?
    private var publicPort: Int?

    init(
        _ configuration: SignetConfiguration,
        announced: @escaping @Sendable (_ api: ListenAddress, _ publicSide: ListenAddress) async -> Void
    ) {
        self.api = configuration.api
        self.publicListener = configuration.publicListener
        self.announced = announced
    }

    /// The management API takes connections.
    func api(port: Int) async {
        self.apiPort = port
        await self.announceIfComplete()
    }

    /// The public side takes connections.
    func publicSide(port: Int) async {
        self.publicPort = port
        await self.announceIfComplete()
    }

    /// Where this machine reaches the public side.
    func publicAddress() throws -> String {
        guard let port = self.publicPort else { throw ConfigurationError("the public side does not listen yet") }
        return self.publicListener.with(port: port).onThisMachine.description
    }

    private func announceIfComplete() async {
        guard let api = self.apiPort, let publicSide = self.publicPort else { return }
        await self.announced(self.api.with(port: api), self.publicListener.with(port: publicSide))
    }
}
