// First in, first out, without moving what waits.

/// A queue.
struct FIFO<Element> {
    private var storage: [Element?] = []
    private var head = 0

    var count: Int { self.storage.count - self.head }
    var isEmpty: Bool { self.count == 0 }

    mutating func append(_ element: Element) { self.storage.append(element) }

    mutating func popFirst() -> Element? {
        guard self.head < self.storage.count else { return nil }
        defer {
            self.storage[self.head] = nil
            self.head += 1
            self.compact()
        }
        return self.storage[self.head]
    }

    /// Takes out what satisfies the predicate; the rest keeps its order.
    mutating func removeAll(where predicate: (Element) -> Bool) -> [Element] {
        let waiting = self.storage[self.head...].compactMap(\.self)
        self.head = 0
        self.storage = waiting.filter { !predicate($0) }
        return waiting.filter(predicate)
    }

    /// The front is given back once it is as long as the rest, so that each element moves once on average.
    private mutating func compact() {
        if self.isEmpty {
            self.storage.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head >= 64, self.head * 2 >= self.storage.count {
            self.storage.removeFirst(self.head)
            self.head = 0
        }
    }
}
