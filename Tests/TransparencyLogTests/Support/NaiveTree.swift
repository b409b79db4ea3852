// RFC 6962 §2.1 word for word: recursive, from the list of leaves. Only complete subtrees are remembered.

import Crypto
import Foundation

final class NaiveTree {
    private let leaves: [[UInt8]]
    private var complete: [Range<Int>: [UInt8]] = [:]

    init(entries: [[UInt8]]) {
        self.leaves = entries.map { Array(SHA256.hash(data: Data([0]) + Data($0))) }
    }

    func root(_ size: Int) -> [UInt8] { size == 0 ? Array(SHA256.hash(data: Data())) : self.hash(0..<size) }

    private func hash(_ range: Range<Int>) -> [UInt8] {
        if range.count == 1 { return self.leaves[range.lowerBound] }
        if let known = self.complete[range] { return known }
        let middle = range.lowerBound + Self.split(range.count)
        let (left, right) = (self.hash(range.lowerBound..<middle), self.hash(middle..<range.upperBound))
        let hash = Array(SHA256.hash(data: Data([1]) + Data(left) + Data(right)))
        if range.count & (range.count - 1) == 0 { self.complete[range] = hash }
        return hash
    }

    func path(_ index: Int, _ range: Range<Int>) -> [[UInt8]] {
        if range.count == 1 { return [] }
        let middle = range.lowerBound + Self.split(range.count)
        return index < middle
            ? self.path(index, range.lowerBound..<middle) + [self.hash(middle..<range.upperBound)]
            : self.path(index, middle..<range.upperBound) + [self.hash(range.lowerBound..<middle)]
    }

    func proof(_ old: Int, _ new: Int) -> [[UInt8]] {
        old == 0 ? [] : self.subproof(old, 0..<new, true)
    }

    private func subproof(_ old: Int, _ range: Range<Int>, _ isKnown: Bool) -> [[UInt8]] {
        if old == range.count { return isKnown ? [] : [self.hash(range)] }
        let half = Self.split(range.count)
        let middle = range.lowerBound + half
        return old <= half
            ? self.subproof(old, range.lowerBound..<middle, isKnown) + [self.hash(middle..<range.upperBound)]
            : self.subproof(old - half, middle..<range.upperBound, false) + [self.hash(range.lowerBound..<middle)]
    }

    private static func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }
}

/// Entries of different content and length.
func entries(_ count: Int, from start: Int = 0) -> [[UInt8]] {
    (start..<start + count).map { Array("entry \($0)".utf8) }
}
