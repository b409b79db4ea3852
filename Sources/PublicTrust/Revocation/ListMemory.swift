// CRLs remembered by the address that they came from: all certificates of a CA share a few. Also which addresses gave none.

import PKIX
import Synchronization

/// What an address gave.
enum ListFinding: Sendable {
    /// A list, and until when it is remembered.
    case list([UInt8], until: CertificateTime)
    /// None.
    case failure(StatusFailure)
    /// It was not asked: there was no room.
    case busy
}

/// Lists and failures by address: a bounded number of them, and of octets.
final class ListMemory: Sendable {
    private struct Entry {
        let finding: ListFinding
        let octets: Int
        let until: CertificateTime
    }

    private struct Entries {
        var byAddress: [String: Entry] = [:]
        var octets = 0

        mutating func remove(_ address: String) {
            self.octets -= self.byAddress.removeValue(forKey: address)?.octets ?? 0
        }
    }

    private let entries = Mutex(Entries())

    /// Octets of the lists that are remembered.
    var octets: Int { self.entries.withLock { $0.octets } }

    /// What an address gave not long ago.
    func finding(at address: String, at time: CertificateTime) -> ListFinding? {
        self.entries.withLock { entries in
            guard let entry = entries.byAddress[address], time <= entry.until else { return nil }
            return entry.finding
        }
    }

    /// Remembers what an address gave: a list that was found good until it ends, a failure for a short while.
    func remember(_ finding: ListFinding, of address: String, at time: CertificateTime) {
        switch finding {
        case .busy: return
        case .list(let list, let until):
            self.insert(Entry(finding: finding, octets: list.count, until: until), address, at: time)
        case .failure:
            self.insert(Entry(finding: finding, octets: 0, until: time + Budget.failureMemory), address, at: time)
        }
    }

    private func insert(_ entry: Entry, _ address: String, at time: CertificateTime) {
        guard entry.octets <= Budget.rememberedListBytes else { return }
        self.entries.withLock { entries in
            entries.remove(address)
            let isFull = { (entries: Entries) in
                entries.octets + entry.octets > Budget.rememberedListBytes
                    || entries.byAddress.count >= Budget.rememberedStatuses
            }
            if isFull(entries) {
                for (key, old) in entries.byAddress where old.until < time { entries.remove(key) }
            }
            // Those that end first go first: they have been there longest.
            while isFull(entries), let first = entries.byAddress.min(by: { $0.value.until < $1.value.until }) {
                entries.remove(first.key)
            }
            entries.byAddress[address] = entry
            entries.octets += entry.octets
        }
    }
}
