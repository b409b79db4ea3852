// The tree against RFC 6962 in two other forms: its known vectors, and a naive implementation.

import Foundation
import PKIX
import Testing
import TransparencyLog

@Suite("Merkle trees")
struct MerkleTests {
    // The entries and roots of the Certificate Transparency reference implementation.
    static let vectorEntries = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].map { [UInt8](hexadecimal: $0) ?? [] }
    static let vectorRoots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("the roots of the reference implementation's trees")
    func vectors() {
        var frontier = TreeFrontier()
        #expect(frontier.root.hexadecimal == Self.vectorRoots[0])
        for (entry, root) in zip(Self.vectorEntries, Self.vectorRoots.dropFirst()) {
            frontier.append(.leaf(entry))
            #expect(frontier.root.hexadecimal == root)
        }
    }

    @Test("a hash in base64 is Foundation's, and reads back")
    func base64() throws {
        var generator = SystemRandomNumberGenerator()
        let extremes = [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xFF, count: 32), Array(0..<32)]
        let random = (0..<1_000).map { _ in (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        for octets in extremes + random {
            let hash = try #require(LogHash(octets))
            #expect(hash.base64 == Data(octets).base64EncodedString())
            #expect(LogHash(base64: hash.base64) == hash)
        }
    }

    @Test("the root of every size to 5,000 is the naive one, and a frontier can be had again at any")
    func roots() async throws {
        let data = entries(5_000)
        let (naive, nodes) = (NaiveTree(entries: data), LevelNodes(entries: data))
        var frontier = TreeFrontier()
        for size in 0...5_000 {
            #expect(frontier.root.bytes == naive.root(size))
            #expect(try await nodes.frontier(size: size) == frontier)
            if size < 5_000 { frontier.append(.leaf(data[size])) }
        }
    }

    @Test("every inclusion proof to size 130, and some beyond, is the naive one and verifies, and nothing near it does")
    func inclusion() async throws {
        let data = entries(5_000)
        let (naive, nodes) = (NaiveTree(entries: data), LevelNodes(entries: data))
        var generator = SystemRandomNumberGenerator()
        let all = (1...130).flatMap { size in (0..<size).map { ($0, size) } }
        let some = (0..<500).map { _ in
            let size = Int.random(in: 131...5_000, using: &generator)
            return (Int.random(in: 0..<size, using: &generator), size)
        }
        for (index, size) in all + some {
            let path = try await nodes.inclusionPath(of: index, size: size)
            #expect(path.map(\.bytes) == naive.path(index, 0..<size))
            let root = try #require(LogHash(naive.root(size)))
            let leaf = nodes.leaves[index]
            func isValid(_ leaf: LogHash, _ index: Int, _ size: Int, _ path: [LogHash]) -> Bool {
                MerkleInclusion.isValid(leaf: leaf, index: index, size: size, root: root, path: path)
            }
            #expect(isValid(leaf, index, size, path), "\(index) of \(size)")
            #expect(!isValid(.leaf([1]), index, size, path))
            #expect(!isValid(leaf, index, size, path + [leaf]))
            #expect(!isValid(leaf, -1, size, path))
            #expect(!isValid(leaf, size, size, path))
            guard !path.isEmpty else { continue }
            #expect(!isValid(leaf, index, size, path.dropLast()))
            #expect(!isValid(leaf, index ^ 1, size, path))
            for position in path.indices {
                var changed = path
                changed[position] = .leaf([2])
                #expect(!isValid(leaf, index, size, changed))
            }
        }
    }

    @Test(
        "every proof of a tree of several thousand, around powers of two, verifies",
        arguments: [1_023, 1_024, 1_025, 2_047, 2_048, 2_049, 4_095, 4_096, 4_097, 5_000]
    )
    func whole(size: Int) async throws {
        let data = entries(size)
        let (naive, nodes) = (NaiveTree(entries: data), LevelNodes(entries: data))
        let root = try #require(LogHash(naive.root(size)))
        var wrong: [Int] = []
        for index in 0..<size {
            let path = try await nodes.inclusionPath(of: index, size: size)
            let isIncluded = MerkleInclusion.isValid(
                leaf: nodes.leaves[index],
                index: index,
                size: size,
                root: root,
                path: path
            )
            let isConsistent = MerkleConsistency.isValid(
                from: index,
                root: try #require(LogHash(naive.root(index))),
                to: size,
                root: root,
                path: try await nodes.consistencyPath(from: index, to: size)
            )
            if !isIncluded || !isConsistent { wrong.append(index) }
        }
        #expect(wrong.isEmpty)
    }

    @Test(
        "every consistency proof to size 130, and some beyond, is the naive one and verifies, and nothing near it does"
    )
    func consistency() async throws {
        let data = entries(5_000)
        let (naive, nodes) = (NaiveTree(entries: data), LevelNodes(entries: data))
        var generator = SystemRandomNumberGenerator()
        let all = (0...130).flatMap { new in (0...new).map { ($0, new) } }
        let some = (0..<500).map { _ in
            let new = Int.random(in: 131...5_000, using: &generator)
            return (Int.random(in: 0...new, using: &generator), new)
        }
        for (old, new) in all + some {
            let path = try await nodes.consistencyPath(from: old, to: new)
            #expect(path.map(\.bytes) == naive.proof(old, new))
            let (oldRoot, newRoot) = try (#require(LogHash(naive.root(old))), #require(LogHash(naive.root(new))))
            func isValid(_ old: Int, _ oldRoot: LogHash, _ newRoot: LogHash, _ path: [LogHash]) -> Bool {
                MerkleConsistency.isValid(from: old, root: oldRoot, to: new, root: newRoot, path: path)
            }
            #expect(isValid(old, oldRoot, newRoot, path), "\(old) to \(new)")
            #expect(!isValid(old, .leaf([1]), newRoot, path))
            #expect(!isValid(old, oldRoot, newRoot, path + [newRoot]))
            #expect(!isValid(new + 1, oldRoot, newRoot, path))
            #expect(!isValid(-1, oldRoot, newRoot, path))
            if old > 0 { #expect(!isValid(old, oldRoot, .leaf([1]), path)) }
            guard !path.isEmpty else { continue }
            #expect(!isValid(old, oldRoot, newRoot, path.dropLast()))
            for position in path.indices {
                var changed = path
                changed[position] = .leaf([2])
                #expect(!isValid(old, oldRoot, newRoot, changed))
            }
        }
    }

    @Test("proofs of trees of nearly 2^62 entries verify", arguments: [1 << 62 - 1, 1 << 61 + 12_345, 1 << 40 + 1])
    func hugeTrees(_ size: Int) async throws {
        let nodes = UniformNodes()
        let root = try await nodes.frontier(size: size).root
        for index in [0, 1, size / 2, size - 2, size - 1] {
            let path = try await nodes.inclusionPath(of: index, size: size)
            #expect(MerkleInclusion.isValid(leaf: nodes.leaf, index: index, size: size, root: root, path: path))
            let old = try await nodes.frontier(size: index).root
            let proof = try await nodes.consistencyPath(from: index, to: size)
            #expect(proof.count <= Budget.proofHashes)
            #expect(MerkleConsistency.isValid(from: index, root: old, to: size, root: root, path: proof))
        }
    }

    @Test("what is beyond the tree is refused")
    func outOfRange() async {
        let nodes = LevelNodes(entries: entries(4))
        await #expect(throws: LogError(.outOfRange, "")) { try await nodes.inclusionPath(of: 4, size: 4) }
        await #expect(throws: LogError(.outOfRange, "")) { try await nodes.inclusionPath(of: -1, size: 4) }
        await #expect(throws: LogError(.outOfRange, "")) { try await nodes.consistencyPath(from: 4, to: 3) }
    }
}
