// How much is asked at one time: exchanges, and the octets that their answers may have together.

import Synchronization

/// Room for exchanges.
///
/// Each ``RevocationChecker`` has its own, so that those who ask through one cannot take another's.
final class ExchangeRoom: Sendable {
    private struct Taken {
        var exchanges = 0
        var octets = 0
    }

    private let taken = Mutex(Taken())

    /// Takes room for an exchange whose answer has at most so many octets; false when there is none.
    func take(_ octets: Int) -> Bool {
        self.taken.withLock { taken in
            guard taken.exchanges < Budget.exchanges, taken.octets + octets <= Budget.exchangeBytes else {
                return false
            }
            taken.exchanges += 1
            taken.octets += octets
            return true
        }
    }

    /// Gives room back that was taken.
    func giveBack(_ octets: Int) {
        self.taken.withLock { taken in
            taken.exchanges -= 1
            taken.octets -= octets
        }
    }
}
